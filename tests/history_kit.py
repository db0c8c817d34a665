"""Histories made up: who is supervised how, what is reported, and how it arrives."""

from dataclasses import dataclass
from datetime import time
from typing import TypedDict

import msgspec
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.core.device_event import CLOCK_WRONG, HEARD, EventState
from engine.core.fold import Report, in_order
from engine.core.folding import time_of
from engine.core.order import Condition, ConditionKind, Parameters, Stay, Supervision
from engine.core.position import Mechanism
from tests.judgement_kit import (
    MARGIN_M,
    MAX_AGE_S,
    T0,
    circle,
    condition,
    event,
    position,
    supervision,
)
from zones.history import ZoneHistory
from zones.instant import SECOND, Instant, parse
from zones.interval import Interval
from zones.schedule import Schedule
from zones.weekly import WeeklyWindow
from zones.zone_set import ZoneSet

NIGHTS = (
    parse("2026-06-01T19:00:00Z"),
    parse("2026-03-28T20:00:00Z"),
    parse("2026-10-24T19:00:00Z"),
)
"""Evenings in Berlin: before a plain night, one that skips an hour, one that repeats one."""
EVERY_DAY = frozenset(range(7))
ORDERLY = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

EDGES = (60, 301, 3599, 3600, 7200, 9000, 10_800, 12_000, 14_400, 18_000, 20_000, 36_000, 43_200)
"""Seconds into the night at which schedules, passes and zones change, and some others."""


class Vitals(TypedDict):
    """What a message says of itself."""

    seq: int
    battery_pct: float | None
    charging: bool | None


@dataclass(frozen=True)
class History:
    """What was reported and by what it is judged; instants at which something changes."""

    judged_by: Supervision
    reports: tuple[Report, ...]
    until: Instant


@dataclass(frozen=True)
class Arrival:
    """One step of arrival: reports, or none (a tick), then a pause; perhaps after a restart."""

    reports: tuple[Report, ...]
    pause: Instant
    restart: bool


@st.composite
def parameters(draw: st.DrawFn) -> Parameters:
    """Return parameters near those in use."""
    return Parameters(
        threshold=draw(st.integers(1, 3)),
        buffer_m=draw(st.sampled_from([0.0, 50.0])),
        dwell_s=draw(st.sampled_from([0.0, 60.0, 300.0])),
        confidence=draw(st.sampled_from([0.95, 0.6])),
        shared_error_m=draw(st.sampled_from([0.0, 15.0, 60.0])),
        shared_error_half_life_s=draw(st.sampled_from([60.0, 1200.0])),
    )


@st.composite
def schedules(draw: st.DrawFn, night: Instant) -> Schedule:
    """Return hours of one night in Berlin, or always; with passes, or an end."""
    pause = draw(st.sampled_from([None, (7000, 9000), (10_800, 12_000), (0, 11_000)]))
    passes = () if pause is None else (Interval(*(night + each * SECOND for each in pause)),)
    if draw(st.booleans()):
        return Schedule("Europe/Berlin", passes=passes, always=True)
    hours = draw(st.sampled_from([(22, 6), (22, 23), (2, 3), (0, 4)]))
    first = WeeklyWindow(EVERY_DAY, time(hours[0]), time(hours[1]))
    more = draw(st.sampled_from([(), (WeeklyWindow(EVERY_DAY, time(23), time(1), ("H2",)),)]))
    return Schedule("Europe/Berlin", weekly=(first, *more), passes=passes)


