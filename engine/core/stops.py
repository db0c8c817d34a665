"""Where somebody stayed, how long, and where nobody knows: a track summed up for reading.

- A **stop** is a stretch of at least `LEAST_STAY` in which every judged position may have been at
  one place: no farther from the middle of the others than `STOP_RADIUS_M` and its own accuracy
  (68 %). A coarse position (`position.py`) can begin no stop and does not move its middle. To be
  elsewhere for less than `MOST_AWAY` is no end of it: receivers err, people take the bins out.
- A **gap** is the time between two judged positions of which the first no longer held when the
  second was measured. No stop goes across one: nobody knows.
- A stop is named by the **place** in which most of its positions surely are, by the membership
  that conditions are judged by; stops one after the other at one place, with nothing seen surely
  outside of it between them, are one stop. Only zones no wider than `WIDEST_PLACE_M` are places: a
  county is no stop.
- **Travelled** is the length of the straight paths between successive judged positions that are
  not coarse, those within stops and across gaps left out. It is a lower bound.

Nothing is judged by it. Stay points as first described in Li et al., Mining User Similarity Based
on Location History (2008), here with accuracies and gaps.
"""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from engine.core.position import Position
from zones.history import ZoneHistory
from zones.instant import MINUTE, Duration, Instant
from zones.interval import BEGINNING, END, Interval
from zones.membership import Membership, membership
from zones.separation import distance_m
from zones.zone import Zone

LEAST_STAY: Final[Duration] = 5 * MINUTE
MOST_AWAY: Final[Duration] = 3 * MINUTE
STOP_RADIUS_M: Final = 75.0
"""Walking at 1.4 m/s takes less than two minutes through it."""
WIDEST_PLACE_M: Final = 2_000.0
ALL_TIME: Final = Interval(BEGINNING, END)


class Stop(NamedTuple):
    """One stay, from its first to its last position."""

    start: Instant
    end: Instant
    lat: float
    lon: float
    """Middle of its positions, weighted by their accuracy."""
    place: Zone | None
    """The zone it was at; None if that is not known to be any."""
    positions: int


class Gap(NamedTuple):
    """No position was known to hold from `unknown_from` to `end`."""

    start: Instant
    """When the position before it was measured."""
    unknown_from: Instant
    """When that no longer held."""
    end: Instant
    """When the position after it was measured."""


class Track(NamedTuple):
    """A track summed up."""

    stops: list[Stop]
    gaps: list[Gap]
    travelled_m: float


def sum_up(
    positions: Iterable[Position],
    max_age_at: Callable[[Instant], Duration],
    places: Sequence[ZoneHistory] = (),
    within: Interval = ALL_TIME,
) -> Track:
    """Return stops, gaps and metres travelled of judged positions in order.

    `max_age_at` says how long a position measured at an instant holds; `places` are the zones that
    may give a stop its name; what is travelled is counted `within` a stretch of time.
    """
    ordered = list(positions)
    found = gaps(ordered, max_age_at)
    runs = list(_runs(ordered, {each.start for each in found}))
    stops = [stop for run in runs for stop in _stops(run, places)]
    return Track(stops, found, sum(_travelled_m(run, stops, within) for run in runs))


def gaps(positions: Sequence[Position], max_age_at: Callable[[Instant], Duration]) -> list[Gap]:
    """Return the gaps between judged positions that are in order."""
    found = (
        Gap(one.fix_time, one.fix_time + max_age_at(one.fix_time) + 1, other.fix_time)
        for one, other in pairwise(positions)
    )
    return [each for each in found if each.unknown_from <= each.end]


def _runs(positions: Sequence[Position], last_before: set[Instant]) -> Iterator[list[Position]]:
    """Yield the positions between gaps; each gap follows the last position of an instant."""
    run: list[Position] = []
    for one, other in pairwise([*positions, None]):
        if one is not None:
            run.append(one)
        if one is not None and one.fix_time in last_before and not _same_time(one, other):
            yield run
            run = []
    yield run


def _same_time(one: Position, other: Position | None) -> bool:
    return other is not None and other.fix_time == one.fix_time


class _Middle:
    """The middle of positions that come and go, those sure counting more."""

    def __init__(self) -> None:
        self._lon0 = 0.0
        self._weight = self._lat = self._lon = 0.0

    def add(self, position: Position, times: float = 1.0) -> None:
        """Count a position in, or with `times` -1 out again; a coarse one does not count."""
        if position.coarse:
            return
        if self._weight == 0.0:
            self._lon0 = position.lon
        weight = times / position.accuracy_m**2
        self._weight += weight
        self._lat += weight * position.lat
        self._lon += weight * _turned(position.lon - self._lon0)

    def place(self) -> tuple[float, float]:
        """Return longitude and latitude."""
        return _turned(self._lon0 + self._lon / self._weight), self._lat / self._weight


