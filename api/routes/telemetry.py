"""Telemetry over HTTP: the same JSON as over MQTT, with the vendor's credentials.

202 means stored: it is sent after the commit, as an MQTT acknowledgement is. What cannot be used is
stored as a rejection, so nothing that was taken with 202 is lost.
"""

import asyncio
import hmac
from collections.abc import Mapping
from hashlib import sha256
from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi.security import HTTPBasic, HTTPBasicCredentials

from api.openapi import refusals
from api.problems import ProblemError, field_error, invalid
from api.schemas.operation import TelemetryTaken
from api.services import BusyError, StoppedError
from api.shell import AtHand, Shell
from api.telemetry import split

router = APIRouter(prefix="/v1/telemetry", tags=["telemetry"])

_RETRY_AFTER: Final = {"Retry-After": "5"}
_CHALLENGE: Final = {"WWW-Authenticate": 'Basic realm="telemetry"'}
_basic = HTTPBasic(auto_error=False, description="Vendor and its password.")
_MESSAGE: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["device"],
    "properties": {
        "device": {"type": "string", "description": "The vendor's id of the device."},
        "seq": {"type": "integer", "minimum": 0},
        "positions": {"type": "array", "items": {"type": "object"}},
        "events": {"type": "array", "items": {"type": "object"}},
    },
}
_BODY: Final = {
    "required": True,
    "description": "One message of wire contract v1, or an array of them, of one device or many.",
    "content": {
        "application/json": {
            "schema": {"anyOf": [_MESSAGE, {"type": "array", "items": _MESSAGE}]},
            "example": {
                "device": "A-1001",
                "seq": 1201,
                "positions": [
                    {
                        "time": "2026-03-01T21:15:00Z",
                        "lat": 52.52,
                        "lon": 13.405,
                        "accuracy_m": 8.5,
                    }
                ],
            },
        }
    },
}


def vendor_of(
    shell: AtHand, credentials: Annotated[HTTPBasicCredentials | None, Depends(_basic)]
) -> str:
    """Return the vendor whose credentials these are.

    Raises:
        ProblemError: there is no such vendor, or the password is another.
    """
    passwords = shell.services.vendor_passwords
    if credentials is None or not _is_right(credentials, passwords):
        words = "vendor and password are not those of a vendor: send them as HTTP Basic"
        raise ProblemError(HTTPStatus.UNAUTHORIZED, words, headers=_CHALLENGE)
    return credentials.username


def _is_right(credentials: HTTPBasicCredentials, passwords: Mapping[str, str]) -> bool:
    """Compare in a time that tells nothing of the password, nor whether the vendor exists."""
    known = passwords.get(credentials.username)
    given = sha256(credentials.password.encode()).digest()
    right = hmac.compare_digest(given, sha256((known or "").encode()).digest())
    return right and bool(known)


@router.post(
    "",
    operation_id="post_telemetry",
    summary="Store telemetry",
    status_code=HTTPStatus.ACCEPTED,
    responses=refusals(HTTPStatus.UNAUTHORIZED, body=True),
    openapi_extra={"requestBody": _BODY},
)
async def post_telemetry(
    shell: AtHand, request: Request, vendor: Annotated[str, Depends(vendor_of)]
) -> TelemetryTaken:
    """Take one message or an array of up to 1,000. 202 once they are committed.

    What cannot be used is kept as a rejection with a reason (`/v1/rejections`). 503 while the
    engine is busy: nothing is lost by sending all of it again, duplicates change nothing.
    """
    body = await request.body()
    if not body:
        raise invalid([field_error("body", "is empty: send one message, or an array of them")])
    parts = split(vendor, body)
    await _submit_all(shell, [(each.topic, each.payload) for each in parts])
    return TelemetryTaken(messages=sum(each.messages for each in parts), devices=len(parts))


async def _submit_all(shell: Shell, deliveries: list[tuple[str, bytes]]) -> None:
    submit = shell.services.submit
    if submit is None:
        words = "this process takes no telemetry: send it to the engine's own"
        raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, words, headers=_RETRY_AFTER)
    handed = (submit(topic, payload) for topic, payload in deliveries)
    results = await asyncio.gather(*handed, return_exceptions=True)
    for error in filter(None, results):
        if isinstance(error, BusyError | StoppedError):
            words = "the engine is busy: send all of it again, duplicates change nothing"
            raise ProblemError(HTTPStatus.SERVICE_UNAVAILABLE, words, headers=_RETRY_AFTER)
        raise error
