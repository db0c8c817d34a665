"""Who is paged, and when: a grace delays a page, an advisory pages nobody, who was told is told."""

from typing import Any

import pytest
from msgspec.structs import replace

from engine.core.alert import ENGINE_ACTOR, Alert, AlertAction, AlertChange, AlertState, CollapseKey
from engine.core.episode import SEVERITY, Bound, Episode, EpisodeKind, EpisodeState, Severity
from engine.core.order import ConditionKind, Parameters, Supervision
from engine.core.paging import grace, is_told, pages
from engine.core.plan import PlanHistory, SupervisionPlan
from engine.core.raising import summary
from tests.judgement_kit import at, circle, condition, supervision
from zones.instant import SECOND
from zones.interval import BEGINNING


def episode(kind: EpisodeKind, second: float = 100, **changed: Any) -> Episode:  # noqa: ANN401
    """Return a confirmed episode that runs, with changes."""
    whole = Episode(
        activation_id=1,
        condition_id=None,
        condition_version=None,
        zone_id=None,
        kind=kind,
        state=EpisodeState.CONFIRMED,
        started=Bound(at(second), at(second), at(second)),
        ended=None,
        positions=0,
        max_depth_m=0.0,
        confirmed_at=at(second),
    )
    return replace(whole, **changed)


def alert(kind: EpisodeKind) -> Alert:
    """Return an alert of which nothing is worked out yet."""
    return Alert(
        alert_id=1,
        wearer_id="w",
        activation_id=1,
        key=CollapseKey("w", kind.value, None, None),
        kind=kind,
        severity=SEVERITY[kind],
        state=AlertState.OPEN,
        raised_at=at(0),
        updated_at=at(0),
        started=at(0),
        episode_ids=(1,),
        count=1,
        confirmed=False,
        restored=False,
        retracted=False,
    )


@pytest.mark.parametrize("kind", EpisodeKind)
def test_an_advisory_pages_nobody(kind: EpisodeKind) -> None:
    """Whatever is more than advisory pages, once confirmed; nothing else does."""
    assert pages(episode(kind)) is (SEVERITY[kind] is not Severity.ADVISORY)
    assert not pages(episode(kind, state=EpisodeState.PENDING, confirmed_at=None))
    found = summary(alert(kind), [episode(kind)], at(100), lambda _: 0)
    expected = None if SEVERITY[kind] is Severity.ADVISORY else at(100)
    assert (found.confirmed, found.page_due_at) == (True, expected)


def planned(tamper_grace_s: float) -> Supervision:
    """Return a supervision whose plan delays tampers from second 1000 on, and a condition."""
    rule = condition(
        ConditionKind.EXCLUSION, circle("X", 0, 100), parameters=Parameters(grace_s=30.0)
    )
    later = SupervisionPlan(60.0, 240.0, tamper_grace_s)
    plans = PlanHistory((BEGINNING, at(1000)), (SupervisionPlan(60.0, 240.0), later))
    return replace(supervision(rule), plans=plans)


@pytest.mark.parametrize(
    ("kind", "second", "expected_s"),
    [
        (EpisodeKind.STRAP_TAMPER, 1000, 120),
        (EpisodeKind.CASE_TAMPER, 2000, 120),
        (EpisodeKind.STRAP_TAMPER, 999, 0),
        (EpisodeKind.TAMPER_REPEATED, 2000, 0),
        (EpisodeKind.SOS, 2000, 0),
    ],
)
def test_a_grace_is_the_plans_for_a_single_tamper(
    kind: EpisodeKind, second: float, expected_s: int
) -> None:
    """The plan in force when a tamper began delays its page; repeated ones page at once."""
    assert grace(planned(120.0), episode(kind, second)) == expected_s * SECOND


def test_a_conditions_grace_is_its_own() -> None:
    """What a condition is about waits for its own grace."""
    broken = episode(EpisodeKind.EXCLUSION_ENTERED, condition_id="c", condition_version=1)
    assert grace(planned(120.0), broken) == 30 * SECOND


def test_a_tamper_that_is_over_within_its_grace_is_paged_all_the_same() -> None:
    """A grace delays a page, and never leaves one out."""
    ended = Bound(at(2005), at(2005), at(2005))
    over = episode(EpisodeKind.STRAP_TAMPER, 2000, ended=ended)
    judged_by = planned(120.0)
    found = summary(
        alert(EpisodeKind.STRAP_TAMPER), [over], at(2005), lambda each: grace(judged_by, each)
    )
    assert (found.restored, found.page_due_at) == (True, at(2120))


def test_who_was_told_is_told() -> None:
    """People hear of what pages, and of what paged and turns out not to; of no advisory."""
    critical, advisory = EpisodeKind.STRAP_TAMPER, EpisodeKind.BATTERY_LOW

    def change(before: Episode | None) -> AlertChange:
        return AlertChange(
            change_id=1,
            alert_id=1,
            at=at(0),
            actor=ENGINE_ACTOR,
            action=AlertAction.RETRACTED if before else AlertAction.RAISED,
            before=before,
        )

    paging = replace(alert(critical), page_due_at=at(0))
    assert is_told(change(None), paging)
    assert not is_told(change(None), alert(advisory))
    assert is_told(change(episode(critical)), alert(critical))
    assert not is_told(change(episode(advisory)), alert(advisory))
