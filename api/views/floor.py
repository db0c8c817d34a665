"""The floor, made of what the engine counts and of two short questions to the store."""

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from api.checks import engine_checks, store_check
from api.schemas.floor import (
    AgeOut,
    AlarmOut,
    BacklogOut,
    CanaryOut,
    DelayOut,
    FloorOut,
    GapOut,
    IngestOut,
    OldestOut,
    OpenAlertsOut,
    QuantilesOut,
    RoomOut,
    SeverityCount,
    SilentDeviceOut,
    SilentOut,
    VendorOut,
)
from api.schemas.operation import CheckOut
from api.services import Services
from engine.core.alert import AlertState
from engine.core.episode import EpisodeState, Severity, StoredEpisode
from engine.core.order import Role
from engine.floor import FloorNumbers, SilentDevice
from engine.gaps import newest_gap_episodes
from engine.recent import WINDOW, Quantiles, RecentNumbers
from engine.store.page import Page
from engine.store.protocol import OpenCount, StoreUnavailableError, Transaction
from engine.survey import Capacity
from engine.version import engine_version
from engine.watch import SelfStatus
from zones.instant import DAY, HOUR, MINUTE, SECOND, Duration, Instant

AGES: Final[tuple[Duration, ...]] = (5 * MINUTE, 15 * MINUTE, HOUR, 8 * HOUR)
"""Between these ages open alerts are counted."""

MOST_SILENT: Final = 5


class Stored(NamedTuple):
    """What the store says; None of both if it cannot be read."""

    check: CheckOut
    alerts: OpenAlertsOut | None = None
    gaps: list[GapOut] | None = None


def stored(services: Services) -> Stored:
    """Return what the store says now; nothing but why, if it cannot be asked."""
    check = store_check(services)
    if not check.ok:
        return Stored(check)
    try:
        with services.store.read() as transaction:
            return _read(check, transaction, services.now())
    except StoreUnavailableError as error:
        return Stored(check.model_copy(update={"ok": False, "detail": str(error)}))


def _read(check: CheckOut, transaction: Transaction, now: Instant) -> Stored:
    part = transaction.alerts
    oldest = part.list(Page(limit=1), states=(AlertState.OPEN,))
    alerts = OpenAlertsOut(
        by_age=by_age(part.count_open([now - age for age in AGES])),
        oldest_open=None
        if not oldest
        else OldestOut(
            alert_id=oldest[0].alert_id,
            kind=oldest[0].kind,
            severity=oldest[0].severity,
            raised_at=oldest[0].raised_at,
        ),
    )
    gaps = [_gap(each) for each in newest_gap_episodes(transaction)]
    recent = [each for each in gaps if each.until is None or each.until > now - DAY]
    return Stored(check, alerts, recent)


