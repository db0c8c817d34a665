"""Two judges of scenarios that share no code with the simulators' geometry or with the engine.

One looks at the true path, every second of it; the other at the positions in the payloads, one by
one. Geometry is shapely's, on an azimuthal equidistant projection made by pyproj.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer

from simulators.scenario import Scenario, ScenarioWearer
from zones.instant import MINUTE, SECOND, parse, to_datetime

Column: TypeAlias = NDArray[Any]
Condition: TypeAlias = dict[str, Any]
Places: TypeAlias = tuple[Column, ...]
"""Instants, longitudes, latitudes."""
Z_95 = 1.6449
RADIUS_PER_SIGMA = 1.515
SHARED_ERROR = {"exclusion": (20.0, 1200.0)} | dict.fromkeys(
    ("inclusion", "curfew", "attendance"), (15.0, 300.0)
)
"""By kind: the error positions may share (68 %, metres), and the seconds in which it halves."""
DWELL_S = 45.0

ATTENDANCE_KINDS = {
    # (elsewhere when it became due, there at some time while it was due)
    (True, True): "attendance_late",
    (True, False): "attendance_missed",
    (False, True): "attendance_left_early",
}
CURFEW_KINDS = {
    # (out at the window's start, out at its end, in at some time)
    (True, False, True): "curfew_late_return",
    (False, False, True): "curfew_left_during",
    (False, True, True): "curfew_out_at_end",
    (True, True, False): "curfew_out_entire",
}


@dataclass(frozen=True)
class Seen:
    """One delivered position, as the second judge reads it."""

    time: int
    lon: float
    lat: float
    accuracy_m: float
    coarse: bool


class Ground:
    """Metres around a point, whichever side of the antimeridian."""

    def __init__(self, lon: float, lat: float) -> None:
        local = f"+proj=aeqd +lat_0={lat} +lon_0={lon} +datum=WGS84 +units=m"
        self._project = Transformer.from_crs("EPSG:4326", local, always_xy=True).transform

    def metres(self, lon: Sequence[float] | Column, lat: Sequence[float] | Column) -> Column:
        """Return an array of shape (n, 2)."""
        return np.column_stack(self._project(np.asarray(lon), np.asarray(lat)))

    def zone(self, feature: dict[str, Any]) -> shapely.Geometry:
        """Return the geometry of a Feature, a circle as a polygon of 1024 corners."""
        geometry = feature["geometry"]
        if geometry["type"] == "Point":
            centre = shapely.Point(self.metres(*([axis] for axis in geometry["coordinates"]))[0])
            return centre.buffer(feature["properties"]["radius_m"], quad_segs=256)
        shape = shapely.from_geojson(json.dumps(geometry))
        projected = shapely.transform(shape, lambda points: self.metres(points[:, 0], points[:, 1]))
        assert projected.is_valid
        return projected


@lru_cache(maxsize=100)
def ground(scenario_name: str, lon: float, lat: float) -> Ground:
    """Return the ground of a scenario."""
    return Ground(lon, lat)


def ground_of(scenario: Scenario) -> Ground:
    """Return the ground a scenario takes place on."""
    plane = scenario.wearers[0].true_path.plane
    return ground(scenario.name, plane.lon, plane.lat)


def zones_of(scenario: Scenario) -> dict[str, shapely.Geometry]:
    """Return the zones by id, in metres."""
    here = ground_of(scenario)
    return {each["properties"]["zone_id"]: here.zone(each) for each in scenario.zones["features"]}


def depths(
    scenario: Scenario, zone_id: str, lon: Sequence[float] | Column, lat: Sequence[float] | Column
) -> Column:
    """Return how far inside a zone points are, metres; negative outside."""
    zone = zones_of(scenario)[zone_id]
    points = shapely.points(ground_of(scenario).metres(lon, lat))
    away = shapely.distance(zone.boundary, points)
    inside_m: Column = np.where(shapely.covers(zone, points), away, -away)
    return inside_m


def true_depths(scenario: Scenario, wearer: ScenarioWearer, zone_id: str) -> tuple[Column, Column]:
    """Return instants, a second apart, and how far inside the zone the wearer truly is then."""
    instants = np.arange(scenario.start, scenario.end + 1, SECOND)
    truth = wearer.true_path.sample(instants)
    return instants, depths(scenario, zone_id, truth.lon, truth.lat)


def seen_depths(scenario: Scenario, zone_id: str, positions: Sequence[Seen]) -> Column:
    """Return how far inside a zone positions are, metres; negative outside."""
    return depths(scenario, zone_id, [s.lon for s in positions], [s.lat for s in positions])


def stretches(instants: Column, true: Column) -> list[tuple[int, int]]:
    """Return the unbroken stretches, both ends included, in which `true` holds."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], true.astype(int), [0]])))
    return [(int(instants[a]), int(instants[b - 1])) for a, b in edges.reshape(-1, 2)]


