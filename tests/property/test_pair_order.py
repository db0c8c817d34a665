"""Two devices, his and hers, arrive interleaved in any order: the pairs judged are the same."""

from datetime import time

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from engine.core.counterpart import Counterpart, counterparts_of
from engine.core.device_event import HEARD
from engine.core.fold import Report
from engine.core.order import Condition, ConditionKind, Parameters, Supervision
from tests.history_kit import EVERY_DAY, ORDERLY, History, arrivals
from tests.judgement_kit import MARGIN_M, MAX_AGE_S, T0, circle, condition, event, position
from tests.property.test_fold_order import arrives_alike, whole
from tests.proximity_kit import PERSON, her_device, hers, keep_away, watching
from zones.instant import SECOND
from zones.interval import Interval
from zones.schedule import Schedule
from zones.weekly import WeeklyWindow

HERS = (2, 3)
"""Her two devices: the second replaces the first, and both are worn for a while."""
KEEP_M, RING_M, PAIRING_S = 300.0, 200.0, 180.0
EDGES_S = (600.0, 1500.0, 3000.0, 3600.0, 4200.0, 7200.0)
"""Seconds at which windows open or close, devices are swapped, and the hour is full."""


@st.composite
def conditions(draw: st.DrawFn) -> list[Condition]:
    """Return a proximity condition with its hours; perhaps one more, or an exclusion beside it."""
    pause = draw(st.sampled_from([None, (600, 1500), (0, 3000), (4200, 9000)]))
    passes = () if pause is None else (Interval(*(T0 + each * SECOND for each in pause)),)
    since = draw(st.sampled_from([None, T0 + 1500 * SECOND]))
    until = draw(st.sampled_from([None, None, T0 + 7200 * SECOND]))
    hours = Schedule("UTC", passes=passes, always=True, effective_from=since, effective_until=until)
    if draw(st.integers(0, 3)) == 0:
        evening = WeeklyWindow(EVERY_DAY, time(12, 50), time(13, 10))
        hours = Schedule("UTC", weekly=(evening,), passes=passes)
    parameters = Parameters(
        threshold=draw(st.integers(1, 3)),
        buffer_m=draw(st.sampled_from([0.0, RING_M])),
        dwell_s=draw(st.sampled_from([0.0, 0.0, 60.0])),
        confidence=draw(st.sampled_from([0.95, 0.6])),
    )
    age_s = draw(st.sampled_from([PAIRING_S, 60.0, 600.0]))
    found = [keep_away(schedule=hours, parameters=parameters, pairing_age_s=age_s)]
    if draw(st.booleans()):
        found.append(keep_away(PERSON, "p2", distance_m=150.0, condition_id="far"))
    if draw(st.booleans()):
        found.append(condition(ConditionKind.EXCLUSION, circle("X", 0, 100), condition_id="x"))
    return found


@st.composite
def supervisions(draw: st.DrawFn) -> Supervision:
    """Return a wearer's supervision; she changes her device, or not."""
    ended_at = draw(st.sampled_from([None, T0 + 7000 * SECOND]))
    made = watching(*draw(conditions()), ended_at=ended_at)
    swap = draw(st.sampled_from([None, 1500, 3000]))
    first = her_device(2, ended_at=None if swap is None else T0 + (swap + 60) * SECOND)
    second = () if swap is None else (her_device(3, T0 + swap * SECOND),)
    return msgspec.structs.replace(made, counterparts=(first, *second))


def moments(last: float) -> st.SearchStrategy[float]:
    """Return times: soon after the last one, as long after as a pair holds, or at an edge."""
    steps = [0.0, 0.0, 1e-6, 20.0, 30.0, 60.0, 120.0, PAIRING_S, PAIRING_S + 1e-6, MAX_AGE_S]
    near = [edge + jitter for edge in EDGES_S for jitter in (-30.0, -1e-6, 0.0, 1e-6, 30.0)]
    soon = st.sampled_from([last + step for step in steps])
    return st.one_of(soon, soon, soon, st.sampled_from(near))


PLACES = (0.0, 1.0, 100.0, KEEP_M, KEEP_M + RING_M, 250.0, 900.0, 1000.0, 60_000.0)
SHIFTS = (0.0, 0.5, MARGIN_M, -MARGIN_M, 2 * MARGIN_M + 1)


@st.composite
def reported(draw: st.DrawFn, seconds: float) -> Report:
    """Return a position of his or hers, or an event of his device."""
    kind = draw(st.integers(0, 9))
    if kind == 0:
        return event(seconds, HEARD)
    metres = draw(st.sampled_from(PLACES)) + draw(st.sampled_from(SHIFTS))
    accuracy_m = draw(st.sampled_from([10.0, 10.0, 3.0, 60.0, 201.0]))
    seq = draw(st.sampled_from([0, 0, 1]))
    if kind < 5:
        return position(seconds, metres, accuracy_m, seq=seq)
    speed_mps = draw(st.sampled_from([None, None, 15.0]))
    return hers(
        seconds,
        metres,
        accuracy_m,
        seq=seq,
        speed_mps=speed_mps,
        activation_id=draw(st.sampled_from(HERS)),
    )


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Return what both devices report in three hours, of hers what the fold is to see."""
    judged_by = draw(supervisions())
    seconds = draw(st.sampled_from([0.0, 540.0, 1400.0, 3500.0]))
    reports: list[Report] = []
    for _ in range(draw(st.integers(2, 16))):
        seconds = draw(moments(seconds))
        reports.append(draw(reported(seconds)))
    return History(judged_by, tuple(_seen(judged_by, reports)), T0 + 3 * 3600 * SECOND)


def _seen(judged_by: Supervision, reports: list[Report]) -> list[Report]:
    own = [each for each in reports if not isinstance(each, Counterpart)]
    positions = [each.position for each in reports if isinstance(each, Counterpart)]
    return [*own, *counterparts_of(judged_by, positions)]


@ORDERLY
@given(st.data())
def test_any_arrival_of_both_ends_in_what_one_fold_in_order_says(data: st.DataObject) -> None:
    """Both permuted, delayed, doubled, with ticks and restarts: the same episodes and verdicts."""
    history = data.draw(histories().filter(lambda each: bool(each.reports)))
    steps = data.draw(arrivals(history.reports))
    arrives_alike(history, steps)


@ORDERLY
@given(st.data())
def test_episodes_of_pairs_are_sound(data: st.DataObject) -> None:
    """No episode of a pair ends before it began; estimates are within their bounds."""
    history = data.draw(histories().filter(lambda each: bool(each.reports)))
    episodes, _ = whole(history, history.until)
    for each in episodes:
        for bound in (each.started, each.ended or each.started):
            assert bound.after is None or bound.after <= bound.estimate
            assert bound.estimate <= bound.by
        assert each.ended is None or each.started.by <= each.ended.by
    places = [(each.condition_id, each.kind, each.zone_id, each.started) for each in episodes]
    assert len(set(map(repr, places))) == len(places)
