"""The engine's rules about itself: what ails it, and which system episodes hold."""

import msgspec
import pytest

from engine.core.ailment import ailments, span
from engine.core.episode import SEVERITY, EpisodeKind, Severity
from engine.core.health import EngineHealth
from engine.core.self_watch import (
    Event,
    Key,
    Level,
    Limits,
    Signal,
    Standing,
    What,
    backlog,
    stalled,
    watch,
)
from engine.core.subject import ENGINE
from engine.logbook import KINDS
from zones.instant import DAY, HOUR, MINUTE, SECOND, Instant

LIMITS = Limits()
WELL = EngineHealth(running=True, connected=True)
KEY = Key(EpisodeKind.BACKLOG, ENGINE)


def s(second: float) -> Instant:
    """Return an instant so many seconds after the beginning."""
    return 1_000_000 * SECOND + round(second * SECOND)


NOW = s(100)


@pytest.mark.parametrize(
    ("change", "name", "since"),
    [
        ({"running": False, "idle_since": s(40)}, "engine", s(40)),
        ({"running": False}, "engine", NOW),
        ({"connected": False, "disconnected_since": s(99)}, "source", s(99)),
        ({"connected": False}, "source", NOW),
        ({"busy_since": s(94)}, "store", s(94)),
        ({"busy_since": s(95)}, None, 0),
        ({"beat_at": s(94)}, "loop", s(94)),
        ({"beat_at": s(96)}, None, 0),
        ({"backlog": 5, "oldest_in_hand": s(89)}, "ingest", s(89)),
        ({"backlog": 5, "oldest_in_hand": s(10), "last_commit_at": s(80)}, "ingest", s(80)),
        ({"backlog": 5, "oldest_in_hand": s(10), "last_commit_at": s(99)}, None, 0),
        ({"last_commit_at": s(0)}, None, 0),
    ],
)
def test_each_ailment_has_its_patience(
    change: dict[str, object], name: str | None, since: Instant
) -> None:
    """What is not well is named with when it began; ordinary work and idleness are no ailment."""
    health = msgspec.structs.replace(WELL, **change)
    found = [(each.name, each.since) for each in ailments(health, NOW, LIMITS.patience)]
    assert found == ([(name, since)] if name else [])


def test_everything_wrong_is_named_at_once() -> None:
    """Ailments do not hide each other, and the alarm says them all in words."""
    health = EngineHealth(
        running=True,
        connected=False,
        disconnected_since=s(10),
        busy_since=s(70),
        backlog=1240,
        oldest_in_hand=s(6),
        detail="store sqlite:///x: the disk is full: free some space",
    )
    ailing = ailments(health, NOW, LIMITS.patience)
    signal = stalled(ailing, NOW)
    assert [each.name for each in ailing] == ["source", "store", "ingest"]
    assert (signal.level, signal.since) == (Level.HOLDS, s(6))
    assert signal.detail == (
        "the source is not connected, for 90 s; "
        "store sqlite:///x: the disk is full: free some space, for 30 s; "
        "1,240 messages wait, the oldest for 94 s, for 94 s"
    )


@pytest.mark.parametrize(
    ("waiting", "delay_s", "level"),
    [
        (0, None, Level.CLEAR),
        (449, 59, Level.CLEAR),
        (450, 0, Level.BETWEEN),
        (0, 60, Level.BETWEEN),
        (900, None, Level.HOLDS),
        (0, 120, Level.HOLDS),
    ],
)
def test_a_backlog_has_two_thresholds(waiting: int, delay_s: int | None, level: Level) -> None:
    """It holds from one number on and is clear below half of it, by count and by delay."""
    delay = None if delay_s is None else delay_s * SECOND
    health = msgspec.structs.replace(WELL, backlog=waiting, freshest=delay)
    assert backlog(health, NOW, LIMITS).level is level


def test_uploads_that_were_put_off_are_a_backlog_too() -> None:
    """They count like messages in hand, and are said in words with their age."""
    health = msgspec.structs.replace(WELL, backlog=400, deferred=500, oldest_deferred=NOW - MINUTE)
    signal = backlog(health, NOW, LIMITS)
    assert signal.level is Level.HOLDS
    assert signal.detail == (
        "400 messages wait; 500 uploads are stored and wait to be judged, the oldest for 60 s"
    )


def story(*levels: tuple[float, Level]) -> list[Event]:
    """Return what comes of a backlog that stands like this at these seconds."""
    standings: dict[Key, Standing] = {}
    events = []
    for second, level in levels:
        signal = Signal(KEY, level, f"words {second:g}" if level is Level.HOLDS else "")
        standings, new = watch(standings, [signal], s(second), LIMITS)
        events += new
    return events


def told(events: list[Event]) -> list[tuple[str, float, str]]:
    """Return events as what, seconds and words."""
    return [(each.what, (each.at.estimate - s(0)) / SECOND, each.detail) for each in events]


H, B, C = Level.HOLDS, Level.BETWEEN, Level.CLEAR


def test_it_opens_after_it_held_long_enough_from_when_it_began() -> None:
    """A backlog of a minute opens an episode that began with it; a shorter one leaves nothing."""
    assert story((0, H), (59, H), (59.5, C), (61, H), (100, H), (120, H)) == []
    assert story((0, H), (30, B), (59, H), (61, H)) == []
    assert told(story((0, H), (59, H), (60, H))) == [("opened", 0, "words 60")]


def test_it_ends_after_it_was_clear_long_enough_where_that_began() -> None:
    """Between the thresholds nothing ends, and a relapse starts the waiting anew."""
    events = story(
        (0, H), (60, H), (70, B), (200, B), (210, C), (239, C), (239.5, B), (250, C), (280, C)
    )
    assert told(events) == [("opened", 0, "words 60"), ("ended", 250, "")]


def test_while_it_lasts_its_words_are_brought_up_to_date() -> None:
    """Once a minute, so that who looks reads numbers of now."""
    events = story((0, H), (60, H), (90, H), (119, H), (120, H), (179, H), (180, H))
    assert told(events) == [
        ("opened", 0, "words 60"),
        ("told", 120, "words 120"),
        ("told", 180, "words 180"),
    ]


def test_what_a_former_process_left_open_is_ended() -> None:
    """An episode found running at the start ends when its signal is clear."""
    _, events = watch({KEY: Standing(open=True)}, [Signal(KEY, C)], s(0), LIMITS)
    assert events == []
    standings = {KEY: Standing(open=True, clear_since=s(0))}
    _, (event,) = watch(standings, [Signal(KEY, C)], s(31), LIMITS)
    assert (event.what, event.at.estimate) == (What.ENDED, s(0))


def test_limits_stretch_with_a_simulated_clock() -> None:
    """Durations are as many of our seconds at any speed; numbers stay."""
    fast = LIMITS.at_speed(60.0)
    assert (fast.gap_after, fast.patience) == (15 * MINUTE, 5 * MINUTE)
    assert fast.backlog_messages == LIMITS.backlog_messages


def test_durations_are_said_for_people() -> None:
    """Two units at most, none of them tiny beside the other."""
    cases = {94 * SECOND: "94 s", 12 * MINUTE: "12 min", 3 * HOUR + 5 * MINUTE: "3 h 5 min"}
    assert {duration: span(duration) for duration in cases} == cases
    assert span(2 * DAY + 4 * HOUR) == "2 d 4 h"
    assert span(-5) == "0 s"


def test_every_kind_of_the_watch_is_a_system_kind() -> None:
    """What the engine says of itself has the severity system, and the watch knows all of it."""
    assert {kind for kind, severity in SEVERITY.items() if severity is Severity.SYSTEM} == KINDS
