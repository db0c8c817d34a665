"""How long it takes to find the zones a position is in or near, among 10,000 in one city.

Run with ``python -m benchmarks.zones_index``. Each way answers for the same positions:

- *rtree, point by point*: candidates from a dynamic R-tree, then shapely's covers; inside only.
- *STRtree predicate*: one bulk query of a packed R-tree with the exact predicate; inside only.
- *ZoneIndex*: the signed distance in metres to every zone that each position is inside of, or
  within reach of; before and after some edits.
"""

import math
import time
from collections.abc import Callable
from functools import partial

import numpy as np
import rtree
import shapely

from zones.index import ZoneIndex
from zones.metric import Floats
from zones.zone import Area, Circle, Zone

ZONES = 10_000
POSITIONS = 1_000
ROUNDS = 25
EDITS = 50
WEST, SOUTH, WIDTH, HEIGHT = -46.9, -23.8, 0.6, 0.5
METRES_PER_DEGREE = 111_195.0


def city(rng: np.random.Generator, count: int = ZONES) -> list[Zone]:
    """Return circles and star-shaped areas of 5 to 24 corners, 100 to 400 m, over one city."""
    zones = []
    for number in range(count):
        lon, lat = WEST + WIDTH * rng.random(), SOUTH + HEIGHT * rng.random()
        reach = rng.uniform(100.0, 400.0)
        if number % 2:
            zones.append(Zone(f"zone-{number}", Circle(lon, lat, reach)))
            continue
        corners = int(rng.integers(5, 25))
        angles = math.tau * np.arange(corners) / corners
        away = reach * rng.uniform(0.5, 1.0, corners) / METRES_PER_DEGREE
        east = lon + away * np.cos(angles) / math.cos(math.radians(lat))
        ring = list(zip(east.tolist(), (lat + away * np.sin(angles)).tolist(), strict=True))
        zones.append(Zone(f"zone-{number}", Area([[[*ring, ring[0]]]])))
    return zones


def best_microseconds(runs: dict[str, Callable[[], object]]) -> dict[str, float]:
    """Return the best time of each, in microseconds per position; they take turns."""
    best = dict.fromkeys(runs, math.inf)
    for _ in range(ROUNDS):
        for name, run in runs.items():
            start = time.perf_counter()
            run()
            best[name] = min(best[name], (time.perf_counter() - start) / POSITIONS * 1e6)
    return best


def outline(zone: Zone) -> shapely.Geometry:
    """Return a polygon for a zone, a circle as one of 64 corners."""
    if isinstance(zone.shape, Area):
        return zone.shape.geometry
    lon, lat, reach = zone.shape.lon, zone.shape.lat, zone.shape.radius_m / METRES_PER_DEGREE
    angles = math.tau * np.arange(64) / 64
    squeeze = math.cos(math.radians(lat))
    return shapely.Polygon(
        np.stack([lon + reach * np.cos(angles) / squeeze, lat + reach * np.sin(angles)], axis=1)
    )


def point_by_point(
    tree: rtree.index.Index, outlines: list[shapely.Geometry], lon: Floats, lat: Floats
) -> None:
    """Ask a dynamic R-tree for one position after the other."""
    for x, y in zip(lon.tolist(), lat.tolist(), strict=True):
        for number in tree.intersection((x, y, x, y)):
            shapely.intersects_xy(outlines[number], x, y)


def main() -> None:
    """Print the table."""
    rng = np.random.default_rng(1)
    zones = city(rng)
    lon, lat = WEST + WIDTH * rng.random(POSITIONS), SOUTH + HEIGHT * rng.random(POSITIONS)
    outlines = [outline(zone) for zone in zones]
    shapely.prepare(outlines)
    dynamic = rtree.index.Index((number, each.bounds, None) for number, each in enumerate(outlines))
    packed = shapely.STRtree(outlines)
    start = time.perf_counter()
    index = ZoneIndex(zones)
    built_ms = (time.perf_counter() - start) * 1e3
    edited, start = ZoneIndex(zones), time.perf_counter()
    for number in range(EDITS):
        edited.edit([Zone(f"new-{number}", zones[number].shape)], [zones[number].key])
    edit_ms = (time.perf_counter() - start) / EDITS * 1e3

    first = "rtree, point by point, inside"
    runs: dict[str, Callable[[], object]] = {
        first: partial(point_by_point, dynamic, outlines, lon, lat),
        "STRtree predicate, inside": lambda: packed.query(
            shapely.points(lon, lat), predicate="intersects"
        ),
    }
    for reach_m in (0.0, 50.0, 150.0, 500.0):
        pairs = len(index.near(lon, lat, reach_m).zone) / POSITIONS
        name = f"ZoneIndex, distances within {reach_m:.0f} m ({pairs:.1f} zones each)"
        runs[name] = partial(index.near, lon, lat, reach_m)
    runs[f"the same within 50 m, after {EDITS} edits"] = partial(edited.near, lon, lat, 50.0)
    runs["paths of 375 m that cross"] = partial(index.crossed, lon, lat, lon + 0.003, lat + 0.002)

    best = best_microseconds(runs)
    print(f"{ZONES:,} zones, batches of {POSITIONS:,} positions, best of {ROUNDS}\n")
    print(f"{'':58}{'µs/position':>12}{'ratio':>8}")
    for name, value in best.items():
        print(f"{name:58}{value:12.2f}{value / best[first]:8.2f}")
    print(f"\nbuild {built_ms:.0f} ms, edit {edit_ms:.2f} ms")


if __name__ == "__main__":
    main()
