"""Every refusal is a problem document (RFC 9457): what is wrong, where, and how to put it right.

`type` is a name under `urn:ringfence:problem:`; programs decide by it and by `status`, people read
`detail`. A bad request lists each bad field in `errors`. Nothing internal is told.
"""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from engine.store.protocol import ConflictError, StoreUnavailableError

MEDIA_TYPE: Final = "application/problem+json"
TYPE_PREFIX: Final = "urn:ringfence:problem:"
UNKNOWN_FIELD: Final = "is not known: check its spelling, /openapi.json lists what there is"
_LONGEST_VALUE: Final = 200
_RETRY_AFTER_S: Final = 5

_KINDS: Final = {
    HTTPStatus.BAD_REQUEST: "bad-request",
    HTTPStatus.UNAUTHORIZED: "unauthorized",
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method-not-allowed",
    HTTPStatus.CONFLICT: "conflict",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "too-large",
    HTTPStatus.MISDIRECTED_REQUEST: "misdirected",
    HTTPStatus.UNPROCESSABLE_ENTITY: "invalid",
    HTTPStatus.TOO_MANY_REQUESTS: "too-many",
    HTTPStatus.INTERNAL_SERVER_ERROR: "internal",
    HTTPStatus.SERVICE_UNAVAILABLE: "unavailable",
}


class ProblemError(Exception):
    """A request that is refused; becomes a problem document."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        kind: str | None = None,
        errors: Sequence[Mapping[str, object]] = (),
        members: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Refuse with a status and words; `members` are further members of the document."""
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.kind = kind or _KINDS.get(status, "problem")
        self.errors = tuple(errors)
        self.members = dict(members or {})
        self.headers = dict(headers or {})

    def response(self) -> Response:
        """Return the problem document."""
        document: dict[str, object] = {
            "type": TYPE_PREFIX + self.kind,
            "title": self.status.phrase,
            "status": self.status.value,
            "detail": self.detail,
        }
        if self.errors:
            document["errors"] = list(self.errors)
        body = json.dumps(document | self.members, ensure_ascii=False, allow_nan=False)
        return Response(
            body.encode("utf-8", "replace"), self.status, self.headers, media_type=MEDIA_TYPE
        )


def field_error(field: str, message: str, value: object = None) -> dict[str, object]:
    """Return one entry of `errors`; a missing or unprintably long value is left out."""
    entry: dict[str, object] = {"field": field, "message": message}
    plain = isinstance(value, str | int | float | bool) and value == value  # noqa: PLR0124 - NaN
    if plain and len(str(value)) <= _LONGEST_VALUE and value not in (float("inf"), -float("inf")):
        entry["value"] = value
    return entry


def invalid(errors: Sequence[Mapping[str, object]]) -> ProblemError:
    """Return the refusal of a request whose fields are wrong."""
    number = len(errors)
    words = "1 field is wrong" if number == 1 else f"{number} fields are wrong"
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY, f"{words}: see errors, nothing was changed", errors=errors
    )


def not_found(what: str, name: object) -> ProblemError:
    """Return the refusal to find something."""
    return ProblemError(HTTPStatus.NOT_FOUND, f"there is no {what} {name!r}")


def install(app: FastAPI) -> None:
    """Answer every error of an application with a problem document."""
    app.add_exception_handler(ProblemError, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    app.add_exception_handler(HTTPException, _on_http)
    app.add_exception_handler(ConflictError, _on_conflict)
    app.add_exception_handler(StoreUnavailableError, _on_unavailable)
    app.add_exception_handler(Exception, _on_fault)


async def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)  # noqa: S101 - registered for this class
    return error.response()


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return invalid([_validation_error(each) for each in error.errors()]).response()


def _validation_error(error: Mapping[str, Any]) -> dict[str, object]:
    where = "".join(
        f"[{step}]" if isinstance(step, int) else f".{step}" for step in error["loc"]
    ).removeprefix(".")
    if error["type"] == "json_invalid":
        reason = error.get("ctx", {}).get("error", "")
        return field_error("body", f"is not JSON, at character {error['loc'][-1]}: {reason}")
    if error["type"] == "extra_forbidden":
        return field_error(where, UNKNOWN_FIELD, error.get("input"))
    message = str(error["msg"]).removeprefix("Value error, ")
    return field_error(where, message, None if error["type"] == "missing" else error.get("input"))


async def _on_http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    status = HTTPStatus(error.status_code)
    detail = _DETAILS.get(status, "{detail}").format(
        method=request.method, path=request.url.path, detail=error.detail
    )
    headers = dict(error.headers or {})
    if status is HTTPStatus.METHOD_NOT_ALLOWED:
        # The framework names the methods of one route only; others may stand at the same path.
        headers["Allow"] = request.app.state.methods(request.url.path)
    return ProblemError(status, detail, headers=headers).response()


_DETAILS: Final = {
    HTTPStatus.NOT_FOUND: "there is nothing at {path}: /openapi.json lists what there is",
    HTTPStatus.METHOD_NOT_ALLOWED: "{path} does not take {method}: the Allow header says what",
}


async def _on_conflict(request: Request, error: Exception) -> Response:
    return ProblemError(HTTPStatus.CONFLICT, str(error)).response()


async def _on_unavailable(request: Request, error: Exception) -> Response:
    headers = {"Retry-After": str(_RETRY_AFTER_S)}
    detail = "the store cannot be used right now, nothing was changed: /readyz says more"
    return ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers).response()


async def _on_fault(request: Request, error: Exception) -> Response:
    detail = "a fault of the server, not of the request; its log says what happened"
    return ProblemError(HTTPStatus.INTERNAL_SERVER_ERROR, detail).response()
