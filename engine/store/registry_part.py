"""The registry's part of the Store protocol: who wears what, under which order, and the zones."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol

from engine.core.beacon import Beacon
from engine.core.order import Activation
from engine.core.recorded import Recorded
from engine.core.registry import Device, Order, ProtectedPerson, Wearer, WearerClass
from engine.core.registry_journal import RegistryEntry
from zones.group import ZoneGroup
from zones.instant import Instant
from zones.zone import Zone


class RegistryPart(Protocol):
    """Who wears what, under which order, and the zones. Every write raises the revision."""

    def revision(self) -> int:
        """Return a number that grows with every write."""

    def followed(self) -> int:
        """Return the revision that the stored dockets have followed; 0 if it is not known."""

    def follow(self, revision: int) -> None:
        """Note that with this transaction every docket follows a revision."""

    def written_since(self, revision: int) -> Sequence[RegistryEntry] | None:
        """Return what was written after a revision, as it stands, in order.

        None if that is too long ago, or too much: then everything has to be read.
        """

    def save_wearer(self, wearer: Wearer) -> None:
        """Insert or replace a wearer."""

    def save_protected_person(self, person: ProtectedPerson) -> None:
        """Insert or replace a protected person."""

    def save_device(self, device: Device) -> None:
        """Insert or replace a device."""

    def add_activation(self, activation: Activation) -> Activation:
        """Store a new activation and return it with its id (that of the argument is ignored).

        Raises:
            ConflictError: somebody carries the device at that time already.
        """

    def end_activation(self, activation_id: int, ended_at: Instant, reason: str) -> Activation:
        """Set the end of an activation, and why it ended.

        Raises:
            ConflictError: there is no such activation, or it has ended, or not begun by then.
        """

    def save_order(self, order: Order) -> Order:
        """Store an order; an order with that id gets the next version, the former one is kept."""

    def save_zone(self, zone: Zone, recorded: Recorded | None = None) -> Zone:
        """Store a zone version; it gets the next version number of its zone_id."""

    def save_group(self, group: ZoneGroup) -> ZoneGroup:
        """Store a version of a zone group; it gets the next version number of its id."""

    def save_class(self, wearer_class: WearerClass) -> WearerClass:
        """Store a version of a class of wearers; it gets the next version number of its id."""

    def save_beacon(self, beacon: Beacon) -> Beacon:
        """Store where a beacon stands; it gets the next version number of its vendor and id."""

    def wearers(self) -> Sequence[Wearer]:
        """Return all wearers, by id."""

    def protected_persons(self) -> Sequence[ProtectedPerson]:
        """Return all protected persons, by id."""

    def devices(self) -> Sequence[Device]:
        """Return all devices, by vendor and id."""

    def activations(self) -> Sequence[Activation]:
        """Return all activations, by id."""

    def orders(self) -> Sequence[Order]:
        """Return every version of every order, by order_id and version."""

    def zones(self) -> Sequence[Zone]:
        """Return every version of every zone."""

    def zone_recorded(self, zone_id: str) -> Mapping[int, Recorded]:
        """Return by version how a zone's versions came to be, as far as that is known."""

    def groups(self) -> Sequence[ZoneGroup]:
        """Return every version of every zone group, by id and version."""

    def classes(self) -> Sequence[WearerClass]:
        """Return every version of every class of wearers, by id and version."""

    def beacons(self) -> Sequence[Beacon]:
        """Return every version of every beacon, by vendor, id and version."""

    def every_order(self) -> Iterator[str]:
        """Yield the JSON of every version of every order, in any order."""

    def every_zone(self) -> Iterator[Zone]:
        """Yield every version of every zone, in any order, one at a time."""
