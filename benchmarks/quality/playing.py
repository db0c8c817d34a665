"""One wearer's month: his life, what his device reports of it, and what every rule makes of that.

Device and noise are those of `simulators` (calibrated on real phones); each device has its own
scale of errors and boastfulness. A position is due each plan interval, all arrive in order within
two seconds; late, doubled and lost messages are the matter of other tests. The engine judges with
its own fold (`Replay.in_order`); its alerts are the confirmed episodes of the conditions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np

from benchmarks.quality.rivals import RIVALS, Measures, alerts_of
from benchmarks.quality.scoring import DEEP_M, Alert, Score, Truth, score
from benchmarks.quality.wearers import Lived, Wearer
from engine.core.compile import histories
from engine.core.condition_json import read_condition
from engine.core.episode import Episode, EpisodeKind, EpisodeState
from engine.core.order import Activation, Condition, Supervision
from engine.core.plan import PlanHistory, SupervisionPlan
from engine.core.position import Mechanism, Position, content_digest, effective_accuracy_m
from engine.core.replay import Replay, index_of
from simulators.fix import Fix
from simulators.geojson import collection
from simulators.noise import NoiseModel
from simulators.truth import in_force, violations
from zones.geojson import read_zones
from zones.instant import SECOND, Instant, seconds
from zones.zone_set import ZoneSet

OURS: Final = "ringfence"
RULES: Final = (OURS, *RIVALS)


@dataclass(slots=True)
class Result:
    """What one wearer or several gave, by rule; `days` are wearer-days."""

    days: float = 0.0
    positions: int = 0
    violations: int = 0
    scores: dict[str, Score] = field(default_factory=lambda: {rule: Score() for rule in RULES})
    by_setting: dict[str, dict[str, Score]] = field(default_factory=dict)
    """Of each kind of condition, and how it lies to the life."""
    advisories: int = 0
    """Brief episodes of the engine, which page nobody."""
    advised: int = 0
    """Counting violations that were missed but have a brief episode."""

    def add(self, other: "Result") -> None:
        """Add what another gave."""
        for name in ("days", "positions", "violations", "advisories", "advised"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for rule, each in other.scores.items():
            self.scores[rule].add(each)
        for setting, scores in other.by_setting.items():
            mine = self.by_setting.setdefault(setting, {rule: Score() for rule in RULES})
            for rule, each in scores.items():
                mine[rule].add(each)


def play(wearer: Wearer, days: int, interval_s: int) -> Result:
    """Return what a wearer's first days give."""
    lived = list(wearer.days(days))
    positions = reports(wearer, lived, interval_s)
    supervision = supervision_of(wearer, interval_s)
    until = lived[-1].path.end
    episodes = judge(supervision, positions, until)
    result = Result(days=float(days), positions=len(positions))
    for condition in supervision.conditions:
        truths = truths_of(wearer, condition.condition_id, lived)
        mine = [each for each in episodes if each.condition_id == condition.condition_id]
        alerts = {OURS: confirmed(mine, positions, until)}
        seen = measures(wearer, condition, positions)
        alerts |= {name: alerts_of(rule, seen) for name, rule in RIVALS.items()}
        interval = seconds(interval_s)
        scores = {rule: score(each, truths, interval) for rule, each in alerts.items()}
        part = Result(violations=len(truths), scores=scores)
        part.by_setting = {f"{condition.kind}, {_setting(wearer, condition)}": scores}
        part.advisories, part.advised = _advised(mine, truths, alerts[OURS], interval)
        result.add(part)
    return result


def reports(wearer: Wearer, lived: Sequence[Lived], interval_s: int) -> list[Position]:
    """Return the positions a wearer's device reports, in order."""
    rng = np.random.default_rng([wearer.life.seed, wearer.number, 5, interval_s])
    model = NoiseModel.for_device(rng)
    model = replace(model, scale=model.scale * wearer.worse, trust=model.trust / wearer.worse)
    phase = seconds(round(float(rng.uniform(0, interval_s)), 1))
    found: list[Position] = []
    for day in lived:
        due = range(day.path.start + phase, day.path.end, interval_s * SECOND)
        for fix in model.measure(day.path, due, rng):
            found.append(_position(fix, len(found), float(rng.uniform(0.5, 2.2))))
    return found


def _position(fix: Fix, seq: int, under_way_s: float) -> Position:
    mechanism = Mechanism(fix.mechanism)
    accuracy_m, assumed = effective_accuracy_m(fix.accuracy_m, fix.hdop, mechanism)
    return Position(
        activation_id=0,
        fix_time=fix.fix_time,
        received_at=fix.fix_time + seconds(under_way_s),
        seq=seq,
        digest=content_digest(
            fix.fix_time, seq, fix.lat, fix.lon, fix.accuracy_m, mechanism, hdop=fix.hdop
        ),
        lat=fix.lat,
        lon=fix.lon,
        accuracy_m=accuracy_m,
        accuracy_assumed=assumed,
        mechanism=mechanism,
    )