def windows(
    scenario: Scenario, wearer: ScenarioWearer, condition: Condition
) -> list[tuple[int, int]]:
    """Return the intervals in which a condition is in force, from the scenario's start."""
    if "weekly" not in condition:
        begins = condition.get("effective_from")
        return [(parse(begins) if begins else scenario.start, scenario.end)]
    (window,) = condition["weekly"]
    first, last = (_local(scenario, wearer, window[side]) for side in ("start", "end"))
    passes = [(parse(each["start"]), parse(each["end"])) for each in condition.get("passes", [])]
    if condition["kind"] == "attendance":
        first, last = _due(scenario, wearer, condition, first, last)
    for begins, ends in _higher_windows(scenario, wearer, condition):
        if condition["kind"] == "curfew" and first < begins and ends < last:
            return [(first, begins), (ends, last)]
    excused = any(begins <= first and last <= ends for begins, ends in passes)
    return [] if excused or first >= last else [(first, last)]


def _higher(wearer: ScenarioWearer, condition: Condition) -> list[Condition]:
    rank = condition.get("priority", 0)
    return [each for each in wearer.conditions if each.get("priority", 0) > rank]


def _higher_windows(
    scenario: Scenario, wearer: ScenarioWearer, condition: Condition
) -> list[tuple[int, int]]:
    """Return the hours, as written, of the conditions of higher priority."""
    return [
        (_local(scenario, wearer, window["start"]), _local(scenario, wearer, window["end"]))
        for higher in _higher(wearer, condition)
        for window in higher["weekly"]
    ]


def permitted_m(
    scenario: Scenario, wearer: ScenarioWearer, condition: Condition, places: Places
) -> Column:
    """Return how far inside a place that is permitted at their times places are, metres."""
    instants, lon, lat = places
    inside_m = np.full(len(instants), -np.inf)
    for higher in _higher(wearer, condition):
        (hours,) = _higher_windows(scenario, wearer, condition)
        now = (instants >= hours[0]) & (instants < hours[1])
        deep = depths(scenario, higher["zone"], lon, lat)
        inside_m = np.where(now, np.maximum(inside_m, deep), inside_m)
    return inside_m


def _due(
    scenario: Scenario, wearer: ScenarioWearer, condition: Condition, first: int, last: int
) -> tuple[int, int]:
    """Return when presence is truly due: in the window's middle, or once the slack is used up."""
    if "minimum_stay_s" not in condition:
        late, early = (condition[name] * SECOND for name in ("late_after_s", "early_before_s"))
        return first + late, last - early
    instants, inside_m = true_depths(scenario, wearer, condition["zone"])
    elsewhere = (inside_m < 0) & (instants >= first) & (instants < last)
    slack_s = (last - first) / SECOND - condition["minimum_stay_s"]
    used_up = instants[np.cumsum(elsewhere) > slack_s]
    return (int(used_up[0]) if len(used_up) else last), last


