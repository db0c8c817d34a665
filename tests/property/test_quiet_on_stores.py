"""Quiet or folded: what is stored of a calm life is the same, whatever came with what."""

from collections.abc import Sequence

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from engine.core.docket import open_docket
from engine.core.fold import Report, in_order
from engine.core.folding import time_of
from engine.core.lane import moved_on
from engine.core.order import Supervision
from engine.core.quiet_cut import unpack_quiet_cut
from engine.core.state import ActivationState
from engine.past import stored_cut
from tests.history_kit import NIGHTS, Arrival, arrivals, supervisions
from tests.property.test_quiet_positions import found, tracks
from tests.stored_kit import Known, Stored
from zones.instant import HOUR, Instant
from zones.interval import END


@settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(st.data())
def test_what_is_quiet_is_stored_as_if_it_had_been_folded(
    stored: Stored, data: st.DataObject
) -> None:
    """In batches of any size, late, doubled, after restarts: as when each is folded in order."""
    night = data.draw(st.sampled_from(NIGHTS))
    judged_by = data.draw(supervisions(night))
    reports = data.draw(calm_lives(judged_by, night))
    steps = data.draw(arrivals(tuple(reports)))
    known = Known.of(judged_by)
    stored.begin(known)
    quiet = play(stored, steps)
    event(f"quiet: {min(quiet, 5)}")
    stored.tick(max(time_of(each) for each in reports) + 14 * HOUR)
    stored.check_history()
    result = outcome(stored)
    now = stored.now
    stored.begin(known)
    for report in in_order(reports):
        stored.restart()
        stored.take([report], time_of(report))
    stored.tick(now)
    assert result == outcome(stored)


@st.composite
def calm_lives(draw: st.DrawFn, judged_by: Supervision, night: Instant) -> list[Report]:
    """Return the reports of somebody who stays where he is, but for once in a while."""
    made, docket = [draw(found(night))], open_docket(judged_by)
    for _ in range(draw(st.integers(1, 3))):
        docket = moved_on(docket, made[-1])
        made += draw(tracks(docket))
    return list(made)


def play(stored: Stored, steps: Sequence[Arrival]) -> int:
    """Deliver as it arrives, seldom with a restart; return how many positions were quiet.

    What a quiet cut stands for is the same for as long as it is stored.
    """
    quiet, cuts = 0, dict[bytes, ActivationState]()
    for number, step in enumerate(steps):
        if step.restart and number % 3 == 0:
            stored.restart()
        times = [time_of(each) for each in step.reports]
        quiet += stored.take(step.reports, max([stored.now, *times]) + step.pause)
        if not step.reports:
            stored.tick(stored.now)
        for row, state in quiet_cuts(stored).items():
            assert cuts.setdefault(row, state) == state
    event(f"quiet cuts: {min(len(cuts), 3)}")
    return quiet


def quiet_cuts(stored: Stored) -> dict[bytes, ActivationState]:
    """Return the quiet cuts that are stored, as they are, and the states that they stand for."""
    found, instant = {}, END
    with stored.store.read() as transaction:
        (activation_id,) = stored.caseload
        judged_by = stored.caseload.case(activation_id).docket.supervision
        while (row := transaction.checkpoints.at(activation_id, instant)) is not None:
            quiet, cut = unpack_quiet_cut(row.state), stored_cut(transaction, judged_by, row.cut)
            if quiet is not None:
                assert cut is not None
                assert cut.at == row.cut
                assert quiet.last is None or cut.state.admission.last == quiet.last
                found[row.state] = cut.state
            instant = row.cut - 1
    return found


def outcome(stored: Stored) -> object:
    """Return what must be the same however it came about."""
    return stored.standing(), stored.verdicts(), stored.alerts()
