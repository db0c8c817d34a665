"""How the check of an alert is shown."""

from collections.abc import Iterable

from api.schemas.proof import DifferenceOut, EpisodeVerdictOut, VerificationOut
from engine.core.verdict import Difference, EpisodeVerdict
from engine.proof.check import Check, noted


def verification_out(alert_id: int, check: Check) -> VerificationOut:
    """Return the check of an alert as it is shown."""
    verdict = check.verdict
    return VerificationOut(
        alert_id=alert_id,
        outcome=check.outcome,
        problems=list(check.problems),
        differences=[] if verdict is None else _differences(verdict.differences),
        episodes=[] if verdict is None else [_episode(each) for each in verdict.episodes],
        journal_head=None if check.head is None else noted(check.head),
        notes=list(check.notes),
    )


def _episode(verdict: EpisodeVerdict) -> EpisodeVerdictOut:
    return EpisodeVerdictOut(
        episode_id=verdict.episode_id,
        revision=verdict.revision,
        kind=verdict.kind,
        state=verdict.state,
        identical=verdict.identical,
        differences=_differences(verdict.differences),
        notes=list(verdict.notes),
    )


def _differences(differences: Iterable[Difference]) -> list[DifferenceOut]:
    return [
        DifferenceOut(
            path=each.path, stored=each.stored, derived=each.derived, rounding=each.rounding
        )
        for each in differences
    ]
