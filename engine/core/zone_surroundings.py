"""What positions that were really measured say about a zone.

How accurate they are near it; whether people drive through it (more than `FAST_MPS`); and whether
it lies where anybody has ever been, or only would with longitude and latitude exchanged. Roads may
be given as lines too: one that leads through the zone brings everybody who uses it into it.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from engine.core.position import Position
from zones.finding import Detail, Finding, FindingSeverity
from zones.metric import Floats, far_distances_m
from zones.zone import Circle, Zone
from zones.zone_lint import ASSUMED, Precision
from zones.zone_plane import plane_of

NEAR_M: Final = 500.0
"""Positions no farther from the zone than this say how accurate positions are there."""
LEAST_NEAR: Final = 30
"""Fewer positions near it say nothing."""
FAST_MPS: Final = 8.0
"""Faster than anybody walks or cycles in town."""
LEAST_PASSAGES: Final = 5
"""Separate drives through it that make a road of it."""
FAR_M: Final = 100_000.0
SWAPPED_M: Final = 20_000.0
_APART_S: Final = 600.0
_MOST_PAUSE_S: Final = 300.0


class Seen(NamedTuple):
    """Positions as columns, each wearer's in a row and in order of time."""

    lon: Floats
    lat: Floats
    accuracy_m: Floats
    speed_mps: Floats
    """As stated, or from the position before; NaN if not known."""
    time_s: Floats
    wearer: NDArray[np.intp]


def seen(tracks: Iterable[Sequence[Position]]) -> Seen:
    """Return the positions of tracks, one a wearer, each in order of time."""
    listed = [(number, each) for number, track in enumerate(tracks) for each in track]
    columns = np.array(
        [
            (
                each.lon,
                each.lat,
                each.accuracy_m,
                np.nan if each.speed_mps is None else each.speed_mps,
                each.fix_time / 1e6,
            )
            for _, each in listed
        ],
        dtype=np.float64,
    ).reshape(-1, 5)
    wearer = np.array([number for number, _ in listed], dtype=np.intp)
    lon, lat, accuracy, stated, time_s = columns.T
    speed = np.where(np.isnan(stated), _speeds(lon, lat, time_s, wearer), stated)
    return Seen(lon, lat, accuracy, speed, time_s, wearer)


def _speeds(lon: Floats, lat: Floats, time_s: Floats, wearer: NDArray[np.intp]) -> Floats:
    """Return the speed from the position before, not known after a pause or a change of wearer."""
    speed = np.full(len(lon), np.nan)
    if len(lon) < 2:
        return speed
    pause = np.diff(time_s)
    fresh = (np.diff(wearer) == 0) & (pause > 0) & (pause <= _MOST_PAUSE_S)
    metres = far_distances_m(lon[:-1], lat[:-1], lon[1:], lat[1:])
    speed[1:] = np.where(fresh, metres / np.maximum(pause, 1e-6), np.nan)
    return speed


def precision_near(distance_m: Floats, positions: Seen) -> Precision:
    """Return how accurate positions near a zone are, given their signed distances to it."""
    near = positions.accuracy_m[distance_m >= -NEAR_M]
    if len(near) < LEAST_NEAR:
        return ASSUMED
    median, most = np.quantile(near, (0.5, 0.95))
    return Precision(round(float(median), 1), round(float(most), 1), len(near))


def surroundings(zone: Zone, distance_m: Floats, positions: Seen) -> Iterator[Finding]:
    """Yield what positions say against where a zone is."""
    yield from _driven_through(distance_m, positions)
    if len(distance_m):
        yield from _far_away(zone, distance_m, positions)


def _driven_through(distance_m: Floats, positions: Seen) -> Iterator[Finding]:
    fast = np.flatnonzero((distance_m >= 0.0) & (positions.speed_mps > FAST_MPS))
    apart = np.diff(positions.time_s[fast], prepend=-np.inf) > _APART_S
    other = np.diff(positions.wearer[fast], prepend=-1) != 0
    passages = int(np.count_nonzero(apart | other))
    if passages < LEAST_PASSAGES:
        return
    wearers = len(np.unique(positions.wearer[fast]))
    speed = float(np.median(positions.speed_mps[fast]))
    people = "1 wearer" if wearers == 1 else f"{wearers} wearers"
    words = (
        f"a road seems to lead through it: {passages} drives of {people} at more than {FAST_MPS:g} "
        f"m/s (half of them above {speed:.0f}); whoever drives there enters it"
    )
    details = ({"passages": passages, "wearers": wearers, "median_speed_mps": round(speed, 1)},)
    yield Finding("through_road", FindingSeverity.WARNING, words, "", details)


def _far_away(zone: Zone, distance_m: Floats, positions: Seen) -> Iterator[Finding]:
    nearest_m = -float(distance_m.max())
    if nearest_m <= FAR_M:
        return
    lon, lat = _middle(zone)
    swapped_m = np.inf
    if abs(lon) <= 90.0:
        count = len(positions.lon)
        away = far_distances_m(
            positions.lon, positions.lat, np.full(count, lat), np.full(count, lon)
        )
        swapped_m = float(away.min())
    details = ({"nearest_position_km": round(nearest_m / 1000.0, 1)},)
    if swapped_m <= SWAPPED_M:
        words = (
            f"longitude and latitude seem to be exchanged: nobody was ever nearer than "
            f"{nearest_m / 1000.0:,.0f} km, with them exchanged {swapped_m / 1000.0:,.1f} km; "
            "write [longitude, latitude]"
        )
        yield Finding("coordinates_swapped", FindingSeverity.ERROR, words, "", details)
        return
    words = f"nobody was ever nearer than {nearest_m / 1000.0:,.0f} km: check where it is"
    yield Finding("far_away", FindingSeverity.WARNING, words, "", details)


def _middle(zone: Zone) -> tuple[float, float]:
    if isinstance(zone.shape, Circle):
        return zone.shape.lon, zone.shape.lat
    point = zone.shape.geometry.representative_point()
    return point.x, point.y


def roads_through(zone: Zone, roads: Iterable[tuple[str, Floats]]) -> Iterator[Finding]:
    """Yield the roads (name and places in degrees) that lead into a zone and out of it again."""
    plane = plane_of(zone)
    if plane is None:
        return
    area = plane.area_of(zone)
    for name, places in roads:
        line = shapely.linestrings(plane.metres(places))
        inside = shapely.intersection(line, area)
        through = [
            float(shapely.length(part))
            for part in shapely.get_parts(inside)
            if shapely.length(part) > 1.0 and not _ends_inside(line, part)
        ]
        if through:
            metres = sum(through)
            words = f"{name or 'a road'} leads through it for {metres:.0f} m: who passes enters it"
            details: dict[str, Detail] = {"road": name, "metres": round(metres, 1)}
            yield Finding("through_road", FindingSeverity.WARNING, words, "", (details,))


def _ends_inside(line: shapely.Geometry, part: shapely.Geometry) -> bool:
    """Tell whether a part of a line holds one of its ends: then it leads there, not through."""
    ends = (shapely.get_point(line, 0), shapely.get_point(line, -1))
    return any(bool(shapely.dwithin(part, end, 1e-6)) for end in ends)
