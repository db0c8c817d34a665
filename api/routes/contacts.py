"""Contacts: how wearers, officers, protected persons and agencies are reached, and call sheets."""

from http import HTTPStatus

from fastapi import APIRouter, Response

from api.directory import Directory
from api.openapi import refusals
from api.problems import not_found
from api.routes.parameters import AlertId, ByOperator, ContactId, Role
from api.schemas.contact import CallOut, CallSheet, ContactIn, ContactOut
from api.schemas.protected import Include
from api.shell import AtHand
from api.views.contact import contact_out, read_contact
from api.views.orders_in_force import orders_at
from engine.core.alert import Alert
from engine.core.call_sheet import Call, call_sheet
from engine.core.contact import Contact, ContactRole
from engine.core.desk import actor
from engine.core.subject import person_of
from zones.instant import Instant

router = APIRouter(prefix="/v1", tags=["contacts"])


@router.put(
    "/contacts/{role}/{contact_id:path}",
    operation_id="put_contact",
    summary="Create or replace a contact",
    responses=refusals(HTTPStatus.NOT_FOUND, body=True)
    | {201: {"model": ContactOut, "description": "Created."}},
)
def put_contact(
    shell: AtHand,
    role: Role,
    contact_id: ContactId,
    body: ContactIn,
    response: Response,
    operator: ByOperator = None,
    include: Include = (),
) -> ContactOut:
    """Store how somebody is reached. 201 if there was no such contact, else 200.

    404 if there is no such wearer or protected person; officers and agencies are any name.
    """
    contact = read_contact(role, contact_id, body, shell.now(), actor(operator))
    with shell.write() as (transaction, directory, _):
        _check_known(role, contact_id, directory)
        former = transaction.contacts.get([(role, contact_id)])
        transaction.contacts.save(contact)
    response.status_code = HTTPStatus.OK if former else HTTPStatus.CREATED
    return contact_out(contact, reveal="protected_positions" in include)


@router.get(
    "/contacts/{role}/{contact_id:path}",
    operation_id="get_contact",
    summary="One contact",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_contact(
    shell: AtHand, role: Role, contact_id: ContactId, include: Include = ()
) -> ContactOut:
    """Return how somebody is reached; a protected person only if asked to include that."""
    with shell.read() as (transaction, _):
        found = transaction.contacts.get([(role, contact_id)])
    if not found:
        raise not_found(f"contact of the {role.replace('_', ' ')}", contact_id)
    return contact_out(found[role, contact_id], reveal="protected_positions" in include)


@router.get(
    "/alerts/{alert_id}/call-sheet",
    operation_id="get_call_sheet",
    summary="Whom to call about an alert",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_call_sheet(shell: AtHand, alert_id: AlertId, include: Include = ()) -> CallSheet:
    """Return whom to call, in which order; a protected person only if asked to include that."""
    with shell.read() as (transaction, directory):
        alert = transaction.alerts.get(alert_id)
        if alert is None:
            raise not_found("alert", alert_id)
        calls = _calls(alert, shell.now(), directory)
        contacts = transaction.contacts.get(calls)
    reveal = "protected_positions" in include
    return CallSheet(
        alert_id=alert_id,
        calls=[_call_out(each, contacts.get(each), directory, reveal=reveal) for each in calls],
    )


def _check_known(role: ContactRole, contact_id: str, directory: Directory) -> None:
    if role is ContactRole.WEARER and contact_id not in directory.wearers:
        raise not_found("wearer", contact_id)
    if role is ContactRole.PROTECTED_PERSON and contact_id not in directory.protected:
        raise not_found("protected person", contact_id)


def _calls(alert: Alert, now: Instant, directory: Directory) -> list[Call]:
    person = directory.protected.get(person_of(alert.subject) or "")
    orders = orders_at(alert.wearer_id, now, directory)
    return call_sheet(alert, orders, "" if person is None else person.agency)


def _call_out(
    call: Call, contact: Contact | None, directory: Directory, *, reveal: bool
) -> CallOut:
    shown = None if contact is None else contact_out(contact, reveal=reveal)
    return CallOut(
        role=call.role,
        contact_id=call.contact_id,
        name=(shown.name if shown else "") or _registered(call, directory, reveal=reveal),
        contact=shown,
    )


def _registered(call: Call, directory: Directory, *, reveal: bool) -> str:
    match call.role:
        case ContactRole.WEARER:
            wearer = directory.wearers.get(call.contact_id)
            return "" if wearer is None else wearer.name
        case ContactRole.PROTECTED_PERSON:
            person = directory.protected.get(call.contact_id)
            return person.name if reveal and person is not None else ""
    return call.contact_id
