"""The tables that rules are written in have an entry for everything, and none for anything else."""

from itertools import product

import pytest

from engine.core.alert import TRANSITIONS as ALERT_TRANSITIONS
from engine.core.alert import AlertAction, AlertState
from engine.core.bearing import SIGNALS, Aspect, Bearing, Signal, bearing
from engine.core.episode import SEVERITY, EpisodeKind, Severity
from engine.core.naming import KINDS, Ending
from engine.core.order import ConditionKind, Parameters
from engine.core.rules import RULES
from engine.core.run import TRANSITIONS, Outcome, Phase
from engine.core.run_steps import STEPS
from tests.judgement_kit import MARGIN_M


def test_every_phase_with_every_signal_has_an_outcome() -> None:
    """A run, or none, answers every signal, and every outcome but nothing is a step."""
    assert set(TRANSITIONS) == set(product((None, *Phase), Signal))
    assert set(TRANSITIONS.values()) == set(Outcome)
    assert set(STEPS) == set(Outcome) - {Outcome.NOTHING}


def test_only_violation_begins_and_only_compliance_ends() -> None:
    """What is unsure or nearby never begins, strengthens or finishes a run."""
    for (_, signal), outcome in TRANSITIONS.items():
        if outcome in (Outcome.BEGIN, Outcome.STRENGTHEN):
            assert signal is Signal.VIOLATING
        if outcome is Outcome.FINISH:
            assert signal is Signal.COMPLYING


def test_every_condition_beginning_and_ending_has_a_kind() -> None:
    """However a run of any condition began and ended, it has a name."""
    assert set(KINDS) == set(product(ConditionKind, (False, True), Ending))


def test_every_kind_of_condition_has_a_rule() -> None:
    """No kind of condition can be ordered that nothing folds."""
    assert set(RULES) == set(ConditionKind)


def test_every_bearing_has_a_signal() -> None:
    """Whatever a position says of a zone, both aspects of both kinds of condition answer it."""
    assert set(SIGNALS) == set(product((False, True), Aspect))
    assert all(len(signals) == len(Bearing) for signals in SIGNALS.values())
    for (keep_out, aspect), signals in SIGNALS.items():
        if aspect is Aspect.MAIN:
            assert signals[Bearing.INSIDE] is (Signal.VIOLATING if keep_out else Signal.COMPLYING)
            assert signals[Bearing.UNSURE] is Signal.UNSURE


def test_every_kind_has_a_severity() -> None:
    """No kind of episode is without a severity, and none of the engine's own is a system's."""
    assert set(SEVERITY) == set(EpisodeKind)
    assert SEVERITY[EpisodeKind.STRAP_TAMPER] is Severity.CRITICAL
    assert SEVERITY[EpisodeKind.CURFEW_LATE_RETURN] is Severity.SERIOUS
    assert SEVERITY[EpisodeKind.POSSIBLE_TRANSIT] is Severity.ADVISORY


def test_a_closed_alert_takes_notes_only() -> None:
    """Nothing opens an alert again, and nobody acknowledges one twice."""
    people = {
        AlertAction.ACKNOWLEDGED,
        AlertAction.ASSIGNED,
        AlertAction.NOTED,
        AlertAction.CLOSED,
    }
    assert {action for _, action in ALERT_TRANSITIONS} == people
    assert {a for state, a in ALERT_TRANSITIONS if state is AlertState.CLOSED} == {
        AlertAction.NOTED
    }
    assert (AlertState.ACKNOWLEDGED, AlertAction.ACKNOWLEDGED) not in ALERT_TRANSITIONS


LESS = 1e-9


@pytest.mark.parametrize(
    ("buffer_m", "metres", "expected"),
    [
        (0, MARGIN_M, Bearing.INSIDE),
        (0, MARGIN_M - LESS, Bearing.UNSURE),
        (0, -MARGIN_M + LESS, Bearing.UNSURE),
        (0, -MARGIN_M, Bearing.OUTSIDE),
        (50, MARGIN_M, Bearing.INSIDE),
        (50, MARGIN_M - LESS, Bearing.EDGE),
        (50, -MARGIN_M + LESS, Bearing.EDGE),
        (50, -MARGIN_M, Bearing.RING),
        (50, MARGIN_M - 50 + LESS, Bearing.RING),
        (50, MARGIN_M - 50 - LESS, Bearing.BESIDE),
        (50, -MARGIN_M - 50 + LESS, Bearing.BESIDE),
        (50, -MARGIN_M - 50 - LESS, Bearing.OUTSIDE),
        (15, 0, Bearing.EDGE),
        (15, -10, Bearing.UNSURE),
        (15, -MARGIN_M, Bearing.BESIDE),
    ],
)
def test_bearing(buffer_m: float, metres: float, expected: Bearing) -> None:
    """A position is sure of a zone, or of the zone with its ring, from its margin on."""
    assert bearing(metres, 10.0, Parameters(buffer_m=buffer_m)) is expected
