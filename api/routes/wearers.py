"""Wearers: stored whole, read by id or as a list."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.openapi import refusals
from api.pages import Paging
from api.problems import field_error, invalid, not_found
from api.routes.parameters import WearerId
from api.schemas.page import Listing, PageQuery
from api.schemas.registry import WearerIn, WearerOut
from api.shell import AtHand
from engine.core.registry import Wearer
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
    shell: AtHand, request: Request, query: Annotated[PageQuery, Query()]
) -> Listing[WearerOut]:
    """Return a page of the supervised persons."""
    paging = Paging(request, query, str)
    with shell.read() as (_, directory):
        rows = sorted(directory.wearers.values(), key=lambda each: each.wearer_id)
    shown, cut = paging.cut_sorted(rows, lambda each: (each.wearer_id,))
    return Listing(items=[_out(each) for each in shown], **cut._asdict())


def _out(wearer: Wearer) -> WearerOut:
    return WearerOut(
        wearer_id=wearer.wearer_id,
        name=wearer.name,
        timezone=wearer.timezone,
        agency=wearer.agency,
    )
