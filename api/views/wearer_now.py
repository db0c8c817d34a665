"""One wearer as they are now, on the wire."""

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from api.directory import Directory
from api.schemas.fields import local_text
from api.schemas.wearer import (
    AlertCounts,
    ConditionNow,
    DeviceNow,
    PositionNow,
    StatusOut,
    WearerSummary,
    WindowNext,
)
from api.services import Services
from api.views.brief import alert_brief, episode_briefs, episodes_of
from api.views.places import places_now
from engine.core.compile import plan_history
from engine.core.episode import Severity, StoredEpisode
from engine.core.fold import Fold
from engine.core.order import Activation, Condition, Role
from engine.core.plan import PlanHistory
from engine.core.position import Position
from engine.core.registry import Order, Wearer
from engine.core.standing import BREACHES, Standing
from engine.core.standing_now import StandingNow, standings_now, standings_unworn
from engine.hindsight import CaseFile, Judged, Walked
from engine.store.page import Page
from engine.store.protocol import Transaction
from zones.instant import DAY, SECOND, Instant
from zones.interval import END, Interval

MOST_WINDOWS: Final = 50
MOST_ALERTS: Final = 50
MOST_NAMED: Final = 20
VITALS_HOLD: Final = 7 * DAY
"""For how long what a message said of the battery is told."""

State = Literal["broken", "unknown", "kept", "not_worn"]
_FIRST: Final = {
    each: rank
    for rank, each in enumerate(
        (
            Standing.BROKEN,
            Standing.UNKNOWN,
            Standing.KEPT,
            Standing.PERMITTED,
            Standing.NOT_IN_FORCE,
        )
    )
}


class Asked(NamedTuple):
    """What an answer about wearers is made of."""

    transaction: Transaction
    directory: Directory
    services: Services
    now: Instant


def status_out(asked: Asked, wearer: Wearer, case_file: CaseFile) -> StatusOut:
    """Return one wearer as they are now."""
    timezone, now = wearer.timezone, asked.now
    latest = case_file.latest(now)
    worn = latest is not None and latest.supervision.activation.worn_at(now)
    walked = case_file.walk(asked.transaction, Interval(now, now + 1)) if worn else []
    mine = next((each for each in walked if _is(each, latest)), None)
    running = [
        each
        for each in episodes_of(asked.transaction, case_file, Interval(now, now + 1))
        if each.episode.ended is None
    ]
    standings = (
        standings_unworn(case_file.ordered, now, timezone)
        if mine is None
        else standings_now(mine.fold, mine.course.state, now, timezone)
    )
    orders = orders_in_force(asked, wearer.wearer_id)
    open_alerts = asked.transaction.alerts.list(Page(limit=MOST_ALERTS), wearer_id=wearer.wearer_id)
    heard, due = _calling(asked, latest)
    position = None if mine is None else mine.course.state.admission.last
    holds = mine is not None and mine.fold.holds(mine.course.state, now)
    return StatusOut(
        wearer_id=wearer.wearer_id,
        name=wearer.name,
        timezone=timezone,
        agency=wearer.agency,
        as_of=now,
        as_of_local=local_text(now, timezone),
        state=_state(worn=worn, holds=holds, running=running),
        last_position=_position(asked, latest, mine, position, timezone),
        conditions=[_condition(each, running, timezone) for each in _sorted(standings)],
        next_windows=_next_windows(case_file, now, timezone),
        device=None if latest is None else _device(asked, latest),
        last_call_in=heard,
        call_in_due=due,
        officer=orders[-1].officer if orders else None,
        orders=[each.order_id for each in orders],
        open_alerts=[alert_brief(each) for each in open_alerts],
        episodes=episode_briefs(asked.transaction, running, timezone),
    )