@st.composite
def attendances(draw: st.DrawFn, night: Instant, changed: Instant) -> Condition:
    """Return an attendance of some hours of the night, of all of them or of a minimum stay."""
    hours = draw(st.sampled_from([(22, 2), (22, 23), (0, 4), (2, 3)]))
    pause = draw(st.sampled_from([None, None, (7000, 9000), (10_800, 12_000), (11_400, 11_460)]))
    length_s = 3600.0 * ((hours[1] - hours[0]) % 24)
    slack_s = draw(st.sampled_from([None, 30.0, 60.0, 200.0, 1200.0]))
    return condition(
        ConditionKind.ATTENDANCE,
        (circle("A", 0, 100), circle("A", 60, 100, version=2, since=changed)),
        circle("B", 950, 60),
        condition_id="a",
        schedule=Schedule(
            "Europe/Berlin",
            weekly=(WeeklyWindow(EVERY_DAY, time(hours[0]), time(hours[1])),),
            passes=() if pause is None else (Interval(*(night + each * SECOND for each in pause)),),
        ),
        stay=Stay(
            minimum_s=None if slack_s is None else length_s - slack_s,
            late_after_s=draw(st.sampled_from([0.0, 60.0, 600.0])),
            early_before_s=draw(st.sampled_from([0.0, 300.0])),
        ),
        parameters=draw(parameters()),
    )


@st.composite
def supervisions(draw: st.DrawFn, night: Instant) -> Supervision:
    """Return an exclusion, an inclusion, a curfew and an attendance, at least one of them."""
    changed = night + draw(st.sampled_from([0, 3600, 7200, 9000])) * SECOND
    kept_out = draw(
        st.sampled_from(
            [
                (circle("X", 0, 100),),
                (circle("X", 0, 100), circle("X", 200, 100, version=2, since=changed)),
                (circle("X", 0, 300, since=changed),),
                (
                    circle("X", 0, 100),
                    circle("X", 0, 100, version=2, since=changed, withdrawn=True),
                    circle("X", 0, 100, version=3, since=changed + 3600 * SECOND),
                ),
            ]
        )
    )
    made = [
        condition(
            ConditionKind.EXCLUSION,
            kept_out,
            circle("Y", 350, 80),
            condition_id="x",
            schedule=draw(schedules(night)),
            parameters=draw(parameters()),
        ),
        condition(
            ConditionKind.INCLUSION,
            circle("I", 500, 900),
            condition_id="i",
            schedule=draw(schedules(night)),
            parameters=draw(parameters()),
        ),
        condition(
            ConditionKind.CURFEW,
            (circle("H", 1000, 50), circle("H", 900, 50, version=2, since=changed)),
            places=[circle("H2", 0, 60)],
            condition_id="h",
            schedule=draw(schedules(night)),
            parameters=draw(parameters()),
        ),
    ]
    made.append(draw(attendances(night, changed)))
    made[0], made[2] = (draw(withdrawals(each, night)) for each in (made[0], made[2]))
    chosen = draw(st.lists(st.sampled_from(made), min_size=1, unique_by=_id))
    ranks = st.sampled_from([0, 0, 1, 2])
    chosen = [replace(each, priority=draw(ranks)) for each in chosen]
    until = draw(st.sampled_from([None, night + 20_000 * SECOND]))
    return supervision(*chosen, ended_at=until, started_at=night)


def _id(each: Condition) -> str:
    return each.condition_id


@st.composite
def withdrawals(draw: st.DrawFn, rule: Condition, night: Instant) -> Condition:
    """Return a condition of which a group of zones leaves out a zone for a while, or none."""
    out = draw(st.sampled_from([None, None, (3600, 9000), (7200, 20_000), (0, 7200)]))
    if out is None:
        return rule
    span = Interval(*(night + each * SECOND for each in out))
    first, *others = rule.zones.histories
    changed = ZoneHistory(first.versions, withdrawn=(span,))
    return msgspec.structs.replace(rule, zones=ZoneSet((changed, *others)))


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Return a night's reports, placed and timed near where something changes."""
    night = draw(st.sampled_from(NIGHTS))
    judged_by = draw(supervisions(night))
    offset = (night - T0) / SECOND
    edges = sorted(_edges(judged_by, night))
    if draw(st.booleans()):
        stays = draw(st.one_of(stretches(offset, edges), crowds(offset)))
        return History(judged_by, tuple(stays), night + 14 * 3600 * SECOND)
    count = draw(st.integers(1, 16))
    reports: list[Report] = []
    seconds = draw(st.sampled_from([0.0, 60.0, 3600.0, 10_000.0]))
    for _ in range(count):
        seconds = draw(moments(seconds, edges))
        reports.append(draw(reported(offset + seconds)))
    reports += draw(st.lists(of_beacons(offset, edges), max_size=4))
    last = max(time_of(each) for each in reports)
    after = draw(st.sampled_from([0, 301, 3600, 86_401, 14 * 3600])) * SECOND
    return History(judged_by, tuple(reports), max(night + 14 * 3600 * SECOND, last + after))