def _turned(lon: float) -> float:
    return (lon + 180.0) % 360.0 - 180.0


def _middle(members: Iterable[Position]) -> tuple[float, float]:
    middle = _Middle()
    for each in members:
        middle.add(each)
    return middle.place()


def _stays(run: Sequence[Position]) -> Iterator[list[Position]]:
    """Yield the positions of each stay of a run without gaps."""
    members: deque[Position] = deque()
    away: list[Position] = []
    middle = _Middle()
    waiting = deque(run)
    while waiting:
        position = waiting.popleft()
        if members and _near(position, middle):
            members.append(position)
            middle.add(position)
            away = []
        elif _long_enough(members):
            away.append(position)
            if position.fix_time - members[-1].fix_time >= MOST_AWAY:
                yield list(members)
                members, middle = deque(), _Middle()
                waiting.extendleft(reversed(away))
                away = []
        elif not position.coarse:
            middle = _let_go(members, middle, position)
            members.append(position)
            middle.add(position)
    if _long_enough(members):
        yield list(members)


def _let_go(members: deque[Position], middle: _Middle, newest: Position) -> _Middle:
    """Drop the oldest members until a newer position is near what is left, or nothing is."""
    while members and not _near(newest, middle):
        middle.add(members.popleft(), -1.0)
        while members and members[0].coarse:
            members.popleft()
    return middle if members else _Middle()


def _long_enough(members: Sequence[Position] | deque[Position]) -> bool:
    return bool(members) and members[-1].fix_time - members[0].fix_time >= LEAST_STAY


def _near(position: Position, middle: _Middle) -> bool:
    lon, lat = middle.place()
    reach_m = STOP_RADIUS_M + position.accuracy_m
    return distance_m(lon, lat, position.lon, position.lat) <= reach_m


def _stops(run: Sequence[Position], places: Sequence[ZoneHistory]) -> Iterator[Stop]:
    last: tuple[list[Position], Zone | None] | None = None
    for members in _stays(run):
        place = _place_of(members, places)
        if last is not None and _stayed(run, last, members, place):
            last = ([*last[0], *members], place)
            continue
        if last is not None:
            yield _stop(*last)
        last = (members, place)
    if last is not None:
        yield _stop(*last)


def _stop(members: Sequence[Position], place: Zone | None) -> Stop:
    lon, lat = _middle(members)
    return Stop(members[0].fix_time, members[-1].fix_time, lat, lon, place, len(members))


def _stayed(
    run: Sequence[Position],
    last: tuple[list[Position], Zone | None],
    members: Sequence[Position],
    place: Zone | None,
) -> bool:
    """Tell whether two stays at one place are one: nothing between was surely outside of it."""
    if place is None or last[1] != place:
        return False
    start, end = last[0][-1].fix_time, members[0].fix_time
    between = [each for each in run if start < each.fix_time < end]
    return Membership.OUTSIDE not in _seen(place, between)


def _place_of(members: Sequence[Position], places: Sequence[ZoneHistory]) -> Zone | None:
    """Return the zone that most of the positions are surely inside of; None if none has half."""
    fine = [each for each in members if not each.coarse]
    best: tuple[int, Zone | None] = (len(fine) // 2, None)
    for zone in (history.at(members[0].fix_time) for history in places):
        if zone is None or width_m(zone) > WIDEST_PLACE_M:
            continue
        inside = _seen(zone, fine).count(Membership.INSIDE)
        if inside > best[0]:
            best = (inside, zone)
    return best[1]


def _seen(zone: Zone, positions: Sequence[Position]) -> list[Membership]:
    lons, lats = ([getattr(each, name) for each in positions] for name in ("lon", "lat"))
    metres = zone.signed_distances_m(lons, lats).tolist() if positions else []
    return [
        Membership.INSIDE
        if each.beacon_zone_id == zone.zone_id
        else membership(away_m, each.accuracy_m)
        for each, away_m in zip(positions, metres, strict=True)
    ]


def width_m(zone: Zone) -> float:
    """Return the length of the diagonal of a zone's bounding box, metres."""
    return max(distance_m(west, south, east, north) for west, south, east, north in zone.boxes)


def _travelled_m(run: Sequence[Position], stops: Sequence[Stop], within: Interval) -> float:
    fine = [each for each in run if not each.coarse and each.fix_time in within]
    starts = [each.start for each in stops]
    total = 0.0
    for one, other in pairwise(fine):
        index = bisect_right(starts, one.fix_time) - 1
        if index < 0 or other.fix_time > stops[index].end:
            total += distance_m(one.lon, one.lat, other.lon, other.lat)
    return total
