"""What a dry run calls added, removed, changed and unchanged."""

from collections.abc import Sequence

import msgspec
import pytest

from engine.core.docket import History
from engine.core.dry_run import SHIFT, DryRun, WearerDryRun, wearer_dry_run
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from engine.core.fold import Report
from engine.core.order import ConditionKind
from engine.core.what_if import compared, narrowed, what_if
from tests.judgement_kit import (
    T0,
    Engine,
    at,
    circle,
    condition,
    position,
    supervision,
)
from zones.instant import DAY, HOUR, MINUTE, SECOND, Instant


def episode(start: Instant, end: Instant | None, **changed: object) -> Episode:
    """Return a confirmed entry into the zone X."""
    made = Episode(
        activation_id=1,
        condition_id="c",
        condition_version=1,
        zone_id="X",
        kind=EpisodeKind.EXCLUSION_ENTERED,
        state=EpisodeState.CONFIRMED,
        started=Bound(start - MINUTE, start, start),
        ended=None if end is None else Bound(end - MINUTE, end, end),
        positions=3,
        max_depth_m=20.0,
        confirmed_at=start + MINUTE,
    )
    return msgspec.structs.replace(made, **changed)


def effects(before: Sequence[Episode], after: Sequence[Episode], since: Instant = T0) -> list[str]:
    """Return what becomes of each alert, with how many episodes it has after (or had)."""
    run = wearer_dry_run("w", since, [compared("w", before, after, 1)])
    return [f"{each.effect} x{each.facts.count}" for each in run.alerts]


MORNING = episode(T0 + HOUR, T0 + 2 * HOUR)


def test_what_only_comes_after_is_added_and_what_only_was_before_is_removed() -> None:
    """An alert without a counterpart is added or removed."""
    assert effects([], [MORNING]) == ["added x1"]
    assert effects([MORNING], []) == ["removed x1"]


def test_the_version_of_the_condition_makes_no_difference() -> None:
    """A proposed condition is a version of its own; the same episode is the same."""
    assert effects([MORNING], [msgspec.structs.replace(MORNING, condition_version=7)]) == [
        "unchanged x1"
    ]


def test_depth_alone_makes_no_difference() -> None:
    """A zone that grows makes every entry deeper: nobody handles that otherwise."""
    assert effects([MORNING], [msgspec.structs.replace(MORNING, max_depth_m=99.0)]) == [
        "unchanged x1"
    ]


@pytest.mark.parametrize(
    "change",
    [
        {"started": Bound(T0, T0 + HOUR, T0 + HOUR - MINUTE)},
        {"ended": None},
        {"kind": EpisodeKind.EXCLUSION_PRESENT_AT_START},
        {"state": EpisodeState.BRIEF, "confirmed_at": None},
    ],
)
def test_what_a_person_would_see_otherwise_is_changed(change: dict[str, object]) -> None:
    """Times, kind and confirmation make a difference."""
    assert effects([MORNING], [msgspec.structs.replace(MORNING, **change)]) == ["changed x1"]


def test_repeats_collapse_until_one_shift_after_compliance() -> None:
    """Within a shift of its end an alert takes the next episode in; from then on it is closed."""
    soon = episode(T0 + 2 * HOUR + SHIFT - 1, T0 + 12 * HOUR)
    later = episode(T0 + 2 * HOUR + SHIFT, T0 + 12 * HOUR)
    assert effects([], [MORNING, soon]) == ["added x2"]
    assert effects([], [MORNING, later]) == ["added x1", "added x1"]


def test_an_alert_that_falls_apart_keeps_the_sums_right() -> None:
    """The alerts after are those before, plus the added, less the removed."""
    between = episode(T0 + 9 * HOUR, T0 + 10 * HOUR)
    evening = episode(T0 + 16 * HOUR, T0 + 17 * HOUR)
    assert effects([MORNING, between, evening], [MORNING, evening]) == ["changed x1", "added x1"]
    assert effects([MORNING, evening], [MORNING, between, evening]) == ["changed x3", "removed x1"]


