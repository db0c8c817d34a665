"""Which version of an order holds when, and passes that come with a new version."""

from dataclasses import dataclass

import pytest

from engine.core.compile import registry_of, supervision_of
from engine.core.condition_json import read_condition
from engine.core.order import Activation, Supervision
from engine.core.order_timeline import held_from, timeline
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order, Wearer
from engine.core.supervision_change import changed_from
from zones.instant import DAY, HOUR, Instant, render
from zones.interval import END
from zones.zone import Circle, Zone

T0: Instant = 1_767_225_600_000_000
HOME = Zone("HOME", Circle(13.4, 52.5, 100.0))
Pass = tuple[Instant, Instant]


@dataclass(frozen=True)
class Written:
    """One version of an order with a curfew, in few words."""

    version: int = 1
    since: Instant | None = None
    passes: tuple[Pass, ...] = ()
    start: str = "22:00"

    def order(self) -> Order:
        """Return the version."""
        condition = {
            "id": "c1",
            "kind": "curfew",
            "zone": "HOME",
            "weekly": [{"days": "daily", "start": self.start, "end": "06:00"}],
            "passes": [{"start": render(one), "end": render(end)} for one, end in self.passes],
        }
        return Order(
            order_id="o1",
            wearer_id="w1",
            agency="",
            officer="",
            effective_from=T0,
            effective_until=None,
            plan=SupervisionPlan(),
            conditions=(read_condition(condition, "UTC"),),
            version=self.version,
            version_from=self.since,
        )


def supervision(*written: Written) -> Supervision:
    """Return what versions of the order lead to."""
    worn = Activation(activation_id=1, wearer_id="w1", vendor="v", device_id="d", started_at=T0)
    wearer = Wearer(wearer_id="w1", name="", timezone="UTC")
    orders = [each.order() for each in written]
    return supervision_of(registry_of(1, [wearer], [worn], orders, [HOME]), worn)


def held(*written: Written) -> list[tuple[int, Instant, Instant]]:
    """Return which version holds from when until when."""
    every = timeline([each.order() for each in written])
    return [(each.order.version, each.start, each.end) for each in every]


def test_each_version_holds_until_the_next() -> None:
    """Versions in the order of their dates follow each other."""
    later = Written(2, T0 + DAY)
    assert held(Written(), later) == [(1, T0, T0 + DAY), (2, T0 + DAY, END)]


def test_a_version_dated_back_replaces_everything_from_its_date_on() -> None:
    """What was recorded last counts: what it is dated before holds no more."""
    ahead, back = Written(2, T0 + 9 * DAY), Written(3, T0 + 2 * DAY)
    assert held(Written(), ahead, back) == [(1, T0, T0 + 2 * DAY), (3, T0 + 2 * DAY, END)]
    again = Written(4, T0 + 9 * DAY)
    assert [each[0] for each in held(Written(), ahead, back, again)] == [1, 3, 4]
    assert held(Written(), Written(2, T0)) == [(2, T0, END)]


def test_what_holds_from_an_instant_on_begins_there() -> None:
    """Of the version that holds at the instant only the rest is left."""
    every = [Written().order(), Written(2, T0 + DAY).order()]
    found = [(each.order.version, each.start, each.end) for each in held_from(every, T0 + HOUR)]
    assert found == [(1, T0 + HOUR, T0 + DAY), (2, T0 + DAY, END)]
    assert [each.order.version for each in held_from(every, T0 + DAY)] == [2]


GRANTED: Pass = (T0 + 3 * DAY + 23 * HOUR, T0 + 4 * DAY + HOUR)


@pytest.mark.parametrize("since", [T0, T0 + HOUR, GRANTED[0]])
def test_a_condition_goes_on_when_a_pass_is_granted(since: Instant) -> None:
    """A pass that comes with a later version: one condition, as if it had always been there."""
    found = supervision(Written(), Written(2, since, (GRANTED,)))
    known = supervision(Written(1, None, (GRANTED,)))
    assert [each.schedule for each in found.conditions] == [
        each.schedule for each in known.conditions
    ]
    assert len(found.conditions) == 1


def test_a_pass_counts_only_while_a_version_with_it_holds() -> None:
    """A pass that a later version leaves out counted until that version took effect."""
    half = GRANTED[0] + HOUR
    found = supervision(Written(1, None, (GRANTED,)), Written(2, half))
    (rule,) = found.conditions
    assert [(each.start, each.end) for each in rule.schedule.passes] == [(GRANTED[0], half)]
    assert rule.version == 1


def test_a_condition_with_other_hours_is_another() -> None:
    """Passes and suspensions alone may differ: other hours make a new condition version."""
    found = supervision(Written(), Written(2, T0 + DAY, start="21:00"))
    assert [each.version for each in found.conditions] == [1, 2]


def test_a_pass_changes_nothing_before_it_begins() -> None:
    """Who grants a pass has nothing judged again that came before it."""
    before = supervision(Written())
    granted = supervision(Written(), Written(2, T0 + HOUR, (GRANTED,)))
    assert changed_from(before, granted) == GRANTED[0]
    longer = (GRANTED[0], GRANTED[1] + HOUR)
    more = supervision(
        Written(), Written(2, T0 + HOUR, (GRANTED,)), Written(3, T0 + DAY, (longer,))
    )
    assert changed_from(granted, more) == GRANTED[1]
    assert changed_from(more, granted) == GRANTED[1]
