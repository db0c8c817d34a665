"""Coverage: when the engine itself failed, and which episodes that touches."""

import pytest

from engine.core.ailment import Ailment
from engine.core.coverage import DOWN, PAUSED, Coverage, Gap, GapChange, cover, touches
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from tests.store_values import episode
from zones.instant import SECOND, Instant

GAP_AFTER = 15 * SECOND
SLACK = 5 * SECOND


def s(second: float) -> Instant:
    """Return an instant so many seconds after the beginning."""
    return 1_000_000 * SECOND + round(second * SECOND)


def away(since: float) -> list[Ailment]:
    """Return that the source has been away since then."""
    return [Ailment("source", s(since), "the source is not connected")]


def begun(**changes: object) -> Coverage:
    """Return the coverage of an engine that has just started for the first time."""
    return Coverage(**{"until": s(0), "floor": s(0), "looked_at": s(0)} | changes)  # type: ignore[arg-type]


def lived(
    coverage: Coverage, *looks: tuple[float, list[Ailment]]
) -> tuple[Coverage, list[GapChange]]:
    """Look at the engine at these seconds."""
    changes = []
    for second, ailing in looks:
        coverage, change = cover(coverage, s(second), ailing, GAP_AFTER)
        changes += [change] if change else []
    return coverage, changes


def test_coverage_follows_the_clock_while_all_is_well() -> None:
    """Nothing ails the engine: it is covered up to now, and there is no gap."""
    coverage, changes = lived(begun(), (1, []), (2, []), (3, []))
    assert (coverage.until, changes) == (s(3), [])


def test_a_short_absence_is_no_gap() -> None:
    """What lasts no longer than the limit leaves nothing behind."""
    coverage, changes = lived(begun(), (1, []), (9, away(2)), (16, away(2)), (16.5, []))
    assert (coverage.until, changes) == (s(16.5), [])


def test_a_gap_has_the_bounds_of_what_failed() -> None:
    """It began when the source went, opens while that lasts, and ends when it is back."""
    looks = [(1, []), (3, away(2)), (10, away(2)), (18, away(2)), (19, away(2)), (20, [])]
    coverage, changes = lived(begun(), *looks)
    at = Bound(s(2), s(2), s(2))
    words = "the source is not connected"
    assert changes == [
        GapChange(at, None, words),
        GapChange(at, Bound(s(19), s(20), s(20)), words),
    ]
    assert (coverage.until, coverage.gap_open) == (s(20), False)


def test_after_a_kill_the_gap_begins_at_the_last_heartbeat() -> None:
    """A new process finds how far the former one had come; how exactly, the heartbeat says."""
    found = begun(cause=DOWN, slack=SLACK)
    starting = [Ailment("engine", s(100), "the engine's loop is not running")]
    _, changes = lived(found, (100, starting), (101, starting), (102, []))
    at = Bound(s(0), s(5), s(0))
    assert changes == [
        GapChange(at, None, DOWN),
        GapChange(at, Bound(s(101), s(102), s(102)), DOWN),
    ]
    _, changes = lived(found, (9, []), (10, []))
    assert changes == []
    _, changes = lived(found, (99, []))
    assert changes == [GapChange(at, Bound(s(0), s(99), s(99)), DOWN)]


def test_a_kill_in_a_gap_makes_it_longer_not_two() -> None:
    """What was open when the process died goes on, and ends once."""
    found = begun(cause=DOWN, gap_open=True)
    _, changes = lived(found, (50, away(50)), (90, away(50)), (95, []))
    assert [(each.started.estimate, each.ended is None) for each in changes] == [(s(0), False)]


def test_a_pause_of_the_whole_machine_is_a_gap() -> None:
    """Nobody could look: found by the looks that are missing."""
    _, changes = lived(begun(), (1, []), (61, []))
    assert changes == [GapChange(Bound(s(1), s(1), s(1)), Bound(s(1), s(61), s(61)), PAUSED)]
    _, changes = lived(begun(), (1, []), (61, away(61)), (62, []))
    assert [each.detail for each in changes] == [PAUSED, PAUSED]


def test_a_gap_never_reaches_back_into_the_one_before() -> None:
    """Two gaps never overlap, whatever the second says of its beginning."""
    before = [(1, []), (10, away(2)), (20, away(2)), (21, [])]
    after = [(30, away(1)), (40, away(1)), (41, [])]
    _, changes = lived(begun(), *before, *after)
    assert [each.started.estimate for each in changes] == [s(2), s(2), s(21), s(21)]


def shown(kind: str = "exclusion_entered", **changes: object) -> Episode:
    """Return an episode that began between 10 and 20, by estimate at 15."""
    fields = {"kind": EpisodeKind(kind), "started": Bound(s(10), s(20), s(15))} | changes
    return episode(**fields)


ENDED = Bound(s(50), s(60), s(55))
EPISODES = {
    "runs": shown(),
    "ended": shown(ended=ENDED),
    "unconfirmed": shown(unconfirmed_since=s(70)),
    "nothing known before": shown(started=Bound(None, s(20), s(15))),
    "silence": shown("missed_call_in", ended=ENDED),
    "silence that lasts": shown("location_lost"),
    "retracted": shown("missed_call_in", state=EpisodeState.RETRACTED),
    "not of a wearer": shown("missed_call_in", subject="vendor/acme"),
}


@pytest.mark.parametrize(
    ("since", "until", "touched"),
    [
        (0, 10, ""),
        (0, 11, "runs|ended|unconfirmed|silence|silence that lasts"),
        (14, 16, "runs|ended|unconfirmed|nothing known before|silence|silence that lasts"),
        (20, 50, "silence|silence that lasts"),
        (51, 52, "ended|silence|silence that lasts"),
        (60, 70, "silence that lasts"),
        (60, 71, "silence that lasts|unconfirmed"),
    ],
)
def test_a_gap_touches_what_is_uncertain(since: float, until: float, touched: str) -> None:
    """It touches uncertain starts and ends and silences, never what is known without doubt."""
    gap = Gap(1, s(since), s(until))
    found = {name for name, each in EPISODES.items() if touches(gap, each)}
    assert found == set(filter(None, touched.split("|")))
