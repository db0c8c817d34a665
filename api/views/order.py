"""Orders and their conditions on the wire, and back."""

from collections.abc import Sequence

import msgspec

from api.problems import field_error, invalid
from api.schemas.condition import ConditionIn, ConditionOut
from api.schemas.finding import finding_out
from api.schemas.order import OrderIn, OrderOut, OrderStored, OrderVersion, Plan
from engine.core.condition_json import ConditionError, read_condition, write_condition
from engine.core.condition_lint import lint_condition
from engine.core.order_revision import Record
from engine.core.order_timeline import Held, timeline
from engine.core.plan import SupervisionPlan
from engine.core.registry import Order, OrderCondition, Wearer
from zones.finding import FindingSeverity
from zones.instant import Instant, render
from zones.interval import END


def condition_out(condition: OrderCondition) -> ConditionOut:
    """Return a condition; all that was left at its default is stated too."""
    return ConditionOut.model_validate(write_condition(condition))


def order_out(order: Order, wearer: Wearer | None) -> OrderOut:
    """Return one version of an order, of a wearer as of today.

    Hours stay by the clocks they were ordered by, also when the wearer moves to another zone.
    """
    timezone = "UTC" if wearer is None else wearer.timezone
    if order.conditions:
        timezone = order.conditions[0].schedule.timezone
    return OrderOut(
        order_id=order.order_id,
        version=order.version,
        version_from=order.version_from,
        wearer_id=order.wearer_id,
        wearer_name="" if wearer is None else wearer.name,
        timezone=timezone,
        agency=order.agency,
        officer=order.officer,
        effective_from=order.effective_from,
        effective_until=order.effective_until,
        plan=plan_out(order.plan),
        conditions=[condition_out(each) for each in order.conditions],
        classes=list(order.classes),
        recorded_at=order.recorded_at,
        recorded_by=order.recorded_by,
        reason=order.reason,
    )


def versions_out(versions: Sequence[Order], wearer: Wearer | None) -> list[OrderVersion]:
    """Return every version of an order with when it holds, oldest first."""
    found = {each.order.version: each for each in timeline(versions)}
    return [_version_out(each, found.get(each.version), wearer) for each in versions]


def _version_out(order: Order, held: Held | None, wearer: Wearer | None) -> OrderVersion:
    end = order.effective_until if held is None or held.end == END else held.end
    return OrderVersion(
        **dict(order_out(order, wearer)),
        holds_from=None if held is None else max(held.start, order.effective_from),
        holds_until=None if held is None else end,
    )


def plan_out(plan: SupervisionPlan) -> Plan:
    """Return a supervision plan."""
    return Plan(
        interval_s=plan.interval_s, buffer_s=plan.buffer_s, tamper_grace_s=plan.tamper_grace_s
    )


def order_stored(order: Order, wearer: Wearer, now: Instant) -> OrderStored:
    """Return an order as it was stored, with the findings of its conditions."""
    found = [
        (finding, f"conditions[{i}]")
        for i, condition in enumerate(order.conditions)
        for finding in lint_condition(condition, now)
    ]
    worst = {each: rank for rank, each in enumerate(FindingSeverity)}
    found.sort(key=lambda each: worst[each[0].severity])
    findings = [finding_out(finding, place) for finding, place in found]
    return OrderStored(**dict(order_out(order, wearer)), findings=findings)


def read_order(
    order_id: str,
    body: OrderIn,
    wearer: Wearer,
    former: Sequence[Order],
    record: Record,
) -> Order:
    """Return the next version of an order; `former` are its versions so far.

    A condition that did not change keeps its version.

    Raises:
        ProblemError: what is wrong with which field.
    """
    since, until = body.effective_from, body.effective_until
    if until is not None and until <= since:
        raise invalid([field_error("body.effective_until", "is not after effective_from")])
    conditions = [
        read_one(each, f"body.conditions[{i}]", wearer.timezone)
        for i, each in enumerate(body.conditions)
    ]
    check_unique(conditions)
    return Order(
        order_id=order_id,
        wearer_id=body.wearer_id,
        agency=body.agency,
        officer=body.officer,
        effective_from=since,
        effective_until=until,
        plan=SupervisionPlan(
            interval_s=body.plan.interval_s,
            buffer_s=body.plan.buffer_s,
            tamper_grace_s=body.plan.tamper_grace_s,
        ),
        conditions=tuple(_numbered(each, former) for each in conditions),
        classes=tuple(dict.fromkeys(body.classes)),
        version_from=_version_from(body, former, record.at),
        recorded_at=record.at,
        recorded_by=record.by,
        reason=record.reason,
    )


def same_order(one: Order, other: Order) -> bool:
    """Whether two versions of an order say the same."""
    same = msgspec.structs.replace(
        one,
        version=other.version,
        version_from=other.version_from,
        recorded_at=other.recorded_at,
        recorded_by=other.recorded_by,
        reason=other.reason,
    )
    return same == other


def _version_from(body: OrderIn, former: Sequence[Order], now: Instant) -> Instant | None:
    """Return from when on the next version holds; before the newest one only if that is meant."""
    if not former:
        return None
    version_from = now if body.version_from is None else body.version_from
    before = former[-1].version_from
    if before is not None and version_from < before and not body.replaces_later:
        fix = (
            f"is before version {former[-1].version} takes effect: give {render(before)} or later, "
            "or replaces_later true"
        )
        raise invalid([field_error("body.version_from", fix, render(version_from))])
    return version_from


def read_one(wire: ConditionIn, path: str, timezone: str) -> OrderCondition:
    """Return a condition; `path` is where it stands in the request.

    Raises:
        ProblemError: what is wrong with which field.
    """
    try:
        return read_condition(wire.model_dump(mode="json"), timezone)
    except ConditionError as error:
        where = ".".join(part for part in (path, error.path) if part)
        raise invalid([field_error(where, error.fix, error.value)]) from None


def check_unique(conditions: Sequence[OrderCondition]) -> None:
    """Check that no two conditions have one id.

    Raises:
        ProblemError: two have.
    """
    seen: set[str] = set()
    for i, each in enumerate(conditions):
        if each.condition_id in seen:
            where = f"body.conditions[{i}].id"
            fix = "is the id of another condition here: give each its own"
            raise invalid([field_error(where, fix, each.condition_id)])
        seen.add(each.condition_id)


def _numbered(condition: OrderCondition, former: Sequence[Order]) -> OrderCondition:
    """Return a condition with the version it has in the next version of the order.

    It is that order version since which the condition has stood unchanged, as in `core.compile`.
    """
    before = former[-1].conditions if former else ()
    for each in before:
        if msgspec.structs.replace(condition, version=each.version) == each:
            return each
    return msgspec.structs.replace(condition, version=1 + (former[-1].version if former else 0))