def summary_out(
    asked: Asked, wearer: Wearer, activation: Activation | None, open_alerts: AlertCounts
) -> WearerSummary:
    """Return a wearer in a line of the list; `activation` is the one worn now, or else last."""
    transaction, now = asked.transaction, asked.now
    worn = activation is not None and activation.worn_at(now)
    number = 0 if activation is None else activation.activation_id
    position = transaction.positions.newest(number) if activation else None
    vitals = transaction.positions.newest_vitals(number, now - VITALS_HOLD) if activation else None
    running = [
        each
        for each in (transaction.episodes.touching(number, END) if activation else ())
        if each.episode.ended is None
    ]
    call_in = asked.services.call_in(number) if activation else None
    heard = None if call_in is None else call_in.last_received
    received = None if position is None else position.received_at
    max_age = _plans(asked, activation).max_age_at(now) if activation else 0
    return WearerSummary(
        wearer_id=wearer.wearer_id,
        name=wearer.name,
        timezone=wearer.timezone,
        agency=wearer.agency,
        state=_state(
            worn=worn,
            holds=position is not None and now <= position.fix_time + max_age,
            running=running,
        ),
        officers=_officers(asked, wearer.wearer_id),
        vendor=activation.vendor if activation is not None and worn else None,
        device_id=activation.device_id if activation is not None and worn else None,
        last_heard=received if heard is None else heard,
        last_position_at=None if position is None else position.fix_time,
        battery_pct=None if vitals is None else vitals.battery_pct,
        open_alerts=open_alerts,
    )


def latest_activations(asked: Asked) -> dict[str, Activation]:
    """Return for each wearer the activation worn now, or else worn last; of several the newest."""
    begun = [
        each
        for each in asked.directory.activations.values()
        if each.role is Role.WEARER and each.started_at <= asked.now
    ]
    ordered = sorted(begun, key=lambda each: (each.worn_at(asked.now), *_started(each)))
    return {each.wearer_id: each for each in ordered}


def _started(activation: Activation) -> tuple[Instant, int]:
    return activation.started_at, activation.activation_id


def alert_counts(counts: Mapping[Severity, int]) -> AlertCounts:
    """Return how many alerts of each severity are not closed."""
    each = {severity.value: counts.get(severity, 0) for severity in Severity}
    return AlertCounts(**each, total=sum(each.values()))


def orders_in_force(asked: Asked, wearer_id: str) -> list[Order]:
    """Return the newest versions of a wearer's orders that are in force, by when they began."""
    ids = dict.fromkeys(each.order_id for each in asked.directory.orders_of.get(wearer_id, ()))
    newest = (asked.directory.orders[each][-1] for each in ids)
    found = [each for each in newest if _in_force(each, asked.now)]
    return sorted(found, key=lambda each: (each.effective_from, each.order_id))


def _plans(asked: Asked, activation: Activation) -> PlanHistory:
    return plan_history(asked.directory.orders_of.get(activation.wearer_id, ()), activation)


def _in_force(order: Order, now: Instant) -> bool:
    until = order.effective_until
    return order.effective_from <= now and (until is None or now < until)


def _officers(asked: Asked, wearer_id: str) -> list[str]:
    return sorted({each.officer for each in orders_in_force(asked, wearer_id)})


def _is(walked: Walked, judged: Judged | None) -> bool:
    return judged is not None and walked.supervision is judged.supervision


def _state(*, worn: bool, holds: bool, running: list[StoredEpisode]) -> State:
    if not worn:
        return "not_worn"
    if not holds:
        return "unknown"
    broken = any(
        each.episode.kind in BREACHES
        and each.episode.confirmed_at is not None
        and each.episode.unconfirmed_since is None
        for each in running
    )
    return "broken" if broken else "kept"


def _sorted(standings: list[StandingNow]) -> list[StandingNow]:
    return sorted(standings, key=lambda each: (_FIRST[each.standing], each.condition.key))


def _calling(asked: Asked, latest: Judged | None) -> tuple[Instant | None, Instant | None]:
    """Return when anything was received last, and by when something has to be."""
    if latest is None:
        return None, None
    number = latest.supervision.activation.activation_id
    call_in = asked.services.call_in(number)
    due = None if call_in is None else call_in.due
    if call_in is not None and call_in.last_received is not None:
        return call_in.last_received, due
    position = asked.transaction.positions.newest(number)
    return None if position is None else position.received_at, due


