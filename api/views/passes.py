"""Passes on the wire."""

from collections.abc import Sequence

from api.schemas.fields import local_text
from api.schemas.finding import finding_out
from api.schemas.passes import PassChanged, PassOut
from engine.core.condition_lint import lint_condition
from engine.core.order_revision import PassRecord, pass_records
from engine.core.registry import Order, OrderCondition
from zones.instant import Instant


def passes_out(versions: Sequence[Order], condition: OrderCondition) -> list[PassOut]:
    """Return every pass a condition ever had, by its start."""
    timezone = condition.schedule.timezone
    return [_pass_out(each, timezone) for each in pass_records(versions, condition.condition_id)]


def changed_out(
    versions: Sequence[Order], made: Sequence[Order], condition: OrderCondition, now: Instant
) -> PassChanged:
    """Return what became of the passes of a condition; `made` are the versions that say it."""
    first = min((each.version_from or each.effective_from for each in made), default=now)
    return PassChanged(
        changed=bool(made),
        order_version=versions[-1].version,
        judged_anew_from=first if first < now else None,
        passes=passes_out(versions, condition),
        findings=[finding_out(each) for each in lint_condition(condition, now)],
    )


def _pass_out(record: PassRecord, timezone: str) -> PassOut:
    span, granted, revoked = record.span, record.granted, record.revoked
    return PassOut(
        start=span.start,
        end=span.end,
        start_local=local_text(span.start, timezone),
        end_local=local_text(span.end, timezone),
        until=record.until,
        version=granted.version,
        granted_at=granted.recorded_at,
        granted_by=granted.recorded_by,
        reason=granted.reason,
        revoked_at=None if revoked is None else revoked.recorded_at,
        revoked_by=None if revoked is None else revoked.recorded_by,
        revoked_reason=None if revoked is None else revoked.reason,
    )
