"""Activations: a device goes onto a person, and comes off with a reason."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.directory import Directory
from api.openapi import refusals
from api.pages import Paging
from api.problems import field_error, invalid, not_found
from api.routes.parameters import ActivationId
from api.schemas.page import Listing
from api.schemas.registry import (
    ActivationEndIn,
    ActivationIn,
    ActivationOut,
    ActivationQuery,
    PlanSince,
)
from api.shell import AtHand
from api.views.order import plan_out
from engine.core.compile import plan_history
from engine.core.order import Activation, Role
from engine.core.plan import PlanHistory
from zones.interval import BEGINNING

router = APIRouter(prefix="/v1/activations", tags=["activations"])


@router.post(
    "",
    operation_id="add_activation",
    summary="Put a device on a wearer, or give it to a protected person",
    status_code=HTTPStatus.CREATED,
    responses=refusals(HTTPStatus.CONFLICT, body=True),
)
def add_activation(shell: AtHand, body: ActivationIn) -> ActivationOut:
    """Begin an activation. 409 if somebody has the device then, or either is not stored."""
    started_at = shell.now() if body.started_at is None else body.started_at
    if (body.wearer_id is None) == (body.protected_person_id is None):
        fix = "give wearer_id or protected_person_id, one of the two"
        raise invalid([field_error("body.wearer_id", fix, body.wearer_id)])
    activation = Activation(
        activation_id=0,
        wearer_id=body.wearer_id or body.protected_person_id or "",
        vendor=body.vendor,
        device_id=body.device_id,
        started_at=started_at,
        role=Role.WEARER if body.protected_person_id is None else Role.PROTECTED,
    )
    with shell.write() as (transaction, directory, saved):
        saved.append(activation := transaction.registry.add_activation(activation))
    return _out(activation, directory)


@router.post(
    "/{activation_id}/end",
    operation_id="end_activation",
    summary="Take the device off",
    responses=refusals(HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, body=True),
)
def end_activation(
    shell: AtHand, activation_id: ActivationId, body: ActivationEndIn
) -> ActivationOut:
    """End an activation, with the reason. 409 if it has ended or not begun."""
    ended_at = shell.now() if body.ended_at is None else body.ended_at
    with shell.write() as (transaction, directory, saved):
        if activation_id not in directory.activations:
            raise not_found("activation", activation_id)
        activation = transaction.registry.end_activation(activation_id, ended_at, body.reason)
        saved.append(activation)
    return _out(activation, directory)


@router.get(
    "/{activation_id}",
    operation_id="get_activation",
    summary="One activation",
    responses=refusals(HTTPStatus.NOT_FOUND),
)
def get_activation(shell: AtHand, activation_id: ActivationId) -> ActivationOut:
    """Return an activation."""
    with shell.read() as (_, directory):
        activation = directory.activations.get(activation_id)
    if activation is None:
        raise not_found("activation", activation_id)
    return _out(activation, directory)


@router.get(
    "",
    operation_id="list_activations",
    summary="Activations, oldest first",
    responses=refusals(),
)
def list_activations(
    shell: AtHand, request: Request, query: Annotated[ActivationQuery, Query()]
) -> Listing[ActivationOut]:
    """Return a page of the activations that fit all filters."""
    paging = Paging(request, query, int)
    with shell.read() as (_, directory):
        rows = sorted(
            (each for each in directory.activations.values() if _fits(each, query)), key=_key
        )
    shown, cut = paging.cut_sorted(rows, _key)
    return Listing(items=[_out(each, directory) for each in shown], **cut._asdict())


def _key(activation: Activation) -> tuple[int]:
    return (activation.activation_id,)


def _fits(activation: Activation, query: ActivationQuery) -> bool:
    worn_by, carried_by = _persons(activation)
    return (
        query.wearer_id in (None, worn_by)
        and query.protected_person_id in (None, carried_by)
        and query.vendor in (None, activation.vendor)
        and query.device_id in (None, activation.device_id)
        and query.active in (None, activation.ended_at is None)
    )


def _persons(activation: Activation) -> tuple[str | None, str | None]:
    """Return the wearer, or the protected person, whose activation it is."""
    wearer = activation.role is Role.WEARER
    return (activation.wearer_id, None) if wearer else (None, activation.wearer_id)


def _plans(activation: Activation, directory: Directory) -> PlanHistory:
    wearer_id, person_id = _persons(activation)
    if wearer_id is not None:
        return plan_history(directory.orders_of.get(wearer_id, ()), activation)
    person = directory.protected.get(person_id or "")
    return PlanHistory() if person is None else PlanHistory(plans=(person.plan,))


def _out(activation: Activation, directory: Directory) -> ActivationOut:
    history = _plans(activation, directory)
    wearer_id, protected_person_id = _persons(activation)
    return ActivationOut(
        activation_id=activation.activation_id,
        wearer_id=wearer_id,
        protected_person_id=protected_person_id,
        vendor=activation.vendor,
        device_id=activation.device_id,
        started_at=activation.started_at,
        ended_at=activation.ended_at,
        plans=[
            PlanSince(**dict(plan_out(plan)), since=None if since == BEGINNING else since)
            for since, plan in zip(history.since, history.plans, strict=True)
        ],
    )
