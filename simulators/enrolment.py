"""Enrolment makes simulated wearers real to an engine: wearer, device, activation, order, zones."""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from engine.core.beacon import Beacon
from engine.core.condition_json import read_condition
from engine.core.order import Activation, Role
from engine.core.plan import SupervisionPlan
from engine.core.registry import Device, Order, ProtectedPerson, Wearer
from engine.store.registry_part import RegistryPart
from zones.geojson import read_zones
from zones.instant import Instant

AGENCY: Final = "Simulated agency"
OFFICER: Final = "Officer Simões"


class Enrollable(Protocol):
    """What a simulated wearer must say of himself."""

    @property
    def wearer_id(self) -> str:
        """Id of the wearer."""
        ...

    @property
    def name(self) -> str:
        """Name to show."""
        ...

    @property
    def vendor(self) -> str:
        """Vendor of the device."""
        ...

    @property
    def device_id(self) -> str:
        """The vendor's id for the device."""
        ...

    @property
    def timezone(self) -> str:
        """IANA zone of the wall clock."""
        ...

    @property
    def interval_s(self) -> int:
        """A report is due every so many seconds."""
        ...

    @property
    def buffer_s(self) -> int:
        """Seconds a report may be late."""
        ...

    @property
    def conditions(self) -> list[dict[str, Any]]:
        """Conditions in their JSON form."""
        ...


def enrol(
    registry: RegistryPart,
    wearers: Iterable[Enrollable],
    zones: Mapping[str, Any],
    since: Instant,
    until: Instant | None = None,
    beacons: Iterable[Beacon] = (),
) -> None:
    """Register wearers with their devices and orders, in force from `since`, zones and beacons.

    Devices are taken off at `until`.
    """
    reading = read_zones(zones)
    if reading.problems:
        raise ValueError("; ".join(str(problem) for problem in reading.problems))
    for zone in reading.zones:
        registry.save_zone(zone)
    everyone = sorted(wearers, key=lambda each: not is_protected(each))
    for wearer in everyone:
        if is_protected(wearer):
            registry.save_protected_person(_person(wearer))
        else:
            registry.save_wearer(_wearer(wearer))
        registry.save_device(Device(vendor=wearer.vendor, device_id=wearer.device_id))
        registry.add_activation(_activation(wearer, since, until))
        if not is_protected(wearer):
            registry.save_order(_order(wearer, since))
    for beacon in beacons:
        registry.save_beacon(beacon)


def _wearer(wearer: Enrollable) -> Wearer:
    return Wearer(
        wearer_id=wearer.wearer_id,
        name=wearer.name,
        timezone=wearer.timezone,
        agency=_agency(wearer),
    )


def _agency(wearer: Enrollable) -> str:
    """Return who supervises; whoever does not say is the simulated agency's."""
    return str(getattr(wearer, "agency", AGENCY))


def _officer(wearer: Enrollable) -> str:
    return str(getattr(wearer, "officer", OFFICER))


def is_protected(wearer: Enrollable) -> bool:
    """Tell whether it is a protected person; whoever does not say is a wearer."""
    return bool(getattr(wearer, "protected", False))


def _person(wearer: Enrollable) -> ProtectedPerson:
    return ProtectedPerson(
        person_id=wearer.wearer_id,
        name=wearer.name,
        timezone=wearer.timezone,
        agency=AGENCY,
        plan=SupervisionPlan(float(wearer.interval_s), float(wearer.buffer_s)),
    )


def _activation(wearer: Enrollable, since: Instant, until: Instant | None) -> Activation:
    return Activation(
        activation_id=0,
        wearer_id=wearer.wearer_id,
        vendor=wearer.vendor,
        device_id=wearer.device_id,
        started_at=since,
        ended_at=until,
        role=Role.PROTECTED if is_protected(wearer) else Role.WEARER,
    )


def _order(wearer: Enrollable, since: Instant) -> Order:
    return Order(
        order_id=f"order-{wearer.wearer_id}",
        wearer_id=wearer.wearer_id,
        agency=_agency(wearer),
        officer=_officer(wearer),
        effective_from=since,
        effective_until=None,
        plan=SupervisionPlan(float(wearer.interval_s), float(wearer.buffer_s)),
        conditions=tuple(read_condition(each, wearer.timezone) for each in wearer.conditions),
    )