def by_age(counts: Sequence[OpenCount]) -> list[AgeOut]:
    """Return counts as a table of ages and severities, with a row for every age."""
    found = {(each.age, each.severity, each.state): each.alerts for each in counts}
    edges = (0, *(age // SECOND for age in AGES), None)

    def count(age: int, severity: Severity) -> SeverityCount:
        return SeverityCount(
            open=found.get((age, severity, AlertState.OPEN), 0),
            acknowledged=found.get((age, severity, AlertState.ACKNOWLEDGED), 0),
        )

    return [
        AgeOut(
            from_s=edges[age] or 0,
            until_s=edges[age + 1],
            critical=count(age, Severity.CRITICAL),
            serious=count(age, Severity.SERIOUS),
            advisory=count(age, Severity.ADVISORY),
            system=count(age, Severity.SYSTEM),
        )
        for age in range(len(AGES) + 1)
    ]


def floor_out(services: Services, said: Stored) -> FloorOut:
    """Return the floor as it is now."""
    now, status, health = services.now(), services.status(), services.health()
    numbers = services.floor(now, MOST_SILENT)
    checks = [said.check, *engine_checks(services)]
    alarms = sorted(status.running, key=lambda each: each.since)
    return FloorOut(
        as_of=now,
        version=engine_version(),
        on_call=services.on_call,
        ready=all(each.ok for each in checks),
        checks=checks,
        alarms=[
            AlarmOut(
                kind=each.key.kind, subject=each.key.subject, since=each.since, detail=each.detail
            )
            for each in alarms
        ],
        ingest=_ingest(numbers.recent),
        delay=_delay(numbers.recent),
        silent=SilentOut(
            devices=numbers.silent.devices,
            excused=numbers.silent.excused,
            longest=[_silent(each) for each in numbers.longest],
            listening_since=health.listening_since,
        ),
        backlog=BacklogOut(
            messages=health.backlog,
            oldest_received_at=health.oldest_in_hand,
            deferred=health.deferred,
            oldest_deferred_received_at=health.oldest_deferred,
            freshest_s=None if health.freshest is None else health.freshest / SECOND,
        ),
        alerts=said.alerts,
        canary=_canary(status),
        coverage_gaps=said.gaps,
        vendors=_vendors(numbers),
        room=_room(services.capacity()),
    )


def _ingest(recent: RecentNumbers) -> IngestOut:
    return IngestOut(
        counted_since=recent.since,
        positions_per_s=round(recent.positions_per_s, 2),
        messages_per_s=round(recent.messages_per_s, 2),
        per_minute=list(recent.per_minute),
        per_minute_until=recent.per_minute_until,
    )


def _delay(recent: RecentNumbers) -> DelayOut:
    return DelayOut(
        window_s=WINDOW / SECOND,
        device_to_decision=_quantiles(recent.decided),
        receive_to_commit=_quantiles(recent.committed),
        uploaded_late=recent.late,
    )


def _quantiles(found: Quantiles) -> QuantilesOut:
    return QuantilesOut(
        p50_s=_seconds(found.p50), p99_s=_seconds(found.p99), messages=found.messages
    )


def _seconds(duration: Duration | None) -> float | None:
    return None if duration is None else round(duration / SECOND, 3)


def _silent(device: SilentDevice) -> SilentDeviceOut:
    activation, episode = device.activation, device.missed.episode
    shown = activation.role is Role.WEARER
    return SilentDeviceOut(
        kind=episode.kind,
        wearer_id=activation.wearer_id if shown else None,
        wearer_name=device.name if shown else "",
        vendor=activation.vendor if shown else None,
        device_id=activation.device_id if shown else None,
        since=episode.started.by if episode.started.after is None else episode.started.after,
        due=episode.started.by,
        excused=episode.state is EpisodeState.PENDING,
    )


def _canary(status: SelfStatus) -> CanaryOut:
    canary = status.canary
    if canary is None:
        return CanaryOut(state="off", out_at=None, round_trip_s=None, lost_since=None, detail="")
    found: Literal["waiting", "out", "lost", "unpublished"]
    if canary.lost_since is None:
        found = "waiting" if canary.out_at is None else "out"
    else:
        found = "unpublished" if canary.unpublished else "lost"
    return CanaryOut(
        state=found,
        out_at=canary.out_at,
        round_trip_s=_seconds(canary.took),
        lost_since=canary.lost_since,
        detail=canary.unpublished,
    )


def _gap(stored_: StoredEpisode) -> GapOut:
    episode = stored_.episode
    return GapOut(
        episode_id=stored_.episode_id,
        since=episode.started.estimate,
        until=None if episode.ended is None else episode.ended.by,
        detail=episode.detail,
    )


def _vendors(numbers: FloorNumbers) -> list[VendorOut]:
    rates = numbers.recent.vendors_per_s
    return [
        VendorOut(
            vendor=each.vendor,
            heard_at=each.heard_at,
            messages_per_s=round(rates.get(each.vendor, 0.0), 2),
            silent_since=each.silent_since,
        )
        for each in numbers.vendors
    ]


def _room(capacity: Capacity | None) -> RoomOut | None:
    if capacity is None:
        return None
    lasts = [days for days in (capacity.room.disk_days, capacity.room.id_days) if days is not None]
    return RoomOut(
        used_bytes=capacity.size.used_bytes,
        free_bytes=capacity.size.free_bytes,
        days_left=min(lasts, default=None),
    )
