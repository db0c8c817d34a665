"""The account of an episode says what its numbers say, by the wearer's clocks."""

import msgspec

from engine.core.account import arithmetic, why
from engine.core.episode import Episode, EpisodeKind
from engine.core.order import ConditionKind, Parameters
from tests.judgement_kit import Engine, at, circle, condition, position, supervision
from zones.schedule import Schedule
from zones.weekly import WeeklyWindow, parse_days, parse_time

PARAMETERS = Parameters(threshold=2, dwell_s=45, shared_error_m=15)
NIGHT = WeeklyWindow(parse_days("daily"), parse_time("22:00"), parse_time("06:00"))


def left(until: float = 38_000) -> Episode:
    """Return a curfew in Berlin, 22:00 local is 28,800 s into the story, broken at 22:38."""
    schedule = Schedule("Europe/Berlin", weekly=(NIGHT,))
    home = circle("HOME", 0, 100)
    rule = condition(ConditionKind.CURFEW, home, schedule=schedule, parameters=PARAMETERS)
    engine = Engine(supervision(rule))
    inside = [position(second, second % 7) for second in range(28_800, 31_080, 60)]
    outside = [position(second, 500 + second % 7) for second in (31_140, 31_200, 31_260)]
    back = [position(second, second % 7) for second in (34_800,) if second < until]
    engine.take([*inside, *outside, *back], at(until))
    (episode,) = engine.standing()
    return episode


def test_why_is_one_sentence() -> None:
    """It says what, where, since when by local clocks, how far into the window and how sure."""
    said = why(left(until=31_400), "Europe/Berlin")
    assert said.startswith("Left HOME during the curfew since Mon 2026-06-01 22:37:23 CEST")
    assert "; 37 min into the window that opened Mon 2026-06-01 22:00:00 CEST; " in said
    assert said.endswith("; at most 405 m away, accurate to 10 m: certain")


def test_why_of_what_is_over_says_how_long() -> None:
    """An episode that has ended says from when to when, and its length."""
    said = why(left(), "Europe/Berlin")
    assert "from Mon 2026-06-01 22:37:23 CEST to Mon 2026-06-01 23:40:00 CEST" in said
    assert " (1 h 3 min); " in said


def test_the_arithmetic_names_every_number() -> None:
    """Bounds, window, each distance with its limit, thresholds and when they were met."""
    lines = arithmetic(left(), PARAMETERS, "Europe/Berlin")
    assert lines[0] == (
        "Began after Mon 2026-06-01 22:37:00 CEST and by Mon 2026-06-01 22:39:00 CEST, "
        "most likely at Mon 2026-06-01 22:37:23 CEST."
    )
    assert lines[1].startswith("Ended after Mon 2026-06-01 22:41:00 CEST and by Mon")
    window = "from Mon 2026-06-01 22:00:00 CEST until Tue 2026-06-02 06:00:00 CEST"
    assert lines[2] == f"In force {window}."
    assert lines[3].startswith("Before, Mon 2026-06-01 22:37:00 CEST: ")
    assert "inside the boundary of HOME (version 1), accurate to 10.0 m" in lines[3]
    assert lines[3].endswith("(sure from 10.9 m on).")
    assert "Asked are 2 different positions in violation over at least 45 s" in lines[-1]
    assert "3 positions in violation, enough at Mon 2026-06-01 22:40:00 CEST" in lines[-1]


def test_every_kind_can_be_said() -> None:
    """Whatever the kind, the sentence names it and when."""
    episode = left()
    for kind in EpisodeKind:
        said = why(msgspec.structs.replace(episode, kind=kind), "UTC")
        assert "{" not in said
        assert "from Mon 2026-06-01 20:37:23 UTC" in said
