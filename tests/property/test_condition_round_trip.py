"""Whatever an order says survives being written as JSON and read again."""

import json
from contextlib import suppress
from datetime import datetime, time
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from engine.core.condition_json import ConditionError, read_condition, write_condition
from engine.core.order import ConditionKind, Parameters, Stay
from engine.core.proximity import Proximity
from engine.core.registry import OrderCondition
from zones.instant import SECOND, parse
from zones.interval import Interval
from zones.schedule import Recurrence, Schedule, WeeklyWindow, Window

TIMEZONE = "Europe/Berlin"
FIRST, LAST = parse("1990-01-01T00:00:00Z"), parse("2100-01-01T00:00:00Z")

names = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,8}", fullmatch=True)
places = st.lists(names, max_size=2, unique=True).map(tuple)
clocks = st.times().map(lambda at: at.replace(microsecond=0))
instants = st.integers(FIRST, LAST)
spans = st.tuples(instants, st.integers(1, 10**12)).map(lambda each: (each[0], sum(each)))
weekly = st.builds(
    WeeklyWindow, st.frozensets(st.integers(0, 6), min_size=1), clocks, clocks, places
)
recurrences = st.builds(
    lambda start, hours, rule, where: Recurrence(
        TIMEZONE, start, start.replace(hour=start.hour + hours), rule, places=where
    ),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)).map(  # noqa: DTZ001
        lambda at: at.replace(hour=at.hour % 12, microsecond=0)
    ),
    st.integers(1, 11),
    st.sampled_from(["", "FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;COUNT=5", "FREQ=MONTHLY;COUNT=2"]),
    places,
)
parameters = st.builds(
    Parameters,
    threshold=st.integers(1, 1000),
    buffer_m=st.floats(0, 1e6),
    dwell_s=st.floats(0, 1e6),
    grace_s=st.floats(0, 1e6),
    confidence=st.floats(0.501, 0.999),
    shared_error_m=st.floats(0, 1e6),
    shared_error_half_life_s=st.floats(1, 1e6),
)


stays = st.builds(Stay, minimum_s=st.floats(1e-7, 1e-6), late_after_s=st.floats(0, 1e6)) | (
    st.builds(Stay, late_after_s=st.floats(0, 1e-7), early_before_s=st.floats(0, 1e-7))
)
"""Short enough for any window."""


@st.composite
def conditions(draw: st.DrawFn) -> OrderCondition:
    """Return any condition, with windows or always in force."""
    windows: dict[str, Any] = {
        "weekly": tuple(draw(st.lists(weekly, max_size=3))),
        "extra": tuple(Window(*span, draw(places)) for span in draw(st.lists(spans, max_size=2))),
        "recurrences": tuple(draw(st.lists(recurrences, max_size=2))),
    }
    always = not any(windows.values())
    limits = sorted(draw(st.lists(instants, min_size=2, max_size=2, unique=True)))
    schedule = Schedule(
        TIMEZONE,
        **windows,
        passes=tuple(Interval(*span) for span in draw(st.lists(spans, max_size=2))),
        suspensions=tuple(Interval(*span) for span in draw(st.lists(spans, max_size=2))),
        effective_from=draw(st.sampled_from([None, limits[0]])),
        effective_until=draw(st.sampled_from([None, limits[1]])),
        always=always,
    )
    hourly = (ConditionKind.CURFEW, ConditionKind.ATTENDANCE)
    endless = schedule.endless
    kinds = [
        kind
        for kind in ConditionKind
        if not (kind in hourly and always) and not (kind is hourly[1] and endless)
    ]
    kind = draw(st.sampled_from(kinds))
    named = tuple(draw(st.lists(names, min_size=1, max_size=3, unique=True)))
    near = kind is ConditionKind.PROXIMITY
    return OrderCondition(
        condition_id=draw(names),
        kind=kind,
        zone_ids=() if near else named,
        proximity=draw(proximities(named)) if near else None,
        schedule=schedule,
        parameters=draw(parameters),
        version=draw(st.integers(1, 10**6)),
        priority=draw(st.integers(-1000, 1000)),
        stay=draw(stays) if kind is ConditionKind.ATTENDANCE else None,
    )


def proximities(persons: tuple[str, ...]) -> st.SearchStrategy[Proximity]:
    """Return what a proximity condition on these persons may ask."""
    return st.builds(
        Proximity,
        protected_persons=st.just(persons),
        distance_m=st.floats(0.5, 100_000),
        pairing_age_s=st.floats(1, 3600),
    )


@given(conditions())
def test_what_is_written_reads_back_equal(condition: OrderCondition) -> None:
    """Writing a condition, as JSON text, and reading it gives an equal condition."""
    assert read_condition(json.loads(json.dumps(write_condition(condition))), TIMEZONE) == condition


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["id", "kind", "zone", "weekly", "start", "end", "ical", "x"]),
                inner,
                max_size=4,
            )
        ),
    )
)
def test_whatever_stands_there_is_read_or_refused(value: object) -> None:
    """No JSON makes the reader fail in any other way than by saying what is wrong."""
    good = {"id": "c", "kind": "exclusion", "zone": "Z"}
    fields = ("weekly", "extra", "passes", "ical", "threshold", "zones", "effective_from")
    for data in (value, *(good | {name: value} for name in fields)):
        if isinstance(data, dict):
            with suppress(ConditionError):
                read_condition(data, TIMEZONE)


def test_a_minute_is_written_without_seconds() -> None:
    """Times of day are written as people write them."""
    window = WeeklyWindow(frozenset({4, 5}), time(22), time(6, 0, 30))
    condition = OrderCondition(
        condition_id="c",
        kind=ConditionKind.CURFEW,
        zone_ids=("H",),
        schedule=Schedule(TIMEZONE, weekly=(window,), effective_from=FIRST // SECOND * SECOND),
    )
    written = write_condition(condition)
    assert written["weekly"] == [{"days": "fri,sat", "start": "22:00", "end": "06:00:30"}]
    assert written["effective_from"] == "1990-01-01T00:00:00Z"