def _position(
    asked: Asked,
    latest: Judged | None,
    walked: Walked | None,
    position: Position | None,
    timezone: str,
) -> PositionNow | None:
    if latest is None:
        return None
    if position is None:
        number = latest.supervision.activation.activation_id
        position = asked.transaction.positions.newest(number)
    if position is None:
        return None
    fold = latest.fold() if walked is None else walked.fold
    until = position.fix_time + fold.supervision.plans.max_age_at(position.fix_time)
    return _position_out(asked, fold, position, until, timezone)


def _position_out(
    asked: Asked, fold: Fold, position: Position, until: Instant, timezone: str
) -> PositionNow:
    return PositionNow(
        fix_time=position.fix_time,
        fix_time_local=local_text(position.fix_time, timezone),
        received_at=position.received_at,
        age_s=(asked.now - position.fix_time) / SECOND,
        holds=asked.now <= until and fold.supervision.activation.worn_at(asked.now),
        holds_until=until,
        lat=position.lat,
        lon=position.lon,
        accuracy_m=position.accuracy_m,
        accuracy_assumed=position.accuracy_assumed,
        coarse=position.coarse,
        mechanism=position.mechanism,
        speed_mps=position.speed_mps,
        heading_deg=position.heading_deg,
        beacon_id=position.beacon_id,
        places=places_now(fold, position, asked.now),
    )


def _condition(told: StandingNow, running: list[StoredEpisode], timezone: str) -> ConditionNow:
    condition = told.condition
    zones = [each.zone_id for each in condition.histories()]
    return ConditionNow(
        order_id=condition.order_id,
        condition_id=condition.condition_id,
        condition_version=condition.version,
        kind=condition.kind,
        zones=zones[:MOST_NAMED],
        zones_count=len(zones),
        in_force=told.standing not in (Standing.NOT_IN_FORCE, Standing.PERMITTED)
        or told.since is not None,
        since=told.since,
        since_local=None if told.since is None else local_text(told.since, timezone),
        until=told.until,
        until_local=None if told.until is None else local_text(told.until, timezone),
        state=told.standing,
        why=told.why,
        episode_id=_episode_id(told, running),
    )


def _episode_id(told: StandingNow, running: list[StoredEpisode]) -> int | None:
    if told.breach is None:
        return None
    asked = (told.breach.condition_id, told.breach.kind, told.breach.zone_id)
    named = {
        (each.episode.condition_id, each.episode.kind, each.episode.zone_id): each.episode_id
        for each in running
    }
    return named.get(asked)


def _next_windows(case_file: CaseFile, now: Instant, timezone: str) -> list[WindowNext]:
    found = [
        (each.start, condition)
        for condition in case_file.ordered.conditions
        for each in condition.in_force(now, now + 7 * DAY)
        if each.start > now
    ]
    found.sort(key=lambda pair: (pair[0], pair[1].key))
    return [_next_window(start, each, timezone) for start, each in found[:MOST_WINDOWS]]


def _next_window(start: Instant, condition: Condition, timezone: str) -> WindowNext:
    window = condition.window_at(start)
    end = None if window is None or window.end >= END else window.end
    return WindowNext(
        order_id=condition.order_id,
        condition_id=condition.condition_id,
        kind=condition.kind,
        start=start,
        end=end,
        start_local=local_text(start, timezone),
        end_local=None if end is None else local_text(end, timezone),
    )


def _device(asked: Asked, latest: Judged) -> DeviceNow:
    activation = latest.supervision.activation
    number, since = activation.activation_id, asked.now - VITALS_HOLD
    vitals = asked.transaction.positions.newest_vitals(number, since)
    device = asked.directory.devices.get((activation.vendor, activation.device_id))
    plan = latest.supervision.plans.at(asked.now)
    return DeviceNow(
        vendor=activation.vendor,
        device_id=activation.device_id,
        model="" if device is None else device.model,
        activation_id=number,
        since=activation.started_at,
        until=activation.ended_at,
        battery_pct=None if vitals is None else vitals.battery_pct,
        battery_at=None if vitals is None else vitals.fix_time,
        charging=None if vitals is None else vitals.charging,
        interval_s=plan.interval_s,
        max_age_s=plan.max_age / SECOND,
    )
