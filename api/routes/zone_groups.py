"""Groups of zones: a named set, each change as the next version."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.openapi import refusals
from api.pages import Paging
from api.problems import not_found
from api.routes.parameters import GroupId
from api.schemas.group import ZoneGroupIn, ZoneGroupOut
from api.schemas.page import Listing, PageQuery
from api.shell import AtHand
from api.views.group import group_out, read_group

router = APIRouter(prefix="/v1/zone-groups", tags=["zones"])


@router.put(
    "/{group_id}",
    operation_id="put_zone_group",
    summary="Store a group of zones, as its next version",
    responses=refusals(HTTPStatus.CONFLICT, body=True)
    | {201: {"model": ZoneGroupOut, "description": "Created."}},
)
def put_zone_group(
    shell: AtHand, group_id: GroupId, body: ZoneGroupIn, response: Response
) -> ZoneGroupOut:
    """Store a group of zones. 201 for the first version, 200 for a later one.

    What says the same as the newest version makes no new one. 409 if a zone is not stored.
    """
    with shell.write() as (transaction, directory, saved):
        former = directory.groups.get(group_id, ())
        entry = read_group(group_id, body, former, shell.now())
        if entry not in former[-1:]:
            saved.append(entry := transaction.registry.save_group(entry))
    response.status_code = HTTPStatus.OK if former else HTTPStatus.CREATED
    return group_out(entry)


@router.get(
    "/{group_id}",
    operation_id="get_zone_group",
    summary="One group of zones",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_zone_group(shell: AtHand, group_id: GroupId) -> ZoneGroupOut:
    """Return the newest version of a group of zones."""
    return list_zone_group_versions(shell, group_id)[-1]


@router.get(
    "/{group_id}/versions",
    operation_id="list_zone_group_versions",
    summary="Every version of a group of zones",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def list_zone_group_versions(shell: AtHand, group_id: GroupId) -> list[ZoneGroupOut]:
    """Return every version of a group of zones, oldest first."""
    with shell.read() as (_, directory):
        versions = directory.groups.get(group_id)
    if not versions:
        raise not_found("group of zones", group_id)
    return [group_out(each) for each in versions]


@router.get(
    "",
    operation_id="list_zone_groups",
    summary="Every group of zones, by id",
    responses=refusals(),
)
def list_zone_groups(
    shell: AtHand, request: Request, query: Annotated[PageQuery, Query()]
) -> Listing[ZoneGroupOut]:
    """Return a page of them, each in its newest version."""
    paging = Paging(request, query, str)
    with shell.read() as (_, directory):
        rows = [versions[-1] for _, versions in sorted(directory.groups.items())]
    shown, cut = paging.cut_sorted(rows, lambda each: (each.group_id,))
    return Listing(items=[group_out(each) for each in shown], **cut._asdict())
