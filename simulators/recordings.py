"""Reading recordings of real phones, for calibration.

Rule: a still run is the stretch, in the researcher's own log, between the start and the stop of a
period whose name says `stationary`. Runs that overlap in time were made with the phones lying
together; their true place is the median, over the phones, of each phone's median position among
fixes no coarser than 100 m. Fixes are kept as errors from that place.

A pair is two fixes of different phones that were carried together and moving, measured within half
a second of each other: the true place is unknown, the difference of their errors is not.
"""

import csv
import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Final

import numpy as np

from simulators.plane import Floats, Plane
from zones.instant import SECOND, parse


@dataclass(frozen=True, slots=True)
class StillRun:
    """One device lying still: when, how far off (metres), and how sure it said it was.

    Columns of one length, in time order; `assisted` is False where the device was asked for
    network positions only.
    """

    label: str
    assisted: bool
    time_s: Floats
    east_m: Floats
    north_m: Floats
    accuracy_m: Floats
    phone: str = ""

    @property
    def error_m(self) -> Floats:
        """Return the distance from the true place, metres."""
        return np.hypot(self.east_m, self.north_m)

    @property
    def repeats(self) -> Floats:
        """Return 1 where a fix has the coordinates and accuracy of the one before, else 0."""
        same = (
            (np.diff(self.east_m) == 0)
            & (np.diff(self.north_m) == 0)
            & (np.diff(self.accuracy_m) == 0)
        )
        return np.concatenate([[0.0], same.astype(np.float64)])


@dataclass(frozen=True, slots=True)
class Recordings:
    """What the files hold: still runs, and fixes made while moving (one column per quantity)."""

    still: tuple[StillRun, ...]
    moving_accuracy_m: Floats
    pair_gap_m: Floats


@dataclass(frozen=True, slots=True)
class Track:
    """All fixes of one phone, in time order: one column per quantity, times in seconds.

    `received_s` is when the phone wrote the fix down; `speed_mps` is -1 where it is not known.
    """

    phone: str
    time_s: Floats
    lat: Floats
    lon: Floats
    accuracy_m: Floats
    speed_mps: Floats
    received_s: Floats


COLUMNS: Final = ("time_s", "lat", "lon", "accuracy_m", "speed_mps", "received_s")
"""Of a track, in the order in which it takes them."""


def read(pings: Path, log: Path) -> Recordings:
    """Read the positions and the ground-truth log (gzipped CSV).

    Raises:
        KeyError: a file lacks a column.
        OSError: a file cannot be read.
    """
    tracks = tracks_of(pings)
    moving = np.concatenate([t.accuracy_m[t.speed_mps > 1.0] for t in tracks.values()])
    gaps = [_pair_gaps(a, b) for a, b in combinations(tracks.values(), 2)]
    return Recordings(tuple(_still_runs(tracks, log)), moving, np.concatenate(gaps))


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
        yield from csv.DictReader(lines)


def tracks_of(pings: Path) -> dict[str, Track]:
    """Return the fixes of each phone, by its name; errors as for `read`."""
    rows: dict[str, list[tuple[float, ...]]] = {}
    for row in _rows(pings):
        numbers = (row["lat"], row["lon"], row["accuracy_m"], row["speed_mps"] or "-1")
        received_s = parse(row["received_utc"]) / SECOND
        values = (parse(row["timestamp_utc"]) / SECOND, *map(float, numbers), received_s)
        rows.setdefault(row["person"], []).append(values)
    return {
        phone: Track(phone, *np.array(sorted(points)).T) for phone, points in sorted(rows.items())
    }


def _still_runs(tracks: dict[str, Track], log: Path) -> Iterable[StillRun]:
    for together in _together(_periods(log)):
        fixes = [(label, cut(tracks[phone], *span)) for phone, label, *span in together]
        fine = [t for _, t in fixes if np.sum(t.accuracy_m <= 100) >= 3]
        if not fine:
            continue
        medians = [(_middle(t, t.lon), _middle(t, t.lat)) for t in fine]
        plane = Plane(*(float(np.median(axis)) for axis in zip(*medians, strict=True)))
        for label, track in fixes:
            if len(track.time_s):
                east, north = plane.metres(track.lon, track.lat)
                assisted = "lowpwr" not in label
                yield StillRun(
                    label, assisted, track.time_s, east, north, track.accuracy_m, track.phone
                )


def trips_of(log: Path) -> list[tuple[float, float]]:
    """Return start and end (seconds) of every trip in the log: the phones went together."""
    begun: dict[str, float] = {}
    trips = set()
    for row in sorted(_rows(log), key=lambda row: parse(row["timestamp_utc"])):
        at_s = parse(row["timestamp_utc"]) / SECOND
        if row["transition"] == "START_EVALUATION_TRIP":
            begun[row["trip_id"]] = at_s
        elif row["transition"] == "STOP_EVALUATION_TRIP" and row["trip_id"] in begun:
            trips.add((begun.pop(row["trip_id"]), at_s))
    return sorted(trips)


def _middle(track: Track, column: Floats) -> float:
    return float(np.median(column[track.accuracy_m <= 100]))


def _periods(log: Path) -> list[tuple[str, str, float, float]]:
    """Return (phone, label, start, end) of the still periods, in order of their starts."""
    begun: dict[tuple[str, str, str], float] = {}
    periods = []
    for row in sorted(_rows(log), key=lambda row: parse(row["timestamp_utc"])):
        key = (row["phone"], row["trip_id"], row["spec_id"])
        if "stationary" not in row["trip_id"]:
            continue
        at_s = parse(row["timestamp_utc"]) / SECOND
        if row["transition"].startswith("START"):
            begun[key] = at_s
        elif key in begun:
            periods.append((key[0], key[1], begun.pop(key), at_s))
    return sorted(periods, key=lambda period: period[2])


def _together(
    periods: list[tuple[str, str, float, float]],
) -> Iterable[list[tuple[str, str, float, float]]]:
    group: list[tuple[str, str, float, float]] = []
    for period in periods:
        if group and period[2] > max(each[3] for each in group) - 600:
            yield group
            group = []
        group.append(period)
    yield group


def cut(track: Track, start_s: float, end_s: float) -> Track:
    """Return the part of a track between two instants (seconds), both included."""
    inside = (track.time_s >= start_s) & (track.time_s <= end_s)
    return Track(track.phone, *(getattr(track, name)[inside] for name in COLUMNS))


def _pair_gaps(a: Track, b: Track) -> Floats:
    """Return the distances between fixes of two phones carried together and moving on foot."""
    near = np.clip(np.searchsorted(b.time_s, a.time_s), 1, len(b.time_s) - 1)
    near -= np.abs(b.time_s[near - 1] - a.time_s) < np.abs(b.time_s[near] - a.time_s)
    slow = (a.speed_mps > 0.7) & (a.speed_mps < 2.0) & (b.speed_mps[near] > 0.7)
    fine = (a.accuracy_m <= 100) & (b.accuracy_m[near] <= 100)
    chosen = (np.abs(b.time_s[near] - a.time_s) <= 0.5) & slow & fine
    if not chosen.any():
        return np.empty(0)
    plane = Plane(float(a.lon[chosen][0]), float(a.lat[chosen][0]))
    east, north = plane.metres(a.lon[chosen], a.lat[chosen])
    east_b, north_b = plane.metres(b.lon[near][chosen], b.lat[near][chosen])
    gap = np.hypot(east - east_b, north - north_b)
    return gap[gap < 2_000]
