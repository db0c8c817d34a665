"""Whatever arrives when, and whatever becomes known when: what is stored is what order says.

The engine's own path is taken, from the payload to the committed row, on both stores. The number of
histories is that of `RINGFENCE_HISTORIES` (15): `make soak ARGS=order` plays thousands.
"""

import dataclasses
import os
import shutil
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from engine.core.fold import in_order
from engine.core.folding import time_of
from engine.core.registry import Order
from tests.history_kit import Arrival, History, arrivals, histories
from tests.stored_kit import Known, Stored
from zones.instant import HOUR, Instant
from zones.zone import Zone

HISTORIES = int(os.environ.get("RINGFENCE_HISTORIES", "15"))
PLAYED = settings(
    deadline=None,
    max_examples=HISTORIES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

Learnt = tuple[tuple[Zone, ...], Order | None]
"""What is written to the registry late: zone versions, or a version of the order."""


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stored]:
    """An engine on each kind of store, which serves all histories."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("arrival") / "ringfence.db"
        shutil.copyfile(request.getfixturevalue("sqlite_template"), path)
        url = f"sqlite:///{path}"
    else:
        url = request.getfixturevalue("module_postgres_url")
    played = Stored(url)
    yield played
    played.close()


@PLAYED
@given(st.data())
def test_any_arrival_is_stored_as_delivery_in_order_is(stored: Stored, data: st.DataObject) -> None:
    """Permuted, late, doubled, batched, with ticks and restarts: the same is stored and raised."""
    history = data.draw(histories())
    steps = data.draw(arrivals(history.reports))
    known = Known.of(history.judged_by)
    stored.begin(known)
    play(stored, steps)
    stored.tick(history.until)
    stored.check_history()
    found = outcome(stored)
    assert found == in_turn(stored, history, known, stored.now)


@PLAYED
@given(st.data())
def test_a_corrected_past_is_stored_as_if_known_from_the_start(
    stored: Stored, data: st.DataObject
) -> None:
    """A zone version, a pass or a condition that is written late counts from when it takes effect.

    The engine may be restarted between the writing and the first time it looks.
    """
    history = data.draw(histories())
    steps = data.draw(arrivals(history.reports))
    known = Known.of(history.judged_by)
    first, learnt = data.draw(st.sampled_from(corrections(known)))
    at = data.draw(st.integers(0, len(steps)))
    stored.begin(first)
    play(stored, steps[:at])
    stored.learn(*learnt)
    play(stored, steps[at:])
    if data.draw(st.booleans()):
        stored.restart()
    stored.tick(history.until)
    stored.check_history()
    found = outcome(stored)
    assert found == in_turn(stored, history, known, stored.now)


@PLAYED
@given(st.data())
def test_what_is_put_off_is_stored_as_if_judged_at_once(
    stored: Stored, data: st.DataObject
) -> None:
    """Messages of any batch are put off, judged in pieces behind others, across restarts."""
    history = data.draw(histories())
    steps = data.draw(arrivals(history.reports))
    known = Known.of(history.judged_by)
    stored.begin(known)
    for step in steps:
        if step.restart:
            stored.restart()
        now = max([stored.now, *map(time_of, step.reports)]) + step.pause
        later = [each for each in step.reports if data.draw(st.booleans())]
        at_once = [each for each in step.reports if each not in later]
        stored.take(at_once, now, later, caught_up=data.draw(st.sampled_from([0, 0, 1, 3])))
        if not step.reports:
            stored.tick(stored.now)
    while stored.deferral.messages:
        if data.draw(st.booleans()):
            stored.restart()
        stored.take([], stored.now, caught_up=2)
    stored.tick(history.until)
    stored.check_history()
    found = outcome(stored)
    assert found == in_turn(stored, history, known, stored.now)


def in_turn(stored: Stored, history: History, known: Known, until: Instant) -> object:
    """Return what is stored as of a time when all is known at once and comes in order."""
    stored.begin(known)
    reports = in_order(history.reports)
    stored.take(reports, time_of(reports[-1]))
    stored.tick(until)
    return outcome(stored)


def outcome(stored: Stored) -> object:
    """Return what must be the same however it came about."""
    return stored.standing(), stored.verdicts(), stored.alerts()


def play(stored: Stored, steps: list[Arrival]) -> None:
    """Deliver a history as it arrives."""
    for step in steps:
        if step.restart:
            stored.restart()
        times = [time_of(each) for each in step.reports]
        stored.take(step.reports, max([stored.now, *times]) + step.pause)
        if not step.reports:
            stored.tick(stored.now)


def corrections(known: Known) -> list[tuple[Known, Learnt]]:
    """Return what may be known at first, each with what is learnt later."""
    order = known.order
    loose = tuple(
        replace(each, schedule=dataclasses.replace(each.schedule, passes=()))
        for each in order.conditions
    )
    fewer = replace(order, conditions=order.conditions[1:])
    found: list[tuple[Known, Learnt]] = [
        (replace(known, order=replace(order, conditions=loose)), ((), order)),
        (replace(known, order=fewer), ((), order)),
    ]
    passes = [span.start for each in order.conditions for span in each.schedule.passes]
    for before in (0, HOUR) if passes else ():
        since = max(min(passes) - before, order.effective_from)
        granted = replace(order, version=2, version_from=since)
        found.append((replace(known, order=replace(order, conditions=loose)), ((), granted)))
    newest = [zone for zone in known.zones if zone.version > 1]
    for zone in newest:
        rest = tuple(each for each in known.zones if each is not zone)
        found.append((replace(known, zones=rest), ((zone,), None)))
    return found
