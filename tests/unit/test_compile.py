"""The registry becomes supervision: every version of every order in its own time."""

from dataclasses import dataclass

from engine.core.compile import registry_of, supervision_of
from engine.core.condition_json import read_condition
from engine.core.order import Activation, Supervision
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order, Wearer
from engine.core.supervision_change import changed_from
from zones.instant import DAY, Instant
from zones.interval import END
from zones.zone import Circle, Zone

T0: Instant = 1_767_225_600_000_000
ZONE = Zone("PARK", Circle(-46.6, -23.5, 100.0))


@dataclass(frozen=True)
class Written:
    """One order version, in few words."""

    order_id: str = "o1"
    version: int = 1
    since: Instant = T0
    until: Instant | None = None
    version_from: Instant | None = None
    threshold: int = 2

    def order(self) -> Order:
        condition = {"id": "c1", "kind": "exclusion", "zone": "PARK", "threshold": self.threshold}
        return Order(
            order_id=self.order_id,
            wearer_id="w1",
            agency="",
            officer="",
            effective_from=self.since,
            effective_until=self.until,
            plan=SupervisionPlan(),
            conditions=(read_condition(condition, "UTC"),),
            version=self.version,
            version_from=self.version_from,
        )


def supervision(*written: Written, ended_at: Instant | None = None) -> Supervision:
    """Return what orders lead to for one activation."""
    activation = Activation(
        activation_id=1, wearer_id="w1", vendor="v", device_id="d", started_at=T0, ended_at=ended_at
    )
    wearer = Wearer(wearer_id="w1", name="", timezone="UTC")
    orders = [each.order() for each in written]
    return supervision_of(registry_of(1, [wearer], [activation], orders, [ZONE]), activation)


def spans(found: Supervision) -> list[tuple[int, Instant | None, Instant | None]]:
    """Return version, start and end of each condition."""
    return [
        (each.version, each.schedule.effective_from, each.schedule.effective_until)
        for each in found.conditions
    ]


def test_a_changed_condition_is_in_force_from_its_version_on() -> None:
    """A new version with another threshold ends the old condition and begins a new one."""
    changed = Written(version=2, version_from=T0 + DAY, threshold=3)
    assert spans(supervision(Written(), changed)) == [
        (1, T0, T0 + DAY),
        (2, T0 + DAY, None),
    ]


def test_an_unchanged_condition_goes_on_through_a_new_version() -> None:
    """A new version that leaves a condition as it was does not cut it."""
    assert spans(supervision(Written(), Written(version=2, version_from=T0 + DAY))) == [
        (1, T0, None)
    ]


def test_nothing_is_in_force_after_the_device_was_taken_off() -> None:
    """The end of an activation ends its conditions."""
    assert spans(supervision(Written(), ended_at=T0 + DAY)) == [(1, T0, T0 + DAY)]


def test_two_orders_with_a_condition_of_one_name_keep_both() -> None:
    """Orders that follow each other may name their conditions alike; both are judged by."""
    found = supervision(Written(until=T0 + DAY), Written(order_id="o2", since=T0 + 2 * DAY))
    assert len({each.key for each in found.conditions}) == 2


def test_a_change_is_noticed_from_where_it_begins_to_matter() -> None:
    """Supervisions differ from the first instant at which they ask for different things."""
    before = supervision(Written())
    changed = supervision(Written(), Written(version=2, version_from=T0 + DAY, threshold=3))
    assert changed_from(before, changed) == T0 + DAY
    assert changed_from(before, supervision(Written())) == END
    assert changed_from(before, supervision(Written(until=T0 + 3 * DAY))) == T0 + 3 * DAY
