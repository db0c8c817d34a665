"""Passes granted and taken back: what an order says afterwards, and who said so."""

import msgspec

from engine.core.condition_json import read_condition
from engine.core.order_revision import Record, granted, pass_records, revoked
from engine.core.order_timeline import timeline
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order
from zones.instant import DAY, HOUR, Instant
from zones.interval import Interval, Intervals

T0: Instant = 1_767_225_600_000_000
NOW = T0 + 10 * DAY
KIM = Record(NOW, "kim", "funeral")
LEE = Record(NOW + HOUR, "lee", "called off")
TOMORROW = Interval(NOW + DAY, NOW + DAY + 4 * HOUR)
YESTERDAY = Interval(NOW - DAY, NOW - DAY + 4 * HOUR)
BEGUN = Interval(NOW - HOUR, NOW + 5 * HOUR)


def order(version: int = 1, since: Instant | None = None, start: str = "22:00") -> Order:
    """Return a version of an order with a curfew and a keep-out."""
    curfew = {
        "id": "c1",
        "kind": "curfew",
        "zone": "HOME",
        "weekly": [{"days": "daily", "start": start, "end": "06:00"}],
    }
    return Order(
        order_id="o1",
        wearer_id="w1",
        agency="",
        officer="",
        effective_from=T0,
        effective_until=None,
        plan=SupervisionPlan(),
        conditions=(
            read_condition(curfew, "UTC"),
            read_condition({"id": "c2", "kind": "exclusion", "zone": "PARK"}, "UTC"),
        ),
        version=version,
        version_from=since,
    )


def passes(one: Order) -> Intervals:
    """Return the passes of the curfew."""
    return one.conditions[0].schedule.passes


def test_a_pass_to_come_holds_from_now() -> None:
    """The next version has the pass, from now on, with who and why; the rest is as it was."""
    (made,) = granted([order()], "c1", TOMORROW, KIM)
    assert (made.version, made.version_from, passes(made)) == (2, NOW, (TOMORROW,))
    assert (made.recorded_at, made.recorded_by, made.reason) == (NOW, "kim", "funeral")
    assert [each.version for each in made.conditions] == [2, 1]
    assert made.conditions[1] == order().conditions[1]


def test_a_pass_that_is_over_holds_from_its_beginning() -> None:
    """A pass for the past makes a version that takes effect when the pass began."""
    (made,) = granted([order()], "c1", YESTERDAY, KIM)
    assert (made.version_from, passes(made)) == (YESTERDAY.start, (YESTERDAY,))


def test_a_pass_leaves_versions_that_hold_later_in_their_time() -> None:
    """Each version that holds from the pass on gets it, and holds for as long as before."""
    versions = [order(), order(2, NOW - HOUR, "21:00"), order(3, NOW + 30 * DAY, "20:00")]
    made = granted(versions, "c1", YESTERDAY, KIM)
    assert [each.version for each in made] == [4, 5, 6]
    assert [each.version_from for each in made] == [YESTERDAY.start, NOW - HOUR, NOW + 30 * DAY]
    assert all(passes(each) == (YESTERDAY,) for each in made)
    starts = [each.conditions[0].schedule.weekly[0].start.hour for each in made]
    assert starts == [22, 21, 20]
    held = timeline([*versions, *made])
    assert [each.order.version for each in held] == [1, 4, 5, 6]


def test_a_pass_there_is_is_not_granted_twice() -> None:
    """The same pass again makes no version."""
    versions = [order(), *granted([order()], "c1", TOMORROW, KIM)]
    assert granted(versions, "c1", TOMORROW, LEE) == []


def test_a_pass_taken_back_before_it_begins_is_gone() -> None:
    """Nothing of it counts, and the record says who took it back."""
    versions = [order(), *granted([order()], "c1", TOMORROW, KIM)]
    (made,) = revoked(versions, "c1", TOMORROW, LEE.at, LEE)
    assert (made.version_from, passes(made)) == (LEE.at, ())
    (record,) = pass_records([*versions, made], "c1")
    assert (record.span, record.until) == (TOMORROW, None)
    assert (record.granted.reason, record.revoked and record.revoked.reason) == (
        "funeral",
        "called off",
    )


def test_of_a_pass_taken_back_midway_what_is_over_stays() -> None:
    """From then on it no longer holds; before, it did."""
    versions = [order(), *granted([order()], "c1", BEGUN, KIM)]
    (made,) = revoked(versions, "c1", BEGUN, LEE.at, LEE)
    assert (made.version_from, passes(made)) == (LEE.at, (Interval(BEGUN.start, LEE.at),))
    (record,) = pass_records([*versions, made], "c1")
    assert (record.span, record.until, record.granted.version) == (BEGUN, LEE.at, 2)


def test_a_pass_taken_back_from_its_beginning_never_was() -> None:
    """The version without it takes effect when the pass had begun."""
    versions = [order(), *granted([order()], "c1", BEGUN, KIM)]
    (made,) = revoked(versions, "c1", BEGUN, BEGUN.start, LEE)
    assert (made.version_from, passes(made)) == (BEGUN.start, ())
    (record,) = pass_records([*versions, made], "c1")
    assert record.until is None


def test_passes_recorded_as_one_change_are_one() -> None:
    """A pass that went into several versions at once was granted once, and stands."""
    versions = [order(), order(2, NOW - HOUR, "21:00")]
    every = [*versions, *granted(versions, "c1", YESTERDAY, KIM)]
    (record,) = pass_records(every, "c1")
    assert (record.span, record.until, record.revoked) == (YESTERDAY, YESTERDAY.end, None)


def test_a_pass_that_a_later_version_leaves_out_counted_in_its_time() -> None:
    """An order stored anew without a pass that was over takes nothing back."""
    had = granted([order()], "c1", YESTERDAY, Record(NOW - 2 * DAY, "kim", "visit"))
    anew = msgspec.structs.replace(order(3, NOW), recorded_at=NOW)
    (record,) = pass_records([order(), *had, anew], "c1")
    assert (record.until, record.revoked) == (YESTERDAY.end, None)
