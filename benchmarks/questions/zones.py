"""How long does it take to find the zones a position is in or near, among 10,000 in one city?

Ours gives the signed distance in metres to every zone within 50 m; the rivals say inside or not.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
import rtree
import shapely

from benchmarks.row import Row
from benchmarks.timing import Effort, median_seconds
from benchmarks.zones_index import (
    HEIGHT,
    POSITIONS,
    SOUTH,
    WEST,
    WIDTH,
    ZONES,
    city,
    outline,
    point_by_point,
)
from zones.index import ZoneIndex

REACH_M = 50.0
ALONE = 100
EDITS = 50
_RTREE = "rtree per point, then shapely; inside or not"
_STRTREE = "STRtree predicate, one bulk query; inside or not"


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    rng = np.random.default_rng(1)
    zones = city(rng)
    lon, lat = WEST + WIDTH * rng.random(POSITIONS), SOUTH + HEIGHT * rng.random(POSITIONS)
    outlines = [outline(zone) for zone in zones]
    shapely.prepare(outlines)
    dynamic = rtree.index.Index((number, each.bounds, None) for number, each in enumerate(outlines))
    packed = shapely.STRtree(outlines)
    index, edited = ZoneIndex(zones), ZoneIndex(zones)
    for number in range(EDITS):
        edited.edit([], [zones[number].key])
    few = lon[:ALONE], lat[:ALONE]
    runs: dict[str, Callable[[], object]] = {
        "ours": partial(index.near, lon, lat, REACH_M),
        "edited": partial(edited.near, lon, lat, REACH_M),
        "rtree": partial(point_by_point, dynamic, outlines, lon, lat),
        "strtree": lambda: packed.query(shapely.points(lon, lat), predicate="intersects"),
        "alone": lambda: [
            index.near(lon[each : each + 1], lat[each : each + 1], REACH_M) for each in range(ALONE)
        ],
        "rtree alone": partial(point_by_point, dynamic, outlines, *few),
    }
    took = median_seconds(runs, effort.pick(5, 25))
    each_us = {name: value / POSITIONS * 1e6 for name, value in took.items()}
    alone_us = {name: took[name] / ALONE * 1e6 for name in ("alone", "rtree alone")}
    asked = f"Distances to all zones within {REACH_M:.0f} m, {ZONES:,} zones, batches of 1,000"
    return [
        _row("zones-vs-rtree", f"{asked}?", each_us["ours"], _RTREE, each_us["rtree"]),
        _row("zones-vs-strtree", "The same?", each_us["ours"], _STRTREE, each_us["strtree"]),
        _row(
            "zones-edited",
            f"The same after {EDITS} zones were edited?",
            each_us["edited"],
            _RTREE,
            each_us["rtree"],
        ),
        _row(
            "zones-alone",
            "The same for one position at a time, as an idle engine asks?",
            alone_us["alone"],
            _RTREE,
            alone_us["rtree alone"],
        ),
    ]


def _row(name: str, question: str, value: float, rival: str, rival_value: float) -> Row:
    return Row(
        id=name,
        question=question,
        value=value,
        unit="µs/position",
        rival=rival,
        rival_value=rival_value,
    )
