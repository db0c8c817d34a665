"""Wearers: stored whole, read by id or as a list."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.openapi import refusals
from api.pages import Paging
from api.problems import field_error, invalid, not_found
from api.routes.parameters import WearerId
from api.schemas.page import Listing
from api.schemas.registry import WearerIn, WearerOut
from api.schemas.wearer import WearerQuery, WearerSummary
from api.shell import AtHand
from api.views.wearer_now import (
    Asked,
    alert_counts,
    latest_activations,
    orders_in_force,
    summary_out,
)
from engine.core.order import Activation
from engine.core.registry import Order, Wearer
from zones.wallclock import timezone

router = APIRouter(prefix="/v1/wearers", tags=["wearers"])


@router.put(
    "/{wearer_id}",
    operation_id="put_wearer",
    summary="Create or replace a wearer",
    responses=refusals(body=True) | {201: {"model": WearerOut, "description": "Created."}},
)
def put_wearer(shell: AtHand, wearer_id: WearerId, body: WearerIn, response: Response) -> WearerOut:
    """Store a supervised person. 201 if there was none with this id, else 200."""
    try:
        timezone(body.timezone)
    except ValueError as error:
        fix = str(error).removeprefix("timezone: ")
        raise invalid([field_error("body.timezone", fix, body.timezone)]) from None
    wearer = Wearer(wearer_id=wearer_id, name=body.name, timezone=body.timezone, agency=body.agency)
    with shell.write() as (transaction, directory, saved):
        former = directory.wearers.get(wearer_id)
        if wearer != former:
            transaction.registry.save_wearer(wearer)
            saved.append(wearer)
    response.status_code = HTTPStatus.CREATED if former is None else HTTPStatus.OK
    return _out(wearer)


@router.get(
    "/{wearer_id}",
    operation_id="get_wearer",
    summary="One wearer",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_wearer(shell: AtHand, wearer_id: WearerId) -> WearerOut:
    """Return a supervised person."""
    with shell.read() as (_, directory):
        wearer = directory.wearers.get(wearer_id)
    if wearer is None:
        raise not_found("wearer", wearer_id)
    return _out(wearer)


@router.get("", operation_id="list_wearers", summary="All wearers, by id", responses=refusals())
def list_wearers(
    shell: AtHand, request: Request, query: Annotated[WearerQuery, Query()]
) -> Listing[WearerSummary]:
    """Return a page of the supervised persons who fit all filters, as they are now."""
    paging = Paging(request, query, str)
    with shell.read() as (transaction, directory):
        asked = Asked(transaction, directory, shell.services, shell.now())
        latest = latest_activations(asked)
        rows = sorted(
            (each for each in directory.wearers.values() if _fits(each, asked, query, latest)),
            key=lambda each: each.wearer_id,
        )
        shown, cut = paging.cut_sorted(rows, lambda each: (each.wearer_id,))
        counts = transaction.alerts.count_not_closed([each.wearer_id for each in shown])
        items = [
            summary_out(
                asked, each, latest.get(each.wearer_id), alert_counts(counts[each.wearer_id])
            )
            for each in shown
        ]
    return Listing(items=items, **cut._asdict())


def _fits(
    wearer: Wearer, asked: Asked, query: WearerQuery, latest: Mapping[str, Activation]
) -> bool:
    orders: list[Order] = []
    if query.officer is not None or query.agency is not None:
        orders = orders_in_force(asked, wearer.wearer_id)
    activation = latest.get(wearer.wearer_id)
    worn = activation if activation is not None and activation.worn_at(asked.now) else None
    agencies = {wearer.agency, *(each.agency for each in orders)}
    return (
        (query.q is None or _found(query.q, wearer, worn))
        and query.worn in (None, worn is not None)
        and (query.officer is None or query.officer in {each.officer for each in orders})
        and (query.agency is None or query.agency in agencies)
    )


def _found(text: str, wearer: Wearer, worn: Activation | None) -> bool:
    device = "" if worn is None else worn.device_id
    sought = text.strip().casefold()
    return any(sought in each.casefold() for each in (wearer.wearer_id, wearer.name, device))


def _out(wearer: Wearer) -> WearerOut:
    return WearerOut(
        wearer_id=wearer.wearer_id,
        name=wearer.name,
        timezone=wearer.timezone,
        agency=wearer.agency,
    )
