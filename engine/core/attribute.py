"""Attribution finds whose a message is: by vendor and device, then by who wore it when.

A device that is not registered, or is another vendor's, or that nobody ever wore, gives a rejection
and nothing else; the payload is kept, so nothing is lost once the registry is put right.
"""

from collections.abc import Iterable

import msgspec

from engine.core.activation_history import NEVER_WORN, ActivationHistory
from engine.core.device_event import DeviceEvent
from engine.core.evidence import events_of, positions_of
from engine.core.order import Activation
from engine.core.position import Position
from engine.core.registry import Device
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

    __slots__ = ("_device_ids", "_histories")

    def __init__(
        self, devices: Iterable[Device] = (), activations: Iterable[Activation] = ()
    ) -> None:
        """Build from the registry: one pass, and a sort per device worn more than once."""
        self._histories: dict[tuple[str, str], ActivationHistory] = {}
        self._device_ids: set[str] = set()
        self._take(devices, activations)

    def changed(
        self, devices: Iterable[Device] = (), activations: Iterable[Activation] = ()
    ) -> "Attribution":
        """Return one with further devices and new or changed activations; this one stays."""
        changed = Attribution()
        changed._histories = self._histories.copy()
        changed._device_ids = self._device_ids.copy()
        changed._take(devices, activations)
        return changed

    def attribute(self, vendor: str, message: Message, received_at: Instant) -> Attributed:
        """Return the positions and events of a message, or why it is nobody's.

        `vendor` is the vendor of the topic, `received_at` when the payload was received.
        """
        history = self._histories.get((vendor, message.device))
        if history is None or not history.activations:
            return Attributed(rejections=(self._refusal(vendor, message.device),))
        heard = history.current(received_at)
        return Attributed(
            positions=positions_of(history, message, received_at),
            events=events_of(history, message, received_at),
            activation_id=None if heard is None else heard.activation_id,
        )

    def _take(self, devices: Iterable[Device], activations: Iterable[Activation]) -> None:
        taken: dict[tuple[str, str], list[Activation]] = {
            (device.vendor, device.device_id): [] for device in devices
        }
        for activation in activations:
            taken.setdefault((activation.vendor, activation.device_id), []).append(activation)
        for key, changes in taken.items():
            former = self._histories.get(key, NEVER_WORN)
            self._histories[key] = former.changed(changes)
            self._device_ids.add(key[1])

    def _refusal(self, vendor: str, device: str) -> Rejection:
        if (vendor, device) in self._histories:
            reason, advice = Reason.NO_ACTIVATION, "is worn by nobody: activate it on a wearer"
        elif device in self._device_ids:
            reason = Reason.VENDOR_MISMATCH
            advice = "belongs to another vendor: publish with that vendor's name and credentials"
        else:
            reason = Reason.UNKNOWN_DEVICE
            advice = "is not registered: register it, or correct its name in topic and message"
        return Rejection(reason, f"device {device} of vendor {vendor} {advice}", "$.device")