def supervision_of(wearer: Wearer, interval_s: int) -> Supervision:
    """Return what a wearer is judged against: his order as an agency would write it."""
    zones = histories(read_zones(collection(list(wearer.zones))).zones)
    timezone = wearer.life.city.timezone
    written = [read_condition(each, timezone) for each in wearer.conditions]
    return Supervision(
        activation=Activation(
            activation_id=0,
            wearer_id=wearer.wearer_id,
            vendor="",
            device_id="",
            started_at=wearer.start,
        ),
        plans=PlanHistory(plans=(SupervisionPlan(float(interval_s), 4.0 * interval_s),)),
        timezone=timezone,
        conditions=tuple(
            Condition(
                condition_id=each.condition_id,
                kind=each.kind,
                zones=ZoneSet(tuple(zones[zone_id] for zone_id in each.zone_ids)),
                schedule=each.schedule,
                parameters=each.parameters,
            )
            for each in written
        ),
    )


def judge(supervision: Supervision, positions: Sequence[Position], until: Instant) -> list[Episode]:
    """Return the episodes the engine finds, without those that others than the rule make."""
    shown = Replay(supervision, index_of([supervision])).in_order(positions, until)
    return [
        stored.episode
        for stored in shown
        if stored.episode.condition_id is not None
        and stored.episode.kind is not EpisodeKind.POSSIBLE_TRANSIT
    ]


def confirmed(
    episodes: Sequence[Episode], positions: Sequence[Position], until: Instant
) -> list[Alert]:
    """Return the alerts of confirmed episodes: raised when the confirming position came in."""
    received = {each.fix_time: each.received_at for each in positions}
    found = [
        Alert(
            each.started.by,
            until if each.ended is None else each.ended.after or each.ended.by,
            received[each.confirmed_at],
        )
        for each in episodes
        if each.state is EpisodeState.CONFIRMED and each.confirmed_at is not None
    ]
    return sorted(found, key=lambda alert: alert.start)


def truths_of(wearer: Wearer, condition_id: str, lived: Sequence[Lived]) -> list[Truth]:
    """Return the true violations of a condition, in order of time."""
    zones = {zone["id"]: zone for zone in wearer.zones}
    written = [each for each in wearer.conditions if each["id"] == condition_id]
    timezone = wearer.life.city.timezone
    found = []
    for day in lived:
        what = (wearer.wearer_id, day.path, written, zones, timezone)
        deep = list(violations(*what, beyond_m=DEEP_M))
        for each in violations(*what):
            lasting = sum(
                min(other.end, each.end) - max(other.start, each.start)
                for other in deep
                if other.start < each.end and other.end > each.start
            )
            found.append(Truth(each.start, each.end, lasting, _story(day, each.start, each.end)))
    return found


def _story(day: Lived, start: Instant, end: Instant) -> str:
    done = [story for first, last, story in day.outings if first < end and last > start]
    return done[0] if done else "everyday life"


def measures(wearer: Wearer, condition: Condition, positions: Sequence[Position]) -> Measures:
    """Return a wearer's positions as measured against one condition, for the rivals."""
    (history,) = condition.histories()
    metres = history.versions[0].signed_distances_m(
        [each.lon for each in positions], [each.lat for each in positions]
    )
    times = np.array([each.fix_time for each in positions], dtype=np.int64)
    written = next(each for each in wearer.conditions if each["id"] == condition.condition_id)
    return Measures(
        fix_time=times,
        received_at=np.array([each.received_at for each in positions], dtype=np.int64),
        depth_m=metres if condition.keep_out else -metres,
        accuracy_m=np.array([each.accuracy_m for each in positions]),
        window=_windows(written, times, wearer.life.city.timezone),
    )


def _windows(written: dict[str, Any], times: Any, timezone: str) -> Any:  # noqa: ANN401 - columns
    """Return the number of the window each instant lies in, -1 outside of all."""
    force = in_force(written, times, timezone)
    opened = np.cumsum(np.concatenate([[force[0]], force[1:] & ~force[:-1]]))
    return np.where(force, opened, -1)


def _setting(wearer: Wearer, condition: Condition) -> str:
    return "home" if condition.condition_id == "night" else wearer.setting


def _advised(
    episodes: Sequence[Episode],
    truths: Sequence[Truth],
    alerts: Sequence[Alert],
    interval: int,
) -> tuple[int, int]:
    """Return the number of brief episodes, and of missed violations that have one."""
    brief = [
        (each.started.by, each.ended.after or each.ended.by)
        for each in episodes
        if each.state is EpisodeState.BRIEF and each.ended is not None
    ]
    missed = [
        truth
        for truth in truths
        if truth.deep > 2 * interval
        and not any(a.start <= truth.end and a.end >= truth.start for a in alerts)
    ]
    told = [t for t in missed if any(s <= t.end and e >= t.start for s, e in brief)]
    return len(brief), len(told)
