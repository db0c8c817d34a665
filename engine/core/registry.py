"""The registry is who wears what, under which order: everything that is configured, not measured.

It is loaded from the store as one frozen value; a change in the store makes a new one.
"""

import msgspec

from engine.core.order import ConditionKind, Parameters, Stay
from engine.core.plan import SupervisionPlan
from engine.core.proximity import Proximity
from zones.instant import Instant
from zones.schedule import Schedule


class Wearer(msgspec.Struct, frozen=True, kw_only=True):
    """The supervised person who wears a device."""

    wearer_id: str
    name: str
    timezone: str
    """IANA zone of the wearer's wall clock."""
    agency: str = ""


class ProtectedPerson(msgspec.Struct, frozen=True, kw_only=True):
    """Whom proximity conditions protect; carries a device too.

    No output to wearers or vendors says the name, or where she is.
    """

    person_id: str
    name: str
    timezone: str
    """IANA zone of the wall clock."""
    agency: str = ""
    plan: SupervisionPlan = SupervisionPlan()
    """How often the device is to report."""


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One ankle monitor; identified by its vendor and the vendor's id for it."""

    vendor: str
    device_id: str
    model: str = ""


class OrderCondition(msgspec.Struct, frozen=True, kw_only=True):
    """One condition as written in an order: zones and groups of zones by id."""

    condition_id: str
    kind: ConditionKind
    zone_ids: tuple[str, ...]
    schedule: Schedule
    parameters: Parameters = Parameters()
    version: int = 1
    group_ids: tuple[str, ...] = ()
    """Groups whose zones count like those of `zone_ids`."""
    stay: Stay | None = None
    """Of an attendance; None of any other kind."""
    proximity: Proximity | None = None
    """From whom to keep away; None for conditions on places."""
    priority: int = 0
    """Where conditions overlap, the higher one counts: see `precedence.py`."""


class WearerClass(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a class of wearers: whoever an order puts in it has these conditions too."""

    class_id: str
    name: str
    timezone: str
    """IANA zone of the wall clock of the conditions' hours."""
    conditions: tuple[OrderCondition, ...]
    version: int = 1
    effective_from: Instant | None = None
    """From when on this version holds; None: it always did."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """The legal instrument: responsible officer, from-until, plan, conditions and classes."""

    order_id: str
    wearer_id: str
    agency: str
    officer: str
    effective_from: Instant
    effective_until: Instant | None
    plan: SupervisionPlan
    conditions: tuple[OrderCondition, ...]
    classes: tuple[str, ...] = ()
    """Classes the order puts the wearer in, by id."""
    version: int = 1
    version_from: Instant | None = None
    """Instant from which this version replaces others; None: since `effective_from`. It may lie
    before that of former versions, which it then replaces: see `order_timeline.py`."""
    recorded_at: Instant | None = None
    """When this version was written down; None: not known."""
    recorded_by: str = ""
    """Who wrote it down, as claimed. Like the reason, it has no say in a judgement."""
    reason: str = ""
    """Why, in words."""
