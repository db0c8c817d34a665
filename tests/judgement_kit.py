"""Stories for the judgement core: places on one line of latitude, times in seconds, one activation.

The line runs east through `ORIGIN`; metres along it are degrees of longitude there.
"""

from collections.abc import Iterable, Sequence

import msgspec
import numpy as np

from engine.core.amend import EpisodeChange
from engine.core.archive import Archive
from engine.core.device_event import HEARD, DeviceEvent, EventState
from engine.core.docket import Docket, judge, open_docket, realigned, restored
from engine.core.episode import Bound, Episode
from engine.core.evidence import Report as Stated
from engine.core.evidence import event_digest
from engine.core.fold import Fold, Report
from engine.core.gauge import IndexGauge
from engine.core.order import Activation, Condition, ConditionKind, Parameters, Stay, Supervision
from engine.core.plan import PlanHistory, SupervisionPlan
from engine.core.position import (
    Mechanism,
    Position,
    PositionKey,
    Quarantine,
    content_digest,
    effective_accuracy_m,
)
from engine.core.precedence import ranked
from engine.core.replay import index_of
from zones.history import ZoneHistory
from zones.instant import SECOND, Instant, parse
from zones.interval import END
from zones.membership import distance_limit_m
from zones.metric import scales
from zones.schedule import Schedule
from zones.zone import Circle, Zone
from zones.zone_set import ZoneSet

ORIGIN = (13.0, 52.0)
"""Longitude and latitude of metre 0."""
T0: Instant = parse("2026-06-01T12:00:00Z")
"""Start of the activation; second 0 of every story."""
MARGIN_M = distance_limit_m(10.0)
"""How far from a boundary a position of 10 m accuracy must be to be sure."""
MAX_AGE_S = 300
ALWAYS = Schedule("UTC", always=True)

_EAST_M = float(scales(np.array(ORIGIN[1])).east)


def lon(metres: float) -> float:
    """Return the longitude so many metres east of the origin."""
    return ORIGIN[0] + metres / _EAST_M


def at(seconds: float) -> Instant:
    """Return the instant so many seconds into the story."""
    return T0 + round(seconds * SECOND)


def position(
    seconds: float,
    metres: float,
    accuracy_m: float | None = 10.0,
    *,
    seq: int = 0,
    mechanism: Mechanism = Mechanism.GNSS,
    battery_pct: float | None = None,
    charging: bool | None = None,
) -> Position:
    """Return a position of the story; received when it was measured."""
    stated = (at(seconds), seq, ORIGIN[1], lon(metres), accuracy_m, mechanism)
    vitals = (battery_pct, charging)
    effective_m, assumed = effective_accuracy_m(accuracy_m, None, mechanism)
    return Position(
        activation_id=1,
        fix_time=at(seconds),
        received_at=at(seconds),
        seq=seq,
        digest=content_digest(*stated, None, None, None, None, None, *vitals),
        lat=ORIGIN[1],
        lon=lon(metres),
        accuracy_m=effective_m,
        accuracy_assumed=assumed,
        mechanism=mechanism,
        battery_pct=battery_pct,
        charging=charging,
    )


def event(
    seconds: float,
    kind: str = HEARD,
    state: EventState = EventState.AT,
    device: str = "d",
    *,
    seq: int | None = None,
    battery_pct: float | None = None,
    charging: bool | None = None,
) -> DeviceEvent:
    """Return a device event of the story."""
    stated = Stated(at(seconds), kind, state, seq, battery_pct, charging)
    return DeviceEvent(
        activation_id=1,
        time=at(seconds),
        received_at=at(seconds),
        type=kind,
        state=state,
        digest=event_digest(device, stated),
        seq=seq,
        battery_pct=battery_pct,
        charging=charging,
    )


def circle(
    zone_id: str,
    metres: float,
    radius_m: float,
    *,
    version: int = 1,
    since: Instant | None = None,
    withdrawn: bool = False,
) -> Zone:
    """Return a zone version round a place on the line."""
    shape = Circle(lon(metres), ORIGIN[1], radius_m)
    return Zone(zone_id, shape, version=version, effective_from=since, withdrawn=withdrawn)


def condition(
    kind: ConditionKind,
    *zones: Zone | tuple[Zone, ...],
    condition_id: str = "c",
    schedule: Schedule = ALWAYS,
    places: Iterable[Zone] = (),
    parameters: Parameters | None = None,
    stay: Stay | None = None,
    priority: int = 0,
) -> Condition:
    """Return a condition on zones, each given by its one version or by all of them."""
    return Condition(
        condition_id=condition_id,
        kind=kind,
        zones=ZoneSet(
            tuple(ZoneHistory(each if isinstance(each, tuple) else (each,)) for each in zones)
        ),
        places=ZoneSet(tuple(ZoneHistory((each,)) for each in places)),
        schedule=schedule,
        parameters=Parameters() if parameters is None else parameters,
        stay=stay,
        priority=priority,
    )


