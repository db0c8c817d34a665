"""Who is, or was last seen, near a place: for whoever has to act on an incident there."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query

from api.directory import Directory
from api.openapi import refusals
from api.problems import ProblemError
from api.schemas.near import NearOut, NearQuery, SightingOut
from api.shell import AtHand
from engine.core.order import Role
from engine.live_positions import Sighting
from zones.instant import SECOND, Instant, seconds

router = APIRouter(prefix="/v1/positions", tags=["positions"])


@router.get(
    "/near",
    operation_id="list_near",
    summary="Who was last seen near a place",
    responses=refusals(),
)
def list_near(shell: AtHand, query: Annotated[NearQuery, Query()]) -> NearOut:
    """Return whose newest judged position is within the radius, nearest first.

    Protected persons are left out unless asked for. 503 in a process that judges nobody.
    """
    ask, now = shell.services.near, shell.now()
    if ask is None:
        words = "this process judges nobody: ask the engine's own"
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, words, headers={"Retry-After": "5"})
    found = ask(query.lat, query.lon, query.radius_m, now - seconds(query.max_age_s))
    with shell.read() as (_, directory):
        shown = [each for each in found if _may_show(each, directory, query)]
        items = [_out(each, directory, now) for each in shown[: query.limit]]
    return NearOut(items=items, more=len(shown) > query.limit)


def _may_show(sighting: Sighting, directory: Directory, query: NearQuery) -> bool:
    activation = directory.activations.get(sighting.position.activation_id)
    if activation is None:
        return False
    return activation.role is Role.WEARER or "protected_positions" in query.include


def _out(sighting: Sighting, directory: Directory, now: Instant) -> SightingOut:
    position = sighting.position
    activation = directory.activations[position.activation_id]
    wearer = activation.role is Role.WEARER
    return SightingOut(
        activation_id=position.activation_id,
        wearer_id=activation.wearer_id if wearer else None,
        protected_person_id=None if wearer else activation.wearer_id,
        distance_m=sighting.distance_m,
        lat=position.lat,
        lon=position.lon,
        accuracy_m=position.accuracy_m,
        fix_time=position.fix_time,
        age_s=(now - position.fix_time) / SECOND,
    )
