"""The same rules on recorded phones: lying still, and carried away.

- **Still**: the place is known, so every alert is false. Two things are asked of each run: is the
  phone said to have left a circle (50, 100, 200 m) round its place; and is it said to be in a zone
  of 200 m radius that begins 10, 20 or 30 m beside its place, in four directions?
- **Trips**: the phones were carried together, from a time in the researcher's log. Where they truly
  were is the median, every five seconds, of those phones whose fixes (no coarser than 50 m) are no
  more than a minute apart there; at least two. The wearer leaves a circle round the place where
  the track begins when the track does, and stays out for a minute. So a phone has a voice among
  eight in its own truth; and as the track has holes, only recall and delay are asked of trips.

A phone reports as it pleases, mostly to save power; a plan interval of 60 s is assumed throughout.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import cos, pi, sin
from pathlib import Path
from typing import Final

import numpy as np
from msgspec.structs import replace as replaced

from benchmarks.quality.playing import OURS, RULES, confirmed, judge
from benchmarks.quality.rivals import RIVALS, Measures, alerts_of
from benchmarks.quality.scoring import DEEP_M, Alert, Score, Truth, score
from engine.core.order import (
    Activation,
    Condition,
    ConditionKind,
    Supervision,
    default_parameters,
)
from engine.core.plan import PlanHistory, SupervisionPlan
from engine.core.position import Mechanism, Position, content_digest, effective_accuracy_m
from simulators.plane import Floats, Plane
from simulators.recordings import StillRun, Track, cut, read, tracks_of, trips_of
from zones.history import ZoneHistory
from zones.instant import DAY, MINUTE, SECOND
from zones.schedule import Schedule
from zones.zone import Circle, Zone
from zones.zone_set import ZoneSet

RADII_M: Final = (50.0, 100.0, 200.0)
GAPS_M: Final = (10.0, 20.0, 30.0)
BESIDE_M: Final = 200.0
"""Radius of a zone beside the place."""
FINE_M: Final = 50.0
STEP_S: Final = 5.0
INTERVAL: Final = MINUTE


@dataclass(frozen=True, slots=True)
class Question:
    """One zone that recorded positions are judged against, and what is true of it."""

    name: str
    kind: ConditionKind
    lon: float
    lat: float
    radius_m: float
    truths: tuple[Truth, ...] = ()


@dataclass(slots=True)
class Answer:
    """What every rule made of a question, over so many device-days."""

    days: float
    scores: dict[str, Score]


Said = Mapping[str, float]
"""Parameters in place of those of the kind."""

Answers = dict[tuple[str, str], Answer]
"""By the phones asked and the question."""


def still(runs: Iterable[StillRun], said: Said) -> Answers:
    """Return the false alerts of phones lying still."""
    found: Answers = {}
    for run in runs:
        track = _as_track(run)
        days = float(track.time_s[-1] - track.time_s[0]) * SECOND / DAY
        for question in _asked_at_rest():
            _add(found, (_half(run.phone), question.name), days, ask(question, track, said))
    return found


def _asked_at_rest() -> Iterator[Question]:
    """Yield every question; those in the four directions have one name."""
    for radius_m in RADII_M:
        name = f"left a circle of {radius_m:.0f} m"
        yield Question(name, ConditionKind.INCLUSION, *_ORIGIN, radius_m)
    for gap_m in GAPS_M:
        for quarter in range(4):
            bearing, away_m = quarter * pi / 2, BESIDE_M + gap_m
            lon, lat = _PLANE.point(away_m * sin(bearing), away_m * cos(bearing))
            name = f"in a zone {gap_m:.0f} m beside"
            yield Question(name, ConditionKind.EXCLUSION, lon, lat, BESIDE_M)


_ORIGIN: Final = (-122.086, 37.391)
_PLANE: Final = Plane(*_ORIGIN)
"""Where still runs are laid: their errors are known, their place need not be."""


def _as_track(run: StillRun) -> Track:
    lon, lat = _PLANE.degrees(run.east_m, run.north_m)
    nothing = np.full(len(run.time_s), -1.0)
    return Track(run.phone, run.time_s, lat, lon, run.accuracy_m, nothing, run.time_s)


def _half(phone: str) -> str:
    return "phones 1 and 2" if phone[-1:] in ("1", "2") else "phones 3 and 4"


def trips(tracks: dict[str, Track], spans: Sequence[tuple[float, float]], said: Said) -> Answers:
    """Return how leaving a circle round the beginning of each trip was found."""
    found: Answers = {}
    for start_s, end_s in spans:
        truth = together([cut(each, start_s, end_s) for each in tracks.values()], start_s, end_s)
        if truth is None:
            continue
        time_s, east, north, plane = truth
        carried = [cut(each, float(time_s[0]), end_s) for each in tracks.values()]
        for radius_m in RADII_M:
            truths = _outside(time_s, np.hypot(east, north), radius_m)
            name = f"left a circle of {radius_m:.0f} m"
            question = Question(
                name, ConditionKind.INCLUSION, plane.lon, plane.lat, radius_m, truths
            )
            for track in (each for each in carried if truths and len(each.time_s)):
                days = (end_s - float(time_s[0])) * SECOND / DAY
                _add(found, ("carried", name), days, ask(question, track, said))
    return found


def together(
    carried: Sequence[Track], start_s: float, end_s: float
) -> tuple[Floats, Floats, Floats, Plane] | None:
    """Return times and metres east and north of where phones were together, from the first on."""
    time_s = np.arange(start_s, end_s, STEP_S)
    fine = [_fine(each) for each in carried]
    fine = [each for each in fine if len(each.time_s) > 1]
    if not fine or not len(time_s):
        return None
    lons = np.array([_between(each, each.lon, time_s) for each in fine])
    lats = np.array([_between(each, each.lat, time_s) for each in fine])
    known = np.sum(~np.isnan(lons), axis=0) >= 2
    if not known.any():
        return None
    lon, lat = (np.nanmedian(column[:, known], axis=0) for column in (lons, lats))
    plane = Plane(float(lon[0]), float(lat[0]))
    east, north = plane.metres(lon, lat)
    return time_s[known], east, north, plane


def _fine(track: Track) -> Track:
    keep = track.accuracy_m <= FINE_M
    return replace(
        track,
        **{name: getattr(track, name)[keep] for name in ("time_s", "lat", "lon", "accuracy_m")},
    )


def _between(track: Track, column: Floats, time_s: Floats) -> Floats:
    """Return a column at times, straight between fixes; nan where they are a minute apart."""
    after = np.clip(np.searchsorted(track.time_s, time_s), 1, len(track.time_s) - 1)
    apart = track.time_s[after] - track.time_s[after - 1]
    within = (time_s >= track.time_s[0]) & (time_s <= track.time_s[-1]) & (apart <= 60.0)
    return np.where(within, np.interp(time_s, track.time_s, column), np.nan)


def _outside(time_s: Floats, away_m: Floats, radius_m: float) -> tuple[Truth, ...]:
    """Return when a track is out of a circle for a minute or more, and how long deep."""
    out = np.concatenate([[False], away_m > radius_m, [False]])
    edges = np.flatnonzero(np.diff(out.astype(np.int8))).reshape(-1, 2)
    found = []
    for first, last in edges.tolist():
        start_s, end_s = float(time_s[first]), float(time_s[last - 1])
        deep_s = STEP_S * float(np.sum(away_m[first:last] > radius_m + DEEP_M))
        if end_s - start_s >= 60.0:
            span = (round(start_s * SECOND), round(end_s * SECOND))
            found.append(Truth(*span, round(deep_s * SECOND), "trip"))
    return tuple(found)


def ask(question: Question, track: Track, said: Said) -> dict[str, Score]:
    """Return what every rule makes of a track."""
    zone = Zone("Z", Circle(question.lon, question.lat, question.radius_m))
    metres = zone.signed_distances_m(track.lon, track.lat)
    depth_m = metres if question.kind is ConditionKind.EXCLUSION else -metres
    if not question.truths and not np.any(depth_m > 0):
        return {rule: Score() for rule in RULES}
    times = np.round(track.time_s * SECOND).astype(np.int64)
    received = np.maximum(np.round(track.received_s * SECOND).astype(np.int64), times)
    window = np.zeros(len(times), dtype=np.int64)
    accuracy_m = np.where(track.accuracy_m > 0, track.accuracy_m, 10.0)
    seen = Measures(times, received, depth_m, accuracy_m, window)
    alerts = {name: alerts_of(rule, seen) for name, rule in RIVALS.items()}
    alerts[OURS] = _ours(question, zone, track, seen, said)
    truths = sorted(question.truths, key=lambda each: each.start)
    return {rule: score(alerts[rule], truths, INTERVAL) for rule in RULES}


def _ours(question: Question, zone: Zone, track: Track, seen: Measures, said: Said) -> list[Alert]:
    positions = [_position(track, seen, k) for k in range(len(track.time_s))]
    until = positions[-1].fix_time
    supervision = Supervision(
        activation=Activation(
            activation_id=0,
            wearer_id=track.phone,
            vendor="",
            device_id="",
            started_at=positions[0].fix_time,
        ),
        plans=PlanHistory(plans=(SupervisionPlan(),)),
        timezone="UTC",
        conditions=(
            Condition(
                condition_id="c",
                kind=question.kind,
                zones=ZoneSet((ZoneHistory((zone,)),)),
                schedule=Schedule("UTC", always=True),
                parameters=replaced(default_parameters(question.kind), **said),
            ),
        ),
    )
    return confirmed(judge(supervision, positions, until), positions, until)


def _position(track: Track, seen: Measures, k: int) -> Position:
    at, lat, lon = int(seen.fix_time[k]), float(track.lat[k]), float(track.lon[k])
    stated_m = float(track.accuracy_m[k])
    accuracy_m, assumed = effective_accuracy_m(stated_m, None, Mechanism.GNSS)
    return Position(
        activation_id=0,
        fix_time=at,
        received_at=int(seen.received_at[k]),
        seq=k,
        digest=content_digest(at, k, lat, lon, stated_m, Mechanism.GNSS),
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
        accuracy_assumed=assumed,
    )


def _add(found: Answers, key: tuple[str, str], days: float, scores: dict[str, Score]) -> None:
    answer = found.setdefault(key, Answer(0.0, {rule: Score() for rule in RULES}))
    answer.days += days
    for rule, each in scores.items():
        answer.scores[rule].add(each)


def recorded(
    pings: Path, log: Path, said: Said, told: Callable[[str], None] = lambda _words: None
) -> tuple[Answers, Answers]:
    """Return what is made of the still runs and of the trips of a recording.

    Raises:
        OSError: a file cannot be read.
        KeyError: a file lacks a column.
    """
    told("reading")
    runs = read(pings, log).still
    told(f"judging {len(runs)} still runs")
    at_rest = still(runs, said)
    spans = trips_of(log)
    told(f"judging {len(spans)} trips")
    return at_rest, trips(tracks_of(pings), spans, said)
