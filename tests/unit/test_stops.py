"""A track summed up: stops, gaps, metres travelled."""

from collections.abc import Sequence

from engine.core.position import Position
from engine.core.stops import Track, sum_up
from tests.judgement_kit import MAX_AGE_S, T0, at, circle, lon, position
from zones.history import ZoneHistory
from zones.instant import SECOND

HOME = ZoneHistory((circle("HOME", 0, 100),))
COUNTY = ZoneHistory((circle("COUNTY", 0, 20_000),))


def summed(positions: Sequence[Position], *places: ZoneHistory) -> Track:
    """Return the sum of a story, in which a position holds for five minutes."""
    return sum_up(positions, lambda _: MAX_AGE_S * SECOND, places)


def told(track: Track) -> list[tuple[float, float, str | None]]:
    """Return start and end of each stop in seconds into the story, and where it was."""
    return [
        (
            (each.start - T0) / SECOND,
            (each.end - T0) / SECOND,
            None if each.place is None else each.place.zone_id,
        )
        for each in track.stops
    ]


def stay(metres: float, start: int, end: int, accuracy_m: float = 8.0) -> list[Position]:
    """Return positions every minute around a place, that jitter by some metres."""
    return [
        position(second, metres + (second // 60 * 7) % 11 - 5, accuracy_m)
        for second in range(start, end + 1, 60)
    ]


def walk(start: int, end: int, from_m: float, to_m: float) -> list[Position]:
    """Return positions every minute from a place to another, both ends left out."""
    seconds = range(start + 60, end, 60)
    step = (to_m - from_m) / (end - start)
    return [position(each, from_m + step * (each - start)) for each in seconds]


def test_a_day_of_two_places_is_two_stops_and_the_way_between() -> None:
    """Stops are named by the zone, or are somewhere without a name; the way is as long as it is."""
    track = summed(
        [*stay(0, 0, 1800), *walk(1800, 3000, 0, 2000), *stay(2000, 3000, 6000)], HOME, COUNTY
    )
    assert told(track) == [(0, 1800, "HOME"), (3000, 6000, None)]
    assert 1980 < track.travelled_m < 2030
    assert track.gaps == []


def test_no_stop_goes_across_a_gap() -> None:
    """Nobody knows where he was in between, though he was at home before and after."""
    track = summed([*stay(0, 0, 1800), *stay(0, 5400, 7200)], HOME)
    assert told(track) == [(0, 1800, "HOME"), (5400, 7200, "HOME")]
    [gap] = track.gaps
    assert (gap.start, gap.end) == (at(1800), at(5400))
    assert gap.unknown_from == at(1800 + MAX_AGE_S) + 1


def test_a_minute_elsewhere_is_no_end_and_three_are() -> None:
    """Receivers err for a minute; who is away for longer has left."""
    short = summed([*stay(0, 0, 1200), position(1260, 400), *stay(0, 1320, 2400)], HOME)
    assert told(short) == [(0, 2400, "HOME")]
    long = summed([*stay(0, 0, 1200), *stay(400, 1260, 1500), *stay(0, 1560, 2400)], HOME)
    assert told(long) == [(0, 1200, "HOME"), (1560, 2400, "HOME")]


def test_who_walks_stops_nowhere() -> None:
    """At 1.4 m/s nobody is five minutes within a stop's reach."""
    track = summed(walk(0, 3600, 0, 5040))
    assert track.stops == []
    assert 4800 < track.travelled_m < 5040


def test_a_coarse_position_moves_no_stop_and_makes_none() -> None:
    """A cell 900 m off, 1,000 m accurate, may be home: it ends no stop and is not travelled."""
    track = summed([*stay(0, 0, 1200), position(1260, 900, 1000.0), *stay(0, 1320, 2400)], HOME)
    assert told(track) == [(0, 2400, "HOME")]
    assert abs(track.stops[0].lon - lon(0)) < 1e-4
    assert track.travelled_m == 0
    assert summed(stay(0, 0, 3600, accuracy_m=500.0)).stops == []


def test_stays_within_one_place_are_one_stop() -> None:
    """Who goes from the hall to the yard of one campus has not left it."""
    campus = ZoneHistory((circle("CAMPUS", 150, 400),))
    ways = [*stay(0, 0, 900), *walk(900, 1140, 0, 300), *stay(300, 1140, 2400)]
    assert told(summed(ways, campus)) == [(0, 2400, "CAMPUS")]
    assert len(summed(ways).stops) == 2


def test_a_county_is_no_stop() -> None:
    """A zone wider than two kilometres gives no stop its name."""
    assert told(summed(stay(0, 0, 1200), COUNTY)) == [(0, 1200, None)]


def test_a_stop_is_named_by_the_version_in_effect_then() -> None:
    """Before a zone was drawn nobody was in it."""
    moved = ZoneHistory((circle("HOME", 0, 100, since=at(3600)),))
    assert told(summed(stay(0, 0, 1200), moved)) == [(0, 1200, None)]


def test_nothing_is_nothing() -> None:
    """No position: no stop, no gap, no way."""
    assert summed([]) == Track([], [], 0)
