"""A dry run tells exactly what the change, really made from the window's start on, would do."""

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.core.compile import Registry, registry_of, supervision_of
from engine.core.dry_run import Effect, wearer_dry_run
from engine.core.episode import Episode
from engine.core.order import Activation, ConditionKind, Supervision
from engine.core.plan import SupervisionPlan
from engine.core.proposal import ParameterChange, Proposal, applied
from engine.core.registry import Order, OrderCondition, Wearer
from engine.core.what_if import narrowed, what_if
from tests.history_kit import NIGHTS, History, histories, moments, parameters, reported, schedules
from tests.judgement_kit import MAX_AGE_S, Engine, circle
from zones.instant import HOUR, SECOND, Instant
from zones.zone import Zone

ORDERLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
ZONES = (circle("X", 0, 100), circle("H", 1000, 50), circle("I", 500, 900))
PLAN = SupervisionPlan(interval_s=0.0, buffer_s=MAX_AGE_S)
KINDS = {
    "x": (ConditionKind.EXCLUSION, "X"),
    "h": (ConditionKind.CURFEW, "H"),
    "i": (ConditionKind.INCLUSION, "I"),
}


@st.composite
def written(draw: st.DrawFn, condition_id: str, night: Instant) -> OrderCondition:
    """Return one condition as an order has it."""
    kind, zone_id = KINDS[condition_id]
    return OrderCondition(
        condition_id=condition_id,
        kind=kind,
        zone_ids=(zone_id,),
        schedule=draw(schedules(night)),
        parameters=draw(parameters()),
    )


def registry(night: Instant, orders: list[Order], zones: tuple[Zone, ...] = ZONES) -> Registry:
    """Return a registry with one wearer, who put the device on as the night began."""
    activation = Activation(
        activation_id=1, wearer_id="w", vendor="v", device_id="d", started_at=night
    )
    wearer = Wearer(wearer_id="w", name="W", timezone="Europe/Berlin")
    return registry_of(1, [wearer], [activation], orders, zones)


def order(night: Instant, conditions: tuple[OrderCondition, ...]) -> Order:
    """Return the order of the night, which began the day before."""
    return Order(
        order_id="o",
        wearer_id="w",
        agency="",
        officer="",
        effective_from=night - 24 * HOUR,
        effective_until=None,
        plan=PLAN,
        conditions=conditions,
    )


def judged_by(made: Registry) -> Supervision:
    """Return what the one activation of a registry is judged by."""
    return supervision_of(made, made.activations[0])


def arrived(supervision: Supervision, history: History) -> Engine:
    """Return an engine that took a history hour by hour, and so has checkpoints."""
    engine = Engine(supervision)
    reports = sorted(history.reports, key=lambda each: each.received_at)
    for report in reports:
        engine.take([report], report.received_at)
    engine.take([], history.until)
    return engine


def touching(engine: Engine, since: Instant) -> list[Episode]:
    """Return what an engine says of the time after an instant."""
    return [each for each in engine.standing() if each.ended is None or each.ended.by > since]


def content(episodes: list[Episode]) -> list[str]:
    """Return episodes by all they say, but for the numbers of versions."""
    return sorted(
        repr(msgspec.structs.replace(each, condition_version=None))
        for each in episodes
        if each.condition_id is not None and each.positions > 0
    )


@st.composite
def told(draw: st.DrawFn) -> tuple[Instant, Instant, History, tuple[OrderCondition, ...]]:
    """Return a night, the window's start, what was reported, and the conditions of the order."""
    night = draw(st.sampled_from(NIGHTS))
    conditions = tuple(draw(written(each, night)) for each in KINDS)
    made = judged_by(registry(night, [order(night, conditions)]))
    reports, seconds = [], 0.0
    edges = [0.0, 3600.0, 7200.0, 10_800.0]
    offset = (night - NIGHTS[0]) / SECOND + 7 * 3600
    for _ in range(draw(st.integers(1, 16))):
        seconds = draw(moments(seconds, edges))
        reports.append(draw(reported(offset + seconds)))
    since = night + draw(st.sampled_from([0, 1800, 3600, 7200, 9000])) * SECOND
    return night, since, History(made, tuple(reports), night + 14 * HOUR), conditions


@ORDERLY
@given(st.data())
def test_the_same_supervision_changes_nothing(data: st.DataObject) -> None:
    """Judged twice by the same supervision, every alert is unchanged."""
    history = data.draw(histories())
    engine = arrived(history.judged_by, history)
    since = data.draw(st.sampled_from([each.received_at for each in history.reports]))
    past = engine.archive.history()
    found = what_if(history.judged_by, history.judged_by, since, history.until, past)
    assert len(found.before) == len(found.after)
    alerts = wearer_dry_run("w", since, [found]).alerts
    assert all(each.effect is Effect.UNCHANGED for each in alerts)


@ORDERLY
@given(st.data())
def test_a_dry_run_is_the_change_really_made(data: st.DataObject) -> None:
    """Its episodes after are those of an engine on which the change was in force since then."""
    night, since, history, conditions = data.draw(told())
    one = registry(night, [order(night, conditions)])
    zone = data.draw(st.sampled_from([None, circle("X", 60, 200), circle("H", 900, 80)]))
    other = data.draw(st.one_of(st.none(), written("h", night)))
    threshold = data.draw(st.sampled_from([None, 1, 3]))
    proposal = Proposal(
        zones=() if zone is None else (zone,),
        conditions=() if other is None else (("o", other),),
        parameters=()
        if threshold is None
        else (ParameterChange(condition_id="x", changes={"threshold": threshold}),),
    )
    before = judged_by(one)
    after = judged_by(applied(one, proposal, since))
    past = arrived(before, history).archive.history()
    found = what_if(*narrowed(before, after), since, history.until, past)
    changed = tuple(_made(each, other, threshold) for each in conditions)
    orders = [order(night, conditions)]
    if changed != conditions:
        orders.append(
            msgspec.structs.replace(orders[0], conditions=changed, version=2, version_from=since)
        )
    real = judged_by(registry(night, orders, (*ZONES, *_versions(zone, since))))
    concerned = {each.condition_id for each in narrowed(before, after)[1].conditions}
    expected = [
        each for each in touching(arrived(real, history), since) if each.condition_id in concerned
    ]
    assert content([each.episode for each in found.after]) == content(expected)


def _made(
    condition: OrderCondition, other: OrderCondition | None, threshold: int | None
) -> OrderCondition:
    if other is not None and condition.condition_id == other.condition_id:
        return other
    if threshold is not None and condition.condition_id == "x":
        tuned = msgspec.structs.replace(condition.parameters, threshold=threshold)
        return msgspec.structs.replace(condition, parameters=tuned)
    return condition


def _versions(zone: Zone | None, since: Instant) -> tuple[Zone, ...]:
    if zone is None:
        return ()
    return (Zone(zone.zone_id, zone.shape, version=2, effective_from=since),)