def test_an_episode_that_runs_into_the_window_is_compared_from_there_on() -> None:
    """What began earlier by one supervision than the window allows the other is no difference."""
    since = T0 + 90 * MINUTE
    there = episode(since + SECOND, T0 + 2 * HOUR, started=Bound(since, since, since))
    assert effects([MORNING], [there], since) == ["unchanged x1"]


def test_a_pending_episode_is_no_alert() -> None:
    """Nobody is shown what is not confirmed and not over."""
    pending = episode(T0, None, state=EpisodeState.PENDING, confirmed_at=None, positions=1)
    assert effects([], [pending]) == []


def run_of(*wearers: WearerDryRun) -> DryRun:
    """Return a dry run of 30 days."""
    return DryRun(since=T0, until=T0 + 30 * DAY, wearers=wearers)


def wearer(wearer_id: str, before: Sequence[Episode], after: Sequence[Episode]) -> WearerDryRun:
    """Return what became of one wearer's alerts."""
    return wearer_dry_run(wearer_id, T0, [compared(wearer_id, before, after, 0)])


def test_it_says_so_in_a_sentence() -> None:
    """The sentence counts alerts and wearers, and says when there is nothing."""
    evening = episode(T0 + 16 * HOUR, T0 + 17 * HOUR)
    several = run_of(
        wearer("w1", [], [MORNING, evening]),
        wearer("w2", [], [MORNING]),
        wearer("w3", [MORNING], []),
        wearer("w4", [MORNING], [MORNING]),
    )
    assert several.sentence() == (
        "This change would have added 3 alerts for 2 wearers and removed 1 alert for 1 wearer in "
        "the last 30 days; 1 would be the same."
    )
    none = run_of(wearer("w", [], []))
    assert none.sentence() == (
        "This change would have added and removed no alert in the last 30 days."
    )
    assert none.without_positions == ("w",)
    assert run_of().sentence().startswith("This change concerns nobody")


def test_conditions_in_common_are_not_judged_again() -> None:
    """Only what differs is judged, whatever the number of its version."""
    ours = condition(ConditionKind.EXCLUSION, circle("X", 0, 100), condition_id="x")
    same = condition(ConditionKind.CURFEW, circle("H", 0, 100), condition_id="h")
    wider = condition(ConditionKind.EXCLUSION, circle("X", 0, 200, version=2), condition_id="x")
    renumbered = msgspec.structs.replace(same, version=5)
    before, after = narrowed(supervision(ours, same), supervision(wider, renumbered))
    assert [each.condition_id for each in before.conditions] == ["x"]
    assert [each.condition_id for each in after.conditions] == ["x"]


def test_another_plan_concerns_every_condition() -> None:
    """How long a position holds is a matter of all conditions, and of the location lost."""
    ours = supervision(condition(ConditionKind.CURFEW, circle("H", 0, 100)))
    other = supervision(*ours.conditions, max_age_s=60)
    assert narrowed(ours, other) == (ours, other)
    engine = Engine(ours)
    for minute in range(0, 60, 3):
        engine.take([position(60 * minute, 0)], at(60 * minute))
    found = what_if(ours, other, T0, at(3600), engine.archive.history())
    assert found.before == found.after == ()


def test_its_cost_is_that_of_the_window() -> None:
    """Reports are read from the newest checkpoint before the window on, once for both sides."""
    keep_out = supervision(condition(ConditionKind.EXCLUSION, circle("X", 0, 100)))
    wider = supervision(condition(ConditionKind.EXCLUSION, circle("X", 0, 600, version=2)))
    engine = Engine(keep_out)
    for minute in range(0, 24 * 60, 10):
        engine.take([position(60 * minute, 400)], at(60 * minute))
    past = engine.archive.history()
    asked: list[Instant] = []

    def reports_since(instant: Instant) -> Sequence[Report]:
        asked.append(instant)
        return list(past.reports_since(instant))

    spied = History(past.cut_at, reports_since, past.shown_since)
    since = T0 + 20 * HOUR + 5 * MINUTE
    found = what_if(keep_out, wider, since, T0 + DAY, spied)
    assert asked == [T0 + 20 * HOUR]
    assert found.positions == 23
    assert (len(found.before), len(found.after)) == (0, 1)
