"""Attribution finds whose a message is: by vendor and device, then by who wore it when.

A device that is not registered, or is another vendor's, or that nobody ever wore, gives a rejection
and nothing else; the payload is kept, so nothing is lost once the registry is put right.

A beacon that stands at one wearer's address reports of itself: its events are that wearer's, and
nothing else of its messages is.
"""

from collections.abc import Iterable

import msgspec

from engine.core.activation_history import NEVER_WORN, ActivationHistory
from engine.core.beacon import Beacon, Placements
from engine.core.device_event import DeviceEvent
from engine.core.evidence import events_of, events_of_beacon, positions_of
from engine.core.in_range import ranges_of
from engine.core.order import Activation
from engine.core.position import Position
from engine.core.registry import Device
from engine.core.registry_journal import RegistryValue
from engine.core.rejection import Reason, Rejection
from engine.core.wire import Message
from zones.instant import Instant


class Attributed(msgspec.Struct, frozen=True, kw_only=True):
    """What a message says, and whom it is about."""

    positions: tuple[Position, ...] = ()
    events: tuple[DeviceEvent, ...] = ()
    rejections: tuple[Rejection, ...] = ()
    activation_id: int | None = None
    """The activation that was heard: the one during which the device is worn at `received_at`."""


class Attribution:
    """Who wore which device when; a changed registry makes a new one."""

    __slots__ = ("_beacons", "_histories", "_vendors", "_wearers")

    def __init__(
        self,
        devices: Iterable[Device] = (),
        activations: Iterable[Activation] = (),
        beacons: Iterable[Beacon] = (),
    ) -> None:
        """Build from the registry: one pass, and a sort per device worn more than once."""
        self._histories: dict[tuple[str, str], ActivationHistory] = {}
        self._vendors: set[str] = set()
        self._beacons: dict[tuple[str, str], Placements] = {}
        self._wearers: dict[str, ActivationHistory] = {}
        self._take(devices, activations, beacons)

    def changed(
        self,
        devices: Iterable[Device] = (),
        activations: Iterable[Activation] = (),
        beacons: Iterable[Beacon] = (),
    ) -> "Attribution":
        """Return one with further devices, and new or changed ones of the others; this one stays.

        Of beacons that is further versions.
        """
        changed = Attribution()
        changed._histories = self._histories.copy()
        changed._vendors = self._vendors.copy()
        changed._beacons, changed._wearers = self._beacons.copy(), self._wearers.copy()
        changed._take(devices, activations, beacons)
        return changed

    def after(self, written: Iterable[RegistryValue]) -> "Attribution":
        """Return one that knows of further writes of the registry; this one stays."""
        values = list(written)
        devices = [each for each in values if isinstance(each, Device)]
        worn = {each.activation_id: each for each in values if isinstance(each, Activation)}
        beacons = [each for each in values if isinstance(each, Beacon)]
        if not (devices or worn or beacons):
            return self
        return self.changed(devices, worn.values(), beacons)

    def attribute(self, vendor: str, message: Message, received_at: Instant) -> Attributed:
        """Return the positions and events of a message, or why it is nobody's.

        `vendor` is the vendor of the topic, `received_at` when the payload was received.
        """
        history = self._histories.get((vendor, message.device))
        if history is None or not history.activations:
            return self._of_beacon(vendor, message, received_at)
        heard = history.current(received_at)
        ranged, refused = ranges_of(history, message, vendor, received_at, self._beacons)
        positions = (*positions_of(history, message, received_at), *ranged)
        return Attributed(
            positions=positions,
            events=events_of(history, message, received_at, positions),
            rejections=tuple(refused),
            activation_id=None if heard is None else heard.activation_id,
        )

    def _of_beacon(self, vendor: str, message: Message, received_at: Instant) -> Attributed:
        """Return what a message says that no wearer's device sent."""
        placements = self._beacons.get((vendor, message.device))
        placed = None if placements is None else placements.at(received_at)
        if placed is None or placed.wearer_id is None:
            return Attributed(rejections=(self._refusal(vendor, message.device),))
        history = self._wearers[placed.wearer_id]
        if not history.activations:
            return Attributed(rejections=(self._refusal(vendor, message.device),))
        return Attributed(events=events_of_beacon(history, message, received_at))

    def _take(
        self,
        devices: Iterable[Device],
        activations: Iterable[Activation],
        beacons: Iterable[Beacon],
    ) -> None:
        taken: dict[tuple[str, str], list[Activation]] = {
            (device.vendor, device.device_id): [] for device in devices
        }
        worn: dict[str, list[Activation]] = {}
        for activation in activations:
            taken.setdefault((activation.vendor, activation.device_id), []).append(activation)
            worn.setdefault(activation.wearer_id, []).append(activation)
        histories = self._histories
        for key, changes in taken.items():
            former = histories.get(key, NEVER_WORN)
            histories[key] = former.changed(changes)
        self._vendors.update(vendor for vendor, _ in taken)
        self._place(beacons)
        for wearer_id in self._wearers.keys() & worn.keys():
            self._wearers[wearer_id] = self._wearers[wearer_id].changed(worn[wearer_id])

    def _place(self, beacons: Iterable[Beacon]) -> None:
        fresh: dict[str, list[Activation]] = {}
        for beacon in beacons:
            key = (beacon.vendor, beacon.beacon_id)
            former = self._beacons[key].versions if key in self._beacons else ()
            self._beacons[key] = Placements.of([*former, beacon])
            if beacon.wearer_id is not None and beacon.wearer_id not in self._wearers:
                fresh[beacon.wearer_id] = []
        for history in self._histories.values() if fresh else ():
            for activation in history.activations:
                if activation.wearer_id in fresh:
                    fresh[activation.wearer_id].append(activation)
        self._wearers |= {id_: ActivationHistory.of(worn) for id_, worn in fresh.items()}

    def _refusal(self, vendor: str, device: str) -> Rejection:
        if (vendor, device) in self._histories:
            reason, advice = Reason.NO_ACTIVATION, "is worn by nobody: activate it on a wearer"
        elif any((each, device) in self._histories for each in self._vendors):
            reason = Reason.VENDOR_MISMATCH
            advice = "belongs to another vendor: publish with that vendor's name and credentials"
        else:
            reason = Reason.UNKNOWN_DEVICE
            advice = "is not registered: register it, or correct its name in topic and message"
        return Rejection(reason, f"device {device} of vendor {vendor} {advice}", "$.device")