def _local(scenario: Scenario, wearer: ScenarioWearer, clock: str) -> int:
    hour, minute = map(int, clock.split(":"))
    day = to_datetime(scenario.start).astimezone(ZoneInfo(wearer.timezone))
    return parse(day.replace(hour=hour, minute=minute, second=0, microsecond=0).isoformat())


def true_meetings(
    scenario: Scenario, wearer: ScenarioWearer, condition: Condition
) -> tuple[Column, Column]:
    """Return instants, a second apart, and whether he truly is too near the protected person."""
    (other,) = [w for w in scenario.wearers if w.wearer_id == condition["protected_person"]]
    instants = np.arange(scenario.start, scenario.end + 1, SECOND)
    paths = (each.true_path.sample(instants) for each in (wearer, other))
    one, two = (ground_of(scenario).metres(each.lon, each.lat) for each in paths)
    return instants, np.hypot(*(one - two).T) < condition["distance_m"]


def true_episodes(
    scenario: Scenario, wearer: ScenarioWearer
) -> Iterator[tuple[str, str, int, int]]:
    """Yield what the truth breaks: condition id, kind, start, end."""
    for condition in wearer.conditions:
        if condition["kind"] == "proximity":
            for start, end in stretches(*true_meetings(scenario, wearer, condition)):
                yield condition["id"], "proximity", start, end
            continue
        instants, inside_m = true_depths(scenario, wearer, condition["zone"])
        truth = wearer.true_path.sample(instants)
        where = (instants, truth.lon, truth.lat)
        permitted = permitted_m(scenario, wearer, condition, where) >= 0
        for begins, ends in windows(scenario, wearer, condition):
            now = (instants >= begins) & (instants < ends)
            outside = inside_m[now] < 0
            entered = ~outside & ~permitted[now]
            broken = entered if condition["kind"] == "exclusion" else outside
            for start, end in stretches(instants[now], broken):
                first = start == instants[now][0]
                if condition["kind"] == "curfew":
                    kind = _curfew_kind(broken, going_on=ends > scenario.end)
                elif condition["kind"] == "attendance":
                    kind = ATTENDANCE_KINDS[bool(broken[0]), not broken.all()]
                elif condition["kind"] == "exclusion":
                    kind = "exclusion_present_at_start" if first else "exclusion_entered"
                else:
                    kind = "inclusion_left"
                yield condition["id"], kind, start, end


def _curfew_kind(broken: Column, *, going_on: bool) -> str:
    if going_on and broken.all():
        return "curfew_absent_at_start"
    return CURFEW_KINDS[bool(broken[0]), bool(broken[-1]), not broken.all()]


def delivered(wearer: ScenarioWearer, *, gullible: bool = False) -> list[Seen]:
    """Return the positions an engine may judge, once each, in order of fix time.

    Well formed, of the topic's device, dated at most 2 min after receipt, no faster than 70 m/s.
    The gullible judge leaves out the last two.
    """
    found: dict[tuple[int, int], Seen] = {}
    for delivery in wearer.deliveries:
        try:
            bodies = json.loads(delivery.payload)
        except (ValueError, RecursionError):
            continue
        for body in bodies if isinstance(bodies, list) else [bodies]:
            if isinstance(body, dict) and body["device"] == wearer.device_id:
                for position in body["positions"]:
                    seen = _seen(position)
                    if seen is not None and (gullible or seen.time <= delivery.at + 2 * MINUTE):
                        found[seen.time, body["seq"]] = seen
    positions = [found[key] for key in sorted(found)]
    return positions if gullible else _plausible(wearer, positions)


def ranged(wearer: ScenarioWearer) -> list[int]:
    """Return when the device was in the range of a beacon, as it reports."""
    told = (each.payload for each in wearer.deliveries if b'"in_range"' in each.payload)
    return [parse(each["time"]) for payload in told for each in json.loads(payload)["in_range"]]


