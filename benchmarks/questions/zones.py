"""What do zones cost: finding those a position is in or near, an edit, loading a country of them?

Ours always measures: the signed distance in metres to every zone within 50 m, and of it whether the
position, accurate to 8 m, is inside, outside or uncertain. The rivals only say inside or not.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import count
from statistics import median

import msgspec
import numpy as np
import rtree
import shapely
from numpy.typing import NDArray

from benchmarks.own_zones import OwnZones, bodies
from benchmarks.row import Row
from benchmarks.timing import Effort, median_seconds, seconds
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
from zones.geojson import write_zone
from zones.index import ZoneIndex
from zones.membership import memberships
from zones.metric import Floats
from zones.stored import read_stored_zones
from zones.table import ZoneTable
from zones.zone import Zone

REACH_M = 50.0
ACCURACY_M = 8.0
ALONE = 100
_RTREE = "rtree per point, then shapely; inside or not"
_BULK = "rtree in bulk (intersection_v), then shapely; inside or not"
_STRTREE = "STRtree predicate, one bulk query; inside or not"
_SHAPELY = "decoded, shapely.from_geojson, an STRtree of it; circles only as points"


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    rng = np.random.default_rng(1)
    zones = city(rng)
    many = zones if effort.quick else city(rng, 100_000)
    return [*_finding(effort, zones, rng), _edit(effort, many), *_loading(effort, zones)]


def _finding(effort: Effort, zones: list[Zone], rng: np.random.Generator) -> Iterator[Row]:
    lon, lat = (rng.random((effort.pick(3, 10), POSITIONS)) for _ in range(2))
    batches = list(zip(WEST + WIDTH * lon, SOUTH + HEIGHT * lat, strict=True))
    outlines = [outline(zone) for zone in zones]
    shapely.prepare(outlines)
    dynamic = rtree.index.Index((number, each.bounds, None) for number, each in enumerate(outlines))
    packed, index, held = shapely.STRtree(outlines), ZoneIndex(zones), np.array(outlines)
    over = partial(partial, _each, batches)
    few = tuple(each[:ALONE] for each in batches[0])
    singly = [tuple(each[number : number + 1] for each in few) for number in range(ALONE)]
    runs: dict[str, Callable[[], object]] = {
        "ours": over(partial(_judged, index)),
        "rtree": over(partial(point_by_point, dynamic, outlines)),
        "bulk": over(partial(_in_bulk, dynamic, held)),
        "strtree": over(partial(_by_predicate, packed)),
        "alone": lambda: [_judged(index, *each) for each in singly],
        "rtree alone": partial(point_by_point, dynamic, outlines, *few),
    }
    took = median_seconds(runs, effort.pick(5, 25))
    rate = {name: lon.size / value for name, value in took.items()}
    unit, ours = "positions/s", rate["ours"]
    asked = f"Zones within {REACH_M:.0f} m of {ZONES:,} in a city, measured; batches of 1,000"
    for name, rival, against in (
        ("rtree", _RTREE, "rtree"),
        ("rtree_bulk", _BULK, "bulk"),
        ("strtree", _STRTREE, "strtree"),
    ):
        yield _row(f"zones_vs_{name}", f"{asked}?", unit, ours, rival, rate[against])
    yield _row(
        "zones_alone",
        "The same for one position at a time, as an idle engine asks?",
        "positions/s",
        ALONE / took["alone"],
        _RTREE,
        ALONE / took["rtree alone"],
    )


def _edit(effort: Effort, zones: list[Zone]) -> Row:
    index = ZoneIndex(zones)
    boxes = [zone.boxes[0] for zone in zones]
    dynamic = rtree.index.Index((number, box, None) for number, box in enumerate(boxes))
    lon, lat = np.array([WEST]), np.array([SOUTH])
    ours, rival = count(), count()

    def edit() -> None:
        number = next(ours)
        old = zones[number]
        index.edit([Zone(f"new-{number}", old.shape)], [old.key])
        index.near(lon, lat, REACH_M)

    def replace() -> None:
        number = next(rival)
        dynamic.delete(number, boxes[number])
        dynamic.insert(len(zones) + number, boxes[number])
        list(dynamic.intersection((WEST, SOUTH, WEST, SOUTH)))

    took = median_seconds({"ours": edit, "rtree": replace}, effort.pick(100, 400))
    return _row(
        "zones_edit_ms",
        f"A zone of {len(zones):,} replaced and the next position asked?",
        "ms",
        took["ours"] * 1e3,
        "rtree: deleted, inserted and asked; boxes only",
        took["rtree"] * 1e3,
    )


def _loading(effort: Effort, zones: list[Zone]) -> Iterator[Row]:
    stored = [msgspec.json.encode(write_zone(zone)).decode() for zone in zones]
    runs: dict[str, Callable[[], object]] = {
        "ours": lambda: ZoneIndex(read_stored_zones(stored)),
        "shapely": partial(_by_shapely, stored),
    }
    took = median_seconds(runs, effort.pick(3, 7))
    yield _row(
        "zones_load_10k_s",
        "10,000 shared zones from their stored text to ready?",
        "s",
        took["ours"],
        _SHAPELY,
        took["shapely"],
    )
    many = effort.pick(100_000, 1_000_000)
    written = list(bodies(many))
    gc.collect()
    table = ZoneTable()
    ours = seconds(lambda: table.extend(read_stored_zones(written)))
    rival = seconds(partial(_by_shapely, written[: many // 10])) * 10
    times = 1_000_000 // many
    yield _row(
        "zones_load_1m_s",
        "1,000,000 own zones from their stored text to ready?"
        + (f" ({many:,} loaded, times {times})" if times > 1 else ""),
        "s",
        ours * times,
        f"{_SHAPELY}; a tenth, times ten",
        rival * times,
    )
    yield _growth(effort, table, ZoneIndex(zones))


def _growth(effort: Effort, table: ZoneTable, shared: ZoneIndex) -> Row:
    few = ZoneTable(table.zones[: len(table) // 100])
    sides = {"many": OwnZones(table), "few": OwnZones(few)}
    places = np.random.default_rng(7).random((POSITIONS, 2)) * (WIDTH, HEIGHT) + (WEST, SOUTH)

    def judged(side: OwnZones, wearer: NDArray[np.intp], at: Floats) -> None:
        side.judged(wearer, at)
        _judged(shared, places[:, 0], places[:, 1])

    rng = np.random.default_rng(4)
    taken: dict[str, list[float]] = {name: [] for name in sides}
    for _ in range(effort.pick(40, 300)):
        for name, side in sides.items():
            asked = side.batch(rng, POSITIONS)
            # Processor time: what else the machine does would drown so small a difference.
            began = time.thread_time()
            judged(side, *asked)
            taken[name].append(time.thread_time() - began)
    each_us = {name: median(each) / POSITIONS * 1e6 for name, each in taken.items()}
    return _row(
        "zones_growth",
        f"A position judged against {ZONES:,} shared zones and its wearer's 4 of {len(table):,}?",
        "µs/position",
        each_us["many"],
        f"ourselves with 4 of {len(few):,} own zones",
        each_us["few"],
    )


def _judged(index: ZoneIndex, lon: Floats, lat: Floats) -> NDArray[np.int8]:
    found = index.near(lon, lat, REACH_M)
    return memberships(found.signed_distance_m, ACCURACY_M)


def _in_bulk(
    tree: rtree.index.Index, outlines: NDArray[np.object_], lon: Floats, lat: Floats
) -> NDArray[np.bool_]:
    places = np.stack([lon, lat], axis=1)
    zone, found = tree.intersection_v(places, places)  # type: ignore[no-untyped-call]
    position = np.arange(len(lon)).repeat(found.astype(np.intp))
    inside: NDArray[np.bool_] = shapely.intersects_xy(outlines[zone], lon[position], lat[position])
    return inside


def _by_predicate(tree: shapely.STRtree, lon: Floats, lat: Floats) -> NDArray[np.int64]:
    found: NDArray[np.int64] = tree.query(shapely.points(lon, lat), predicate="intersects")
    return found


def _each(
    batches: Sequence[tuple[Floats, Floats]], run: Callable[[Floats, Floats], object]
) -> None:
    for lon, lat in batches:
        run(lon, lat)


def _by_shapely(stored: list[str]) -> shapely.STRtree:
    features = [msgspec.json.decode(each) for each in stored]
    texts = [msgspec.json.encode(each["geometry"]).decode() for each in features]
    return shapely.STRtree(shapely.from_geojson(texts))


def _row(name: str, question: str, unit: str, value: float, rival: str, rival_value: float) -> Row:
    return Row(
        id=name,
        question=question,
        value=value,
        unit=unit,
        rival=rival,
        rival_value=rival_value,
    )
