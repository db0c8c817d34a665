"""What is reported from before the activation leaves no trace in its judgement."""

from engine.core.order import ConditionKind
from tests.judgement_kit import MAX_AGE_S, T0, Engine, at, circle, condition, event, position
from tests.judgement_kit import supervision as supervised
from zones.schedule import Schedule


def test_a_checkpoint_from_before_the_start_loses_no_turn() -> None:
    """A condition in force from the start is judged, though the checkpoint knows only the shelf."""
    hours = Schedule("UTC", always=True, effective_from=T0)
    kept_out = condition(ConditionKind.EXCLUSION, circle("X", 0, 100), schedule=hours)
    engine = Engine(supervised(kept_out))
    reports = [event(-30), event(0), position(0, 0), position(60, 1)]
    for report, second in zip(reports, (0, 0, 0, 60), strict=True):
        engine.take([report], at(second))
    engine.take([], at(MAX_AGE_S))
    assert [each.kind for each in engine.standing()] == ["exclusion_present_at_start"]