def supervision(
    *conditions: Condition,
    max_age_s: float = MAX_AGE_S,
    started_at: Instant = T0,
    ended_at: Instant | None = None,
) -> Supervision:
    """Return what the story's activation is judged against."""
    return Supervision(
        activation=Activation(
            activation_id=1,
            wearer_id="w",
            vendor="v",
            device_id="d",
            started_at=started_at,
            ended_at=ended_at,
        ),
        plans=PlanHistory(plans=(SupervisionPlan(interval_s=0.0, buffer_s=max_age_s),)),
        timezone="UTC",
        conditions=ranked(conditions),
    )


class Engine:
    """One activation judged as the engine does: judge, keep, restart; without a store."""

    def __init__(self, judged_by: Supervision) -> None:
        self.supervision = judged_by
        self.fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
        self.docket = open_docket(judged_by)
        self.archive = Archive("w")
        self.now = judged_by.activation.started_at

    def take(self, reports: Sequence[Report], now: Instant) -> None:
        """Judge a batch as of a time, duplicates of what is known left out."""
        self.now = max(self.now, now)
        new = [each for each in reports if not self.archive.known(each)]
        found = judge(self.docket, self.fold, new, self.now, self.archive.history())
        for each in {id(report): report for report in new}.values():
            if not self.archive.known(each):
                self.archive.add(each)
        shown = self.archive.keep(found, self.now)
        self.docket = Docket(
            supervision=self.supervision, state=found.state, shown=shown, due=found.due
        )

    def supervise(self, judged_by: Supervision) -> None:
        """Judge by something else from now on, where it does not reach into the past."""
        self.supervision = judged_by
        self.fold = Fold(judged_by, IndexGauge(index_of([judged_by])))
        state = realigned(self.docket.state, judged_by)
        self.docket = msgspec.structs.replace(self.docket, supervision=judged_by, state=state)

    def restart(self) -> None:
        """Forget everything but the archive, and what of it a store keeps: encoded cuts."""
        history = self.archive.history()
        self.docket = restored(self.fold, history.cut_at(END), history)
        encoded = msgspec.msgpack.encode(self.docket.state)
        state = msgspec.msgpack.decode(encoded, type=type(self.docket.state))
        assert state == self.docket.state
        self.docket = msgspec.structs.replace(self.docket, state=state)

    def look(self, now: Instant) -> list[EpisodeChange]:
        """Return what time alone would change by a later time, and change nothing."""
        return judge(self.docket, self.fold, (), now, self.archive.history()).changes

    def standing(self) -> list[Episode]:
        """Return the episodes that were not retracted, by content."""
        found = (stored.episode for stored in self.archive.shown())
        return sorted(found, key=lambda each: (each.started.by, repr(each)))

    def verdicts(self) -> dict[PositionKey, Quarantine | None]:
        """Return why each position is not judged."""
        return {each.key: each.quarantine for each in self.archive.positions()}


Span = tuple[float | None, float]
"""The bounds (after, by) of one end of an episode, in seconds into the story."""
Told = tuple[str, str, Span, Span | None, int, int]
"""Kind, state, start, end, positions in violation and greatest depth in whole metres."""


def judged(judged_by: Supervision, *reports: Report, until: float) -> list[Episode]:
    """Return the standing episodes of a story as of its end, in seconds, folded in order."""
    engine = Engine(judged_by)
    engine.take(reports, at(until))
    return engine.standing()


def told(judged_by: Supervision, *reports: Report, until: float) -> list[Told]:
    """Return the same in the words of a story."""
    return [tell(each) for each in judged(judged_by, *reports, until=until)]


def tell(episode: Episode) -> Told:
    """Return an episode in the words of a story."""
    return (
        episode.kind.value,
        episode.state.value,
        span(episode.started),
        None if episode.ended is None else span(episode.ended),
        episode.positions,
        round(episode.max_depth_m),
    )


def span(bound: Bound) -> Span:
    """Return the bounds of one end of an episode in seconds into the story."""
    after = None if bound.after is None else (bound.after - T0) / SECOND
    return after, (bound.by - T0) / SECOND


def estimates(episode: Episode) -> tuple[float, float | None]:
    """Return the best estimates of start and end in seconds into the story."""
    ended = None if episode.ended is None else (episode.ended.estimate - T0) / SECOND
    return (episode.started.estimate - T0) / SECOND, ended
