"""Positions of one wearer, as points or as a track."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.openapi import refusals
from api.pages import Paging
from api.problems import field_error, invalid, not_found
from api.routes.parameters import WearerId
from api.schemas.geojson import PositionCollection, PositionQuery
from api.shell import AtHand
from api.views.position import position_out, tracks_out
from engine.store.page import Page
from zones.instant import DAY, Instant

router = APIRouter(prefix="/v1/wearers", tags=["positions"])


@router.get(
    "/{wearer_id}/positions",
    operation_id="list_positions",
    summary="Where a wearer was",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def list_positions(
    shell: AtHand, request: Request, wearer_id: WearerId, query: Annotated[PositionQuery, Query()]
) -> PositionCollection:
    """Return positions by fix time, oldest first, quarantined ones included: since <= t < until.

    With format=track, the judged ones of the page joined to a line.
    """
    paging = Paging(request, query, int, int, int, int)
    since, until, *after = paging.after or _span(query, shell.now())
    page = Page(limit=paging.page.limit, after=tuple(after) or None)
    with shell.read() as (transaction, directory):
        if wearer_id not in directory.wearers:
            raise not_found("wearer", wearer_id)
        rows = transaction.positions.track(wearer_id, int(since), int(until), page)
    # The span is in the cursor: left out, it is another one by the time of the next request.
    shown, cut = paging.cut(
        rows, lambda each: (since, until, each.position.fix_time, each.position_id)
    )
    if query.format == "track":
        return PositionCollection(features=list(tracks_out(wearer_id, shown)), **cut._asdict())
    timezone = directory.timezone(wearer_id)
    points = [position_out(each, timezone) for each in shown]
    return PositionCollection(features=list(points), **cut._asdict())


def _span(query: PositionQuery, now: Instant) -> tuple[Instant, Instant]:
    until = now if query.until is None else query.until
    since = until - DAY if query.since is None else query.since
    if since > until:
        raise invalid([field_error("query.since", "is after until: swap them")])
    return since, until
