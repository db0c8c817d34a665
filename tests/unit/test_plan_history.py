"""Each supervision plan counts in its own time."""

import pytest

from engine.core.call_in import deadline
from engine.core.compile import registry_of, supervision_of
from engine.core.order import Activation, Supervision
from engine.core.plan import PlanHistory, SupervisionPlan, plans_differ_from, strictest
from engine.core.registry import Order, Wearer
from engine.core.supervision_change import changed_from
from tests.judgement_kit import Engine, at, event, position, supervision, tell
from zones.instant import DAY, HOUR, MINUTE, Duration, Instant
from zones.interval import BEGINNING, END

T0: Instant = 1_767_225_600_000_000
USUAL = SupervisionPlan(60.0, 240.0)
SLOW = SupervisionPlan(600.0, 600.0)
QUICK = SupervisionPlan(15.0, 45.0, tamper_grace_s=120.0)


def order(
    plan: SupervisionPlan,
    since: Instant = T0,
    until: Instant | None = None,
    *,
    order_id: str = "o1",
    version: int = 1,
    version_from: Instant | None = None,
) -> Order:
    """Return a version of an order without conditions."""
    return Order(
        order_id=order_id,
        wearer_id="w",
        agency="",
        officer="",
        effective_from=since,
        effective_until=until,
        plan=plan,
        conditions=(),
        version=version,
        version_from=version_from,
    )


def compiled(*orders: Order) -> Supervision:
    """Return what orders lead to for one activation."""
    activation = Activation(
        activation_id=1, wearer_id="w", vendor="v", device_id="d", started_at=T0
    )
    wearer = Wearer(wearer_id="w", name="", timezone="UTC")
    return supervision_of(registry_of(1, [wearer], [activation], orders, []), activation)


def periods(found: PlanHistory) -> list[tuple[Duration | None, SupervisionPlan]]:
    """Return the plans, each with how long after T0 it begins to count."""
    return [
        (None if since == BEGINNING else since - T0, plan)
        for since, plan in zip(found.since, found.plans, strict=True)
    ]


def test_each_version_of_an_order_brings_its_plan() -> None:
    """A new version's plan counts from when it replaces the one before, and not earlier."""
    changed = order(QUICK, version=2, version_from=T0 + DAY)
    found = compiled(order(USUAL), changed).plans
    assert periods(found) == [(None, USUAL), (DAY, QUICK)]
    assert found.max_age_at(T0 + DAY - 1) == USUAL.max_age
    assert found.max_age_at(T0 + DAY) == QUICK.max_age
    assert found.at(BEGINNING) == USUAL
    assert found.at(END) == QUICK


def test_a_version_with_the_same_plan_changes_nothing() -> None:
    """A plan that goes on through a new version is one plan."""
    again = order(USUAL, version=2, version_from=T0 + DAY)
    assert periods(compiled(order(USUAL), again).plans) == [(None, USUAL)]


def test_without_an_order_the_usual_plan_counts() -> None:
    """An activation without orders is judged by the default plan."""
    assert periods(compiled().plans) == [(None, SupervisionPlan())]


def test_of_several_orders_the_strictest_counts() -> None:
    """While two orders bind at once the shorter time counts; a gap keeps the plan before it."""
    long = order(SLOW, until=T0 + 3 * DAY)
    short = order(QUICK, T0 + DAY, T0 + 2 * DAY, order_id="o2")
    later = order(USUAL, T0 + 5 * DAY, order_id="o3")
    at_once = SupervisionPlan(15.0, 45.0, tamper_grace_s=0.0)
    assert periods(compiled(long, short, later).plans) == [
        (None, SLOW),
        (DAY, at_once),
        (2 * DAY, SLOW),
        (5 * DAY, USUAL),
    ]


def test_the_strictest_plan_delays_least() -> None:
    """The shortest time counts, and the shortest delay of a page, whichever plan it is of."""
    assert strictest([QUICK, SLOW]) == SupervisionPlan(15.0, 45.0, tamper_grace_s=0.0)
    assert strictest([QUICK]) == QUICK


def test_a_changed_plan_is_noticed_from_where_it_counts() -> None:
    """A plan changed from now on asks for no new judgement of the past; nor does the same plan."""
    before = compiled(order(USUAL))
    changed = compiled(order(USUAL), order(QUICK, version=2, version_from=T0 + DAY))
    assert changed_from(before, changed) == T0 + DAY
    assert changed_from(changed, before) == T0 + DAY
    assert changed_from(changed, changed) == END
    assert changed_from(before, compiled(order(QUICK))) == BEGINNING


def test_histories_that_part_do_so_at_their_first_difference() -> None:
    """Of two histories only the plans count, not how they are cut."""
    one = PlanHistory((BEGINNING, T0), (USUAL, QUICK))
    other = PlanHistory((BEGINNING, T0, T0 + HOUR), (USUAL, QUICK, SLOW))
    assert plans_differ_from(one, other) == T0 + HOUR


@pytest.mark.parametrize(
    ("plans", "heard", "due"),
    [
        ([(BEGINNING, USUAL)], 0, 5 * MINUTE),
        ([(BEGINNING, SLOW), (T0 + 2 * MINUTE, QUICK)], 0, 3 * MINUTE),
        ([(BEGINNING, USUAL), (T0 + 2 * MINUTE, SLOW)], 0, 22 * MINUTE),
        ([(BEGINNING, USUAL), (T0 + 5 * MINUTE, SLOW)], 0, 5 * MINUTE),
        ([(BEGINNING, USUAL), (T0 + 2 * MINUTE, SLOW)], 3 * MINUTE, 23 * MINUTE),
    ],
)
def test_a_call_in_is_due_by_the_plan_that_counts_then(
    plans: list[tuple[Instant, SupervisionPlan]], heard: Duration, due: Duration
) -> None:
    """A plan that takes effect while a call-in is awaited counts from when it does."""
    history = PlanHistory(tuple(since for since, _ in plans), tuple(plan for _, plan in plans))
    judged_by = supervision(started_at=T0)
    judged_by = type(judged_by)(
        activation=judged_by.activation, plans=history, timezone="UTC", conditions=()
    )
    assert deadline(judged_by, T0 + heard, BEGINNING) == T0 + due


def test_a_position_holds_by_the_plan_it_was_measured_under() -> None:
    """A location found under a slow plan is not lost by the quick one that follows."""
    plain = supervision()
    plans = PlanHistory((BEGINNING, at(100)), (SLOW, QUICK))
    judged_by = type(plain)(activation=plain.activation, plans=plans, timezone="UTC", conditions=())
    engine = Engine(judged_by)
    engine.take([position(0, 0), event(900)], at(1000))
    assert engine.standing() == []
    engine.take([event(1201)], at(1300))
    assert [tell(each)[:3] for each in engine.standing()] == [
        ("location_lost", "confirmed", (0, 1200))
    ]
    engine.take([position(1210, 0), event(1271)], at(1300))
    assert [tell(each)[:3] for each in engine.standing()] == [
        ("location_lost", "confirmed", (0, 1200)),
        ("location_lost", "confirmed", (1210, 1270)),
    ]


def test_a_history_says_what_is_wrong_with_it() -> None:
    """Every instant has one plan."""
    with pytest.raises(ValueError, match="one rising instant for each plan"):
        PlanHistory((T0, T0), (USUAL, QUICK))
