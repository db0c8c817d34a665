"""Classes of wearers: the conditions of whoever an order puts in one, by version."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.openapi import refusals
from api.pages import Paging
from api.problems import not_found
from api.routes.parameters import ClassId
from api.schemas.group import WearerClassIn, WearerClassOut
from api.schemas.page import Listing, PageQuery
from api.shell import AtHand
from api.views.group import class_out, read_class

router = APIRouter(prefix="/v1/wearer-classes", tags=["orders"])


@router.put(
    "/{class_id}",
    operation_id="put_wearer_class",
    summary="Store a class of wearers, as its next version",
    responses=refusals(HTTPStatus.CONFLICT, body=True)
    | {201: {"model": WearerClassOut, "description": "Created."}},
)
def put_wearer_class(
    shell: AtHand, class_id: ClassId, body: WearerClassIn, response: Response
) -> WearerClassOut:
    """Store a class of wearers. 201 for the first version, 200 for a later one.

    What says the same as the newest version makes no new one. 409 if a zone or a group is not
    stored.
    """
    with shell.write() as (transaction, directory, saved):
        former = directory.classes.get(class_id, ())
        entry = read_class(class_id, body, former, shell.now())
        if entry not in former[-1:]:
            saved.append(entry := transaction.registry.save_class(entry))
    response.status_code = HTTPStatus.OK if former else HTTPStatus.CREATED
    return class_out(entry)


@router.get(
    "/{class_id}",
    operation_id="get_wearer_class",
    summary="One class of wearers",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_wearer_class(shell: AtHand, class_id: ClassId) -> WearerClassOut:
    """Return the newest version of a class of wearers."""
    return list_wearer_class_versions(shell, class_id)[-1]


@router.get(
    "/{class_id}/versions",
    operation_id="list_wearer_class_versions",
    summary="Every version of a class of wearers",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def list_wearer_class_versions(shell: AtHand, class_id: ClassId) -> list[WearerClassOut]:
    """Return every version of a class of wearers, oldest first."""
    with shell.read() as (_, directory):
        versions = directory.classes.get(class_id)
    if not versions:
        raise not_found("class of wearers", class_id)
    return [class_out(each) for each in versions]


@router.get(
    "",
    operation_id="list_wearer_classes",
    summary="Every class of wearers, by id",
    responses=refusals(),
)
def list_wearer_classes(
    shell: AtHand, request: Request, query: Annotated[PageQuery, Query()]
) -> Listing[WearerClassOut]:
    """Return a page of them, each in its newest version."""
    paging = Paging(request, query, str)
    with shell.read() as (_, directory):
        rows = [versions[-1] for _, versions in sorted(directory.classes.items())]
    shown, cut = paging.cut_sorted(rows, lambda each: (each.class_id,))
    return Listing(items=[class_out(each) for each in shown], **cut._asdict())
