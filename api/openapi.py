"""The OpenAPI document: what is common to all operations is stated here, once."""

from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from api.problems import MEDIA_TYPE
from api.schemas.alert import StreamAlive, StreamChange, StreamReset, StreamSnapshot
from api.schemas.problem import Problem

_PROBLEM: Final = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}

_WORDS: Final = {
    HTTPStatus.BAD_REQUEST: "The body cannot be read.",
    HTTPStatus.UNAUTHORIZED: "No vendor, or a wrong password.",
    HTTPStatus.NOT_FOUND: "There is no such thing.",
    HTTPStatus.CONFLICT: "It contradicts what is stored; `detail` says what and how to go on.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "The body is larger than 1 MiB.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Fields are wrong; `errors` says which, and nothing was done.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too many of these at once; Retry-After says when to try again.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Not right now; Retry-After says when to try again.",
}

_REFERENCE: Final = "#/components/schemas/{model}"
_UNREFERRED: Final[tuple[type[BaseModel], ...]] = (
    Problem,
    StreamSnapshot,
    StreamChange,
    StreamAlive,
    StreamReset,
)
"""What no operation returns as its body, but errors and the live feed consist of."""

TAGS: Final = [
    {"name": "alerts", "description": "What people handle: the queue, the proof, the actions."},
    {"name": "proof", "description": "That an alert follows from what was received."},
    {"name": "episodes", "description": "Intervals in which a condition was broken."},
    {"name": "positions", "description": "Where a wearer was, as GeoJSON."},
    {"name": "wearers", "description": "The supervised persons."},
    {"name": "protected persons", "description": "Whom proximity conditions protect."},
    {"name": "devices", "description": "The ankle monitors."},
    {"name": "activations", "description": "Which device is on which person, from-until."},
    {"name": "orders", "description": "The legal instruments and their conditions."},
    {"name": "zones", "description": "Places and their versions, as GeoJSON."},
    {"name": "dry runs", "description": "What a change would have meant, before it is made."},
    {"name": "schedules", "description": "When conditions are in force."},
    {"name": "telemetry", "description": "What devices say, and what of it was not taken."},
    {"name": "operation", "description": "How the engine is."},
]

_DESCRIPTION: Final = """
The open engine for electronic monitoring. Times are RFC 3339; responses are in UTC, with the
wearer's local time beside it where people read it. Ids that the engine gives are JSON integers
below 2^53. Lists come in pages: follow `next`. Errors are problem documents (RFC 9457). Unknown
fields and parameters are refused, so that a misspelt filter never shows everything.
"""


def refusals(*statuses: HTTPStatus, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """Return the documented refusals of an operation: those given, and those all have in common."""
    common = [HTTPStatus.UNPROCESSABLE_ENTITY, HTTPStatus.SERVICE_UNAVAILABLE]
    if body:
        common += [HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE]
    return {
        int(status): {"description": _WORDS[status], "content": _PROBLEM}
        for status in sorted({*statuses, *common})
    }


def install(app: FastAPI) -> None:
    """Make the application's OpenAPI document say what is common to all operations."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=_DESCRIPTION.strip(),
        routes=app.routes,
        tags=TAGS,
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
    )
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for model in _UNREFERRED:
        schema = model.model_json_schema(mode="serialization", ref_template=_REFERENCE)
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document
