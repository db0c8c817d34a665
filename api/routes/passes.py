"""Passes: authorised absences, granted and taken back one at a time."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Final

from fastapi import APIRouter

from api.directory import Directory
from api.openapi import refusals
from api.operator import Actor
from api.problems import ProblemError, field_error, invalid, not_found
from api.routes.parameters import ConditionId, OrderId
from api.schemas.passes import PassChanged, PassIn, PassOut, PassRevokedIn
from api.shell import AtHand, Writing
from api.views.order_version import check_expected
from api.views.passes import changed_out, passes_out
from engine.core.order_revision import Record, granted, revoked
from engine.core.registry import Order, OrderCondition
from zones.instant import Instant, render
from zones.interval import Interval

router = APIRouter(prefix="/v1/orders/{order_id}/conditions/{condition_id}", tags=["orders"])

_MOST: Final = 1_000
"""Passes one condition may have, as in `PUT /v1/orders`."""


@router.get(
    "/passes",
    operation_id="list_passes",
    summary="Every pass of a condition",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def list_passes(shell: AtHand, order_id: OrderId, condition_id: ConditionId) -> list[PassOut]:
    """Return every pass a condition ever had: who granted it and why, and who took it back."""
    with shell.read() as (_, directory):
        versions, condition = _found(order_id, condition_id, directory)
    return passes_out(versions, condition)


@router.post(
    "/passes",
    operation_id="grant_pass",
    status_code=HTTPStatus.CREATED,
    summary="Grant a pass",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, body=True),
)
def grant_pass(
    shell: AtHand, order_id: OrderId, condition_id: ConditionId, body: PassIn, actor: Actor
) -> PassChanged:
    """Record a pass as the next version of the order, with who granted it and why.

    It holds from now, or from its start if that is in the past: then what followed is judged anew,
    and alerts that it allows are retracted. What the order says otherwise stays. A pass that is
    there already changes nothing (`changed` is false).
    """
    span = _span(body)
    record = Record(shell.now(), actor, body.reason)
    with shell.write() as writing:
        versions, condition = _found(order_id, condition_id, writing.directory)
        check_expected(order_id, versions, body.expected_version)
        _check_room(condition)
        made = _saved(writing, granted(versions, condition_id, span, record))
    return _changed([*versions, *made], made, condition_id, record.at)


@router.post(
    "/passes/revoke",
    operation_id="revoke_pass",
    summary="Take a pass back",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, body=True),
)
def revoke_pass(
    shell: AtHand, order_id: OrderId, condition_id: ConditionId, body: PassRevokedIn, actor: Actor
) -> PassChanged:
    """Take back a pass from now on, or from `from`; what has passed of it stays authorised.

    From its start or before: as if it had never been granted, and what followed is judged anew. It
    is recorded as the next version of the order; the pass stays in the list, with who and why.
    """
    span = _span(body)
    record = Record(shell.now(), actor, body.reason)
    since = record.at if body.from_ is None else body.from_
    if since >= span.end:
        fix = f"is not before the end of the pass, {render(span.end)}: nothing is left to take back"
        raise invalid([field_error("body.from", fix, render(since))])
    with shell.write() as writing:
        versions, condition = _found(order_id, condition_id, writing.directory)
        check_expected(order_id, versions, body.expected_version)
        if span not in condition.schedule.passes:
            raise not_found("pass (any more) that is", f"{render(span.start)}/{render(span.end)}")
        made = _saved(writing, revoked(versions, condition_id, span, since, record))
    return _changed([*versions, *made], made, condition_id, record.at)


def _span(body: PassIn) -> Interval:
    if body.end <= body.start:
        fix = f"is not after the start, {render(body.start)}: give a later end"
        raise invalid([field_error("body.end", fix, render(body.end))])
    return Interval(body.start, body.end)


def _found(
    order_id: str, condition_id: str, directory: Directory
) -> tuple[Sequence[Order], OrderCondition]:
    versions = directory.orders.get(order_id)
    if not versions:
        raise not_found("order", order_id)
    return versions, _condition(versions[-1], condition_id)


def _condition(order: Order, condition_id: str) -> OrderCondition:
    for each in order.conditions:
        if each.condition_id == condition_id:
            return each
    words = f"condition in order {order.order_id!r} (of a class none can have a pass) with id"
    raise not_found(words, condition_id)


def _check_room(condition: OrderCondition) -> None:
    if len(condition.schedule.passes) >= _MOST:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"condition {condition.condition_id!r} has {_MOST:,} passes, as many as it may: store "
            "the order without those that are long over",
        )


def _saved(writing: Writing, made: Sequence[Order]) -> list[Order]:
    saved = [writing.transaction.registry.save_order(each) for each in made]
    writing.saved.extend(saved)
    return saved


def _changed(
    versions: Sequence[Order], made: Sequence[Order], condition_id: str, now: Instant
) -> PassChanged:
    return changed_out(versions, made, _condition(versions[-1], condition_id), now)
