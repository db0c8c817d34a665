"""What a true path breaks: the violations an all-seeing judge would find in a day of a life.

Rule: the path is looked at every five seconds against the zones of the conditions in force; a
violation is an unbroken stretch. Positions never enter. (The tests hold scenarios to a judge of
their own, which shares nothing with this one.)
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import numpy as np
import shapely

from simulators.path import TruePath, TrueSamples
from simulators.plane import Bools, Instants, Plane
from zones.instant import DAY, SECOND, Instant, from_datetime, to_datetime

_STEP: Final = 5 * SECOND


@dataclass(frozen=True, slots=True)
class TrueViolation:
    """A stretch of time in which a wearer truly broke a condition.

    `rule` is the condition's kind; `start` and `end` are exact to five seconds.
    """

    wearer_id: str
    condition_id: str
    rule: str
    zone_id: str
    start: Instant
    end: Instant


def violations(
    wearer_id: str,
    path: TruePath,
    conditions: Sequence[Mapping[str, Any]],
    zones: Mapping[str, Mapping[str, Any]],
    timezone: str,
    *,
    beyond_m: float = 0.0,
) -> Iterator[TrueViolation]:
    """Yield what a path breaks; `zones` are Features by id.

    Only what lies more than `beyond_m` metres beyond the boundary is broken.

    Raises:
        KeyError: a condition names a zone that is not given.
    """
    truth = path.sample(np.arange(path.start, path.end, _STEP, dtype=np.int64))
    for condition in conditions:
        zone_id = condition["zone"]
        keep_out = condition["kind"] == "exclusion"
        inside = _inside(path.plane, zones[zone_id], truth, -beyond_m if keep_out else beyond_m)
        broken = inside if keep_out else ~inside
        broken = broken & in_force(condition, truth.instants, timezone)
        for start, end in _stretches(truth.instants, broken):
            yield TrueViolation(wearer_id, condition["id"], condition["kind"], zone_id, start, end)


def _inside(plane: Plane, zone: Mapping[str, Any], truth: TrueSamples, wider_m: float) -> Bools:
    geometry = zone["geometry"]
    if geometry["type"] == "Point":
        lon, lat = geometry["coordinates"]
        east, north = plane.metres(float(lon), float(lat))
        away = np.hypot(truth.east_m - east, truth.north_m - north)
        return np.asarray(away <= zone["properties"]["radius_m"] + wider_m, dtype=np.bool_)
    rings = [
        [list(ring) for ring in zip(*plane.metres(*_axes(ring)), strict=True)]
        for ring in geometry["coordinates"]
    ]
    shape = shapely.Polygon(rings[0], rings[1:])
    shape = shapely.buffer(shape, wider_m) if wider_m else shape
    return np.asarray(shapely.intersects_xy(shape, truth.east_m, truth.north_m), dtype=np.bool_)


def _axes(ring: Sequence[Sequence[float]]) -> tuple[list[float], list[float]]:
    return [point[0] for point in ring], [point[1] for point in ring]


def in_force(condition: Mapping[str, Any], instants: Instants, timezone: str) -> Bools:
    """Tell at which instants (in order) a condition is in force; wall clocks are `timezone`'s."""
    if "weekly" not in condition:
        return np.ones(len(instants), dtype=np.bool_)
    first, last = int(instants[0]), int(instants[-1])
    force = np.zeros(len(instants), dtype=np.bool_)
    for window in condition["weekly"]:
        day = to_datetime(first - DAY).astimezone(ZoneInfo(timezone))
        while from_datetime(day) <= last + DAY:
            start, end = _clock(day, window["start"]), _clock(day, window["end"])
            if end <= start:
                end = _clock(day + timedelta(days=1), window["end"])
            force |= (instants >= start) & (instants < end)
            day += timedelta(days=1)
    return force


def _clock(day: datetime, clock: str) -> Instant:
    hour, minute = map(int, clock.split(":"))
    local = day.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return from_datetime(local.astimezone(UTC))


def _stretches(instants: Instants, true: Bools) -> list[tuple[Instant, Instant]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], true.astype(np.int8), [0]])))
    return [(int(instants[a]), int(instants[b - 1]) + _STEP) for a, b in edges.reshape(-1, 2)]
