"""The floor: how the engine is and what lies open, for a wall view and every banner."""

from fastapi import APIRouter

from api.openapi import refusals
from api.schemas.floor import FloorOut
from api.shell import AtHand

router = APIRouter(tags=["operation"])


@router.get(
    "/v1/floor",
    operation_id="get_floor",
    summary="How the engine is, and what lies open",
    responses=refusals(),
)
def get_floor(shell: AtHand) -> FloorOut:
    """Return it, no older than a second; also while the store cannot be read."""
    return shell.floor.at(shell.services)
