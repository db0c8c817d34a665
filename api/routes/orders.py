"""Orders: stored whole, each time as the next version; read by id or as a list."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.directory import Directory
from api.openapi import refusals
from api.operator import Actor
from api.pages import Paging
from api.problems import ProblemError, not_found
from api.routes.parameters import OrderId
from api.schemas.order import OrderIn, OrderOut, OrderQuery, OrderStored, OrderVersion
from api.schemas.page import Listing
from api.shell import AtHand
from api.views.order import order_out, order_stored, read_order, same_order, versions_out
from api.views.order_version import check_expected
from engine.core.order_revision import Record
from engine.core.registry import Order, Wearer
from zones.instant import Instant

router = APIRouter(prefix="/v1/orders", tags=["orders"])


@router.put(
    "/{order_id}",
    operation_id="put_order",
    summary="Store an order, as its next version",
    responses=refusals(HTTPStatus.CONFLICT, body=True)
    | {201: {"model": OrderStored, "description": "Created."}},
)
def put_order(
    shell: AtHand, order_id: OrderId, body: OrderIn, actor: Actor, response: Response
) -> OrderStored:
    """Store the legal instrument. 201 for the first version, 200 for a later one.

    What says the same as the newest version makes no new one. 409 if the wearer, a zone, group or
    class is not stored, another order that binds the wearer at the same time has a condition of
    that id or names that class, or there is a newer version than `expected_version`.
    """
    with shell.write() as (transaction, directory, saved):
        wearer = _wearer(body.wearer_id, directory)
        former = directory.orders.get(order_id, ())
        check_expected(order_id, former, body.expected_version)
        record = Record(shell.now(), actor, body.reason)
        order = read_order(order_id, body, wearer, former, record)
        _check_wearer_stays(order, former)
        _check_condition_ids(order, directory)
        if former and same_order(order, former[-1]):
            order = former[-1]
        else:
            saved.append(order := transaction.registry.save_order(order))
    response.status_code = HTTPStatus.OK if former else HTTPStatus.CREATED
    return order_stored(order, wearer, shell.now())


@router.get(
    "/{order_id}",
    operation_id="get_order",
    summary="One order",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_order(shell: AtHand, order_id: OrderId) -> OrderOut:
    """Return the newest version of an order."""
    with shell.read() as (_, directory):
        versions = directory.orders.get(order_id)
    if not versions:
        raise not_found("order", order_id)
    return order_out(versions[-1], directory.wearers.get(versions[-1].wearer_id))


@router.get(
    "/{order_id}/versions",
    operation_id="list_order_versions",
    summary="Every version of an order",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def list_order_versions(shell: AtHand, order_id: OrderId) -> list[OrderVersion]:
    """Return every version of an order with when it holds, oldest first."""
    with shell.read() as (_, directory):
        versions = directory.orders.get(order_id)
    if not versions:
        raise not_found("order", order_id)
    return versions_out(versions, directory.wearers.get(versions[-1].wearer_id))


@router.get(
    "",
    operation_id="list_orders",
    summary="Orders, by id",
    responses=refusals(),
)
def list_orders(
    shell: AtHand, request: Request, query: Annotated[OrderQuery, Query()]
) -> Listing[OrderOut]:
    """Return a page of the orders that fit all filters, each in its newest version."""
    paging = Paging(request, query, str)
    now = shell.now()
    with shell.read() as (_, directory):
        newest = (versions[-1] for versions in directory.orders.values())
        rows = sorted(
            (each for each in newest if _fits(each, query, now) and _has(each, query.q, directory)),
            key=lambda each: each.order_id,
        )
    shown, cut = paging.cut_sorted(rows, lambda each: (each.order_id,))
    items = [order_out(each, directory.wearers.get(each.wearer_id)) for each in shown]
    return Listing(items=items, **cut._asdict())


def _wearer(wearer_id: str, directory: Directory) -> Wearer:
    wearer = directory.wearers.get(wearer_id)
    if wearer is None:
        raise ProblemError(
            HTTPStatus.CONFLICT, f"wearer {wearer_id!r} is not stored: save the wearer first"
        )
    return wearer


def _check_wearer_stays(order: Order, former: Sequence[Order]) -> None:
    if former and former[-1].wearer_id != order.wearer_id:
        raise ProblemError(
            HTTPStatus.CONFLICT,
            f"order {order.order_id!r} binds wearer {former[-1].wearer_id!r}: give the order of "
            "another wearer an id of its own",
        )


def _check_condition_ids(order: Order, directory: Directory) -> None:
    """Check that a condition's id means one rule to a wearer at a time: alerts collapse by it."""
    ids = _ids(order)
    others = {each.order_id for each in directory.orders_of.get(order.wearer_id, ())}
    for other in (directory.orders[id_][-1] for id_ in sorted(others - {order.order_id})):
        shared = sorted(ids & _ids(other))
        if shared and _overlap(order, other):
            raise ProblemError(
                HTTPStatus.CONFLICT,
                f"order {other.order_id!r} binds the same wearer at the same time and has "
                f"{', '.join(shared)} too: give conditions other ids, name a class in one order",
            )


def _ids(order: Order) -> set[str]:
    classes = {f"class {class_id}" for class_id in order.classes}
    return classes | {f"condition {each.condition_id}" for each in order.conditions}


def _overlap(one: Order, other: Order) -> bool:
    return _begins_before_end(one, other) and _begins_before_end(other, one)


def _begins_before_end(one: Order, other: Order) -> bool:
    return other.effective_until is None or one.effective_from < other.effective_until


def _has(order: Order, sought: str | None, directory: Directory) -> bool:
    """Tell whether a text is in what an order is known by."""
    if not sought:
        return True
    wearer = directory.wearers.get(order.wearer_id)
    name = "" if wearer is None else wearer.name
    known = (order.order_id, order.wearer_id, name, order.officer, order.agency)
    return any(sought.casefold() in each.casefold() for each in known)


def _fits(order: Order, query: OrderQuery, now: Instant) -> bool:
    until = order.effective_until
    in_force = order.effective_from <= now and (until is None or now < until)
    return (
        query.wearer_id in (None, order.wearer_id)
        and query.officer in (None, order.officer)
        and query.agency in (None, order.agency)
        and query.in_force in (None, in_force)
    )