@st.composite
def of_beacons(draw: st.DrawFn, offset: float, edges: list[float]) -> Report:
    """Return that a home unit was in range, or that it was moved or put back."""
    seconds = offset + draw(moments(draw(st.sampled_from([0.0, 3600.0, 10_000.0])), edges))
    if draw(st.booleans()):
        kind = draw(st.sampled_from(["beacon_moved", "beacon_moved", "beacon_power_lost"]))
        told = event(seconds, kind, draw(st.sampled_from(list(EventState))))
        return msgspec.structs.replace(told, beacon_id="HU-1")
    at_home = position(seconds, draw(st.sampled_from([1000.0, 0.0, 5000.0])), 50.0, seq=2)
    return msgspec.structs.replace(
        at_home, mechanism=Mechanism.RF, beacon_id="HU-1", beacon_zone_id="H"
    )


@st.composite
def crowds(draw: st.DrawFn, offset: float) -> list[Report]:
    """Return many reports of few instants, as devices send them whose clocks know no better."""
    instants = draw(st.sampled_from([(0.0,), (60.0, 60.0, 3600.0), (3599.0, 3600.0)]))
    count = draw(st.integers(2, 14))
    return [draw(crowded(offset + draw(st.sampled_from(instants)))) for _ in range(count)]


@st.composite
def crowded(draw: st.DrawFn, seconds: float) -> Report:
    """Return a report of something that begins or ends, told by either of two devices."""
    seq, charging = draw(st.integers(0, 9)), draw(st.sampled_from([None, True, False]))
    battery_pct = draw(st.sampled_from([None, None, 1.0, 9.0, 18.0, 60.0]))
    vitals: Vitals = {"seq": seq, "battery_pct": battery_pct, "charging": charging}
    if draw(st.booleans()):
        metres = draw(st.sampled_from([0.0, 60_000.0, 60_001.0]))
        return position(seconds, metres, **vitals)
    kind = draw(st.sampled_from([HEARD, CLOCK_WRONG, *EVENT_TYPES, "beacon_moved"]))
    if kind in (HEARD, CLOCK_WRONG):
        return event(seconds, kind, **vitals)
    told = event(
        seconds, kind, draw(st.sampled_from(list(EventState))), draw(st.sampled_from("de"))
    )
    return told if kind != "beacon_moved" else replace(told, beacon_id="HU-1")


@st.composite
def stretches(draw: st.DrawFn, offset: float, edges: list[float]) -> list[Report]:
    """Return stays at a few places, one after the other, from about where something changes."""
    seconds = draw(st.sampled_from([0.0, 7000.0, *edges])) - draw(st.sampled_from([0.0, 90.0, 400]))
    reports: list[Report] = []
    for _ in range(draw(st.integers(1, 4))):
        metres = draw(st.sampled_from([0.0, 0.0, 130.0, 400.0, 950.0, 3000.0, 105.0]))
        step = draw(st.sampled_from([30.0, 120.0, 240.0, MAX_AGE_S]))
        for count in range(draw(st.integers(1, 6))):
            reports.append(position(offset + max(0.0, seconds), metres + count))
            seconds += step
        seconds += draw(st.sampled_from([0.0, 0.0, 600.0]))
    return reports


def _edges(judged_by: Supervision, night: Instant) -> set[float]:
    found: set[float] = set()
    for each in judged_by.conditions:
        after, last = night, night + 12 * 3600 * SECOND
        while (after := each.next_change(after)) < last:
            found.add((after - night) / SECOND)
    return found


