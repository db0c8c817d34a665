"""Protected persons: stored whole, read by id or as a list. Where they are is not here."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from api.openapi import refusals
from api.pages import Paging
from api.problems import field_error, invalid, not_found
from api.routes.parameters import PersonId
from api.schemas.order import Plan
from api.schemas.page import Listing, PageQuery
from api.schemas.protected import ProtectedPersonIn, ProtectedPersonOut
from api.shell import AtHand
from engine.core.plan import SupervisionPlan
from engine.core.registry import ProtectedPerson
from zones.wallclock import timezone

router = APIRouter(prefix="/v1/protected-persons", tags=["protected persons"])


@router.put(
    "/{person_id}",
    operation_id="put_protected_person",
    summary="Create or replace a protected person",
    responses=refusals(body=True) | {201: {"model": ProtectedPersonOut, "description": "Created."}},
)
def put_protected_person(
    shell: AtHand, person_id: PersonId, body: ProtectedPersonIn, response: Response
) -> ProtectedPersonOut:
    """Store whom proximity conditions protect. 201 if there was nobody with this id, else 200."""
    try:
        timezone(body.timezone)
    except ValueError as error:
        fix = str(error).removeprefix("timezone: ")
        raise invalid([field_error("body.timezone", fix, body.timezone)]) from None
    person = ProtectedPerson(
        person_id=person_id,
        name=body.name,
        timezone=body.timezone,
        agency=body.agency,
        plan=SupervisionPlan(body.plan.interval_s, body.plan.buffer_s),
    )
    with shell.write() as (transaction, directory, saved):
        former = directory.protected.get(person_id)
        if person != former:
            transaction.registry.save_protected_person(person)
            saved.append(person)
    response.status_code = HTTPStatus.CREATED if former is None else HTTPStatus.OK
    return _out(person)


@router.get(
    "/{person_id}",
    operation_id="get_protected_person",
    summary="One protected person",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_protected_person(shell: AtHand, person_id: PersonId) -> ProtectedPersonOut:
    """Return a protected person."""
    with shell.read() as (_, directory):
        person = directory.protected.get(person_id)
    if person is None:
        raise not_found("protected person", person_id)
    return _out(person)


@router.get(
    "",
    operation_id="list_protected_persons",
    summary="All protected persons, by id",
    responses=refusals(),
)
def list_protected_persons(
    shell: AtHand, request: Request, query: Annotated[PageQuery, Query()]
) -> Listing[ProtectedPersonOut]:
    """Return a page of the protected persons."""
    paging = Paging(request, query, str)
    with shell.read() as (_, directory):
        rows = sorted(directory.protected.values(), key=lambda each: each.person_id)
    shown, cut = paging.cut_sorted(rows, lambda each: (each.person_id,))
    return Listing(items=[_out(each) for each in shown], **cut._asdict())


def _out(person: ProtectedPerson) -> ProtectedPersonOut:
    return ProtectedPersonOut(
        person_id=person.person_id,
        name=person.name,
        timezone=person.timezone,
        agency=person.agency,
        plan=Plan(interval_s=person.plan.interval_s, buffer_s=person.plan.buffer_s),
    )
