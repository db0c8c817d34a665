"""How many recorded positions a second are judged offline (`ringfence replay`, without the CSV)?"""

import tempfile
from contextlib import closing
from pathlib import Path

import shapely

from benchmarks.load import START, Load, city_load
from benchmarks.row import Row
from benchmarks.timing import Effort, median_seconds
from benchmarks.zones_index import outline
from engine.caseload import Caseload
from engine.core.decode import decode
from engine.core.order import Supervision
from engine.core.position import Position
from engine.core.replay import Replay, index_of
from engine.store import migrate, open_store
from zones.geojson import read_zones

WEARERS = 5


def rows(effort: Effort) -> list[Row]:
    """Return the rows of this family."""
    load = city_load(effort.pick(1_500, 7_000), WEARERS)
    tracks = _tracks(load)
    index = index_of(supervision for supervision, _ in tracks)
    zones = _zones_by_device(load)
    outlines = [zones[supervision.activation.device_id] for supervision, _ in tracks]
    until = load.end

    def replay(*, by_arrival: bool) -> None:
        for supervision, positions in tracks:
            run = Replay(supervision, index)
            judge = run.by_arrival if by_arrival else run.in_order
            judge(positions, until)

    def point_by_point() -> None:
        for own, (_, positions) in zip(outlines, tracks, strict=True):
            for position in positions:
                for each in own:
                    shapely.intersects_xy(each, position.lon, position.lat)

    took = median_seconds(
        {
            "in order": lambda: replay(by_arrival=False),
            "by arrival": lambda: replay(by_arrival=True),
            "shapely": point_by_point,
        },
        effort.pick(3, 9),
    )
    count = sum(len(positions) for _, positions in tracks)
    return [
        Row(
            id=f"replay-{name.replace(' ', '-')}",
            question=f"Judging a recording {name}: curfew, exclusion, inclusion, silence?",
            value=count / took[name],
            unit="positions/s",
            rival="shapely per point and zone; inside or not, nothing else",
            rival_value=count / took["shapely"],
        )
        for name in ("in order", "by arrival")
    ]


def _tracks(load: Load) -> list[tuple[Supervision, list[Position]]]:
    """Return what each wearer is held to and every position of him, as they arrived."""
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder) / 'registry.db'}"
        migrate(url)
        with closing(open_store(url)) as store, store.write() as transaction:
            load.acting.enrol(transaction.registry)
            caseload = Caseload()
            caseload.load(transaction)
    found: dict[int, list[Position]] = {each: [] for each in caseload}
    for delivery in load.deliveries:
        decoded = decode(delivery.topic, delivery.payload)
        vendor = "" if decoded.source is None else decoded.source.vendor
        for message in decoded.messages:
            said = caseload.attribution.attribute(vendor, message, max(START, delivery.at))
            for position in said.positions:
                found[position.activation_id].append(position)
    return [(caseload.case(each).docket.supervision, track) for each, track in found.items()]


def _zones_by_device(load: Load) -> dict[str, list[shapely.Geometry]]:
    """Return the prepared zones of each wearer's order, circles as polygons."""
    found = {}
    for wearer in load.acting.fleet:
        features = {"type": "FeatureCollection", "features": list(wearer.zones)}
        found[wearer.device_id] = [outline(zone) for zone in read_zones(features).zones]
        shapely.prepare(found[wearer.device_id])
    return found