def moments(last: float, edges: list[float]) -> st.SearchStrategy[float]:
    """Return times: soon after the last one, as long after as it holds, or at an edge."""
    steps = [0.0, 1e-6, 30.0, 60.0, 120.0, MAX_AGE_S, MAX_AGE_S + 1e-6, MAX_AGE_S - 1.0, 3000.0]
    steps += [86_400.0]
    near = [edge + jitter for edge in edges for jitter in (-30.0, -1e-6, 0.0, 1e-6, 30.0)]
    soon = st.sampled_from([last + step for step in steps])
    return st.one_of(soon, soon, st.sampled_from(near)) if near else soon


EVENT_TYPES = (
    *(HEARD, HEARD, HEARD, CLOCK_WRONG, CLOCK_WRONG, "strap_tamper", "strap_tamper", "case_tamper"),
    *("battery_low", "battery_critical", "battery_dead", "charging", "motion_without_gnss"),
    *("no_motion", "sos", "unheard_of"),
)
PERCENT = st.sampled_from([None, None, None, 1.0, 6.5, 10.0, 12.0, 20.0, 24.0, 26.0, 51.0])
SEQUENCES = st.one_of(st.sampled_from([0, 1]), st.integers(0, 14), st.sampled_from([15, 40, 5000]))
BOUNDARIES = (-300, -160, -100, 100, 270, 300, 430, 900, 950, 1050, -400, 1400, 60, -60)
PLACES = tuple(
    boundary + shift
    for boundary in BOUNDARIES
    for shift in (0.0, MARGIN_M, -MARGIN_M, MARGIN_M + 1, -MARGIN_M - 1, 30.0, -30.0)
)


@st.composite
def reported(draw: st.DrawFn, seconds: float) -> Report:
    """Return a position near a boundary, or one that cannot be, or an event."""
    battery_pct = draw(PERCENT)
    charging = draw(st.sampled_from([None, None, None, True, False]))
    if draw(st.integers(0, 3)) == 0:
        kind = draw(st.sampled_from(EVENT_TYPES))
        if kind in (HEARD, CLOCK_WRONG):
            seq = draw(SEQUENCES)
            return event(seconds, kind, seq=seq, battery_pct=battery_pct, charging=charging)
        return event(seconds, kind, draw(st.sampled_from(list(EventState))))
    metres = draw(st.one_of(st.sampled_from(PLACES), st.sampled_from([0.0, 1000.0, 60_000.0])))
    accuracy_m = draw(st.sampled_from([10.0, 10.0, 10.0, 3.0, 200.0, 201.0, None]))
    mechanism = draw(st.sampled_from([Mechanism.GNSS, Mechanism.GNSS, Mechanism.CELL]))
    return position(
        seconds,
        metres,
        accuracy_m,
        seq=draw(SEQUENCES),
        mechanism=mechanism,
        battery_pct=battery_pct,
        charging=charging,
    )


@st.composite
def arrivals(draw: st.DrawFn, reports: tuple[Report, ...]) -> list[Arrival]:
    """Return the reports in another order, some twice, in batches, with ticks and restarts."""
    delays = st.sampled_from([0, 0, 0, 1, 2, 5, 30])
    order = in_order(reports)
    copies = [(index + draw(delays), each) for index, each in enumerate(order)]
    again = draw(st.lists(st.sampled_from(order), max_size=3))
    copies += [(draw(st.integers(0, len(order) + 2)), each) for each in again]
    arriving = [each for _, each in sorted(copies, key=lambda pair: pair[0])]
    steps: list[Arrival] = []
    while arriving:
        size = draw(st.sampled_from([1, 1, 2, 4, 0]))
        pause = draw(st.sampled_from([0, 1, 60, 301, 3600])) * SECOND
        steps.append(Arrival(tuple(arriving[:size]), pause, draw(st.integers(0, 3)) == 0))
        arriving = arriving[size:]
    return steps