def _seen(position: dict[str, Any]) -> Seen | None:
    try:
        time = parse(position["time"])
        lon, lat = float(position["lon"]), float(position["lat"])
    except (KeyError, TypeError, ValueError):
        return None
    if not -90 <= lat <= 90:
        return None
    mechanism = position["mechanism"]
    assumed_m = {"gnss": 10.0, "wifi": 50.0, "cell": 1000.0}[mechanism]
    if "hdop" in position:
        assumed_m = 5.0 * position["hdop"]
    accuracy_m = position.get("accuracy_m") or assumed_m
    return Seen(time, lon, lat, accuracy_m, mechanism == "cell" or accuracy_m > 200)


def _plausible(wearer: ScenarioWearer, positions: list[Seen]) -> list[Seen]:
    plane = wearer.true_path.plane
    here = Ground(plane.lon, plane.lat)
    at = here.metres([seen.lon for seen in positions], [seen.lat for seen in positions])
    kept = [0]
    for k in range(1, len(positions)):
        passed_s = max(1.0, (positions[k].time - positions[kept[-1]].time) / SECOND)
        if np.hypot(*(at[k] - at[kept[-1]])) / passed_s <= 70:
            kept.append(k)
    return [positions[k] for k in kept]


def proved(
    scenario: Scenario, wearer: ScenarioWearer, condition: Condition, *, gullible: bool = False
) -> list[bool]:
    """Return, for each run of sure violations: was it confirmed? The unsure do not count."""
    positions = delivered(wearer, gullible=gullible)
    inside_m = seen_depths(scenario, condition["zone"], positions)
    columns = [(seen.time, seen.lon, seen.lat) for seen in positions]
    where = tuple(np.array(column) for column in zip(*columns, strict=True))
    allowed_m = permitted_m(scenario, wearer, condition, where)
    signals = [
        (seen, float(depth_m), _broken(float(depth_m), seen, condition, float(permit_m)))
        for seen, depth_m, permit_m in zip(positions, inside_m, allowed_m, strict=True)
    ]
    sure = [each for each in signals if each[2] is not None]
    runs: list[list[tuple[Seen, float]]] = []
    for begins, ends in windows(scenario, wearer, condition):
        before = [each for each in sure if each[0].time < begins][-1:]
        going_on = False
        inside = (each for each in sure if begins <= each[0].time < ends)
        for seen, depth_m, broken in [*before, *inside]:
            if broken and not going_on:
                runs.append([])
            if broken:
                runs[-1].append((seen, depth_m))
            going_on = bool(broken)
    return [_confirmed(run, condition) for run in runs]


def _broken(inside_m: float, seen: Seen, condition: Condition, permitted_m: float) -> bool | None:
    margin_m = Z_95 * seen.accuracy_m / RADIUS_PER_SIGMA
    if condition["kind"] == "exclusion" and permitted_m > -margin_m:
        return False if permitted_m >= margin_m else None
    inside = inside_m >= margin_m
    outside = inside_m + condition.get("buffer_m", 0) <= -margin_m
    if not inside and not outside:
        return None
    return inside if condition["kind"] == "exclusion" else outside


def _confirmed(run: list[tuple[Seen, float]], condition: Condition) -> bool:
    """Tell whether at some position there were witnesses enough, whatever error they shared."""
    return any(_confirmed_by(run[:end], condition) for end in range(1, len(run) + 1))


def _confirmed_by(run: list[tuple[Seen, float]], condition: Condition) -> bool:
    named = {(seen.lon, seen.lat, seen.accuracy_m): (seen, m) for seen, m in reversed(run)}
    held_s = (run[-1][0].time - run[0][0].time) / SECOND
    shared_m, half_life_s = SHARED_ERROR[condition["kind"]]
    shared_m *= 0.5 ** (held_s / half_life_s)
    beyond = [
        seen
        for seen, metres in named.values()
        if abs(metres) >= Z_95 / RADIUS_PER_SIGMA * np.hypot(seen.accuracy_m, shared_m)
    ]
    lasted = held_s >= condition.get("dwell_s", DWELL_S)
    fine = any(not seen.coarse for seen in beyond)
    return len(beyond) >= condition["threshold"] and lasted and fine
