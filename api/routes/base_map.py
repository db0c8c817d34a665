"""The base map: which one is set, and its file. Of the disk nothing else is within reach."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse
from starlette.staticfiles import NotModifiedResponse

from api.base_map import FOLDER, MEDIA_TYPES
from api.openapi import refusals
from api.problems import ProblemError, not_found
from api.schemas.base_map import BaseMapOut
from api.shell import AtHand

router = APIRouter(tags=["operation"])


@router.get(
    "/v1/base-map",
    operation_id="get_base_map",
    summary="What maps are drawn on",
    responses=refusals(),
)
def get_base_map(shell: AtHand) -> BaseMapOut:
    """Return the base map that is set; `kind` is `none` where there is none."""
    base_map = shell.services.base_map
    facts = base_map.facts()
    bounds = base_map.bounds or facts.bounds
    return BaseMapOut(
        kind=base_map.kind,
        url=base_map.url,
        attribution=base_map.attribution,
        bounds=None if bounds is None else list(bounds),
        min_zoom=facts.min_zoom,
        max_zoom=facts.max_zoom,
        problem=facts.problem,
    )


@router.get(f"{FOLDER}/{{name}}", include_in_schema=False)
def get_base_map_file(shell: AtHand, request: Request, name: str) -> Response:
    """Return the base map's file, or a range of it."""
    base_map = shell.services.base_map
    if base_map.file is None or name != base_map.file_name:
        raise not_found("base map", name)
    try:
        stat = base_map.file.stat()
    except OSError:
        raise ProblemError(
            HTTPStatus.NOT_FOUND, "the file of the base map is not there: see /v1/base-map"
        ) from None
    answer = FileResponse(
        base_map.file,
        media_type=MEDIA_TYPES[name],
        stat_result=stat,
        # It says nothing of anyone, so it may be kept; whether it is still the same is asked.
        headers={"cache-control": "private, no-cache"},
    )
    if request.headers.get("if-none-match") == answer.headers["etag"]:
        return NotModifiedResponse(answer.headers)
    return answer
