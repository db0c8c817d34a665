"""Rejections: what was not taken, whole, with the reason."""

import base64
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.openapi import refusals
from api.pages import Paging
from api.schemas.operation import Encoding, RejectionOut, RejectionQuery
from api.schemas.page import Listing
from api.shell import AtHand
from engine.store.protocol import StoredRejection

router = APIRouter(prefix="/v1/rejections", tags=["telemetry"])


@router.get(
    "",
    operation_id="list_rejections",
    summary="What was not taken, newest first",
    responses=refusals(),
)
def list_rejections(
    shell: AtHand, request: Request, query: Annotated[RejectionQuery, Query()]
) -> Listing[RejectionOut]:
    """Return a page of the payloads, and parts of them, that were not taken.

    A payload of a device that a protected person carries is withheld: it may say where she is.
    """
    paging = Paging(request, query, int)
    with shell.read() as (transaction, directory):
        rows = transaction.rejections.list(paging.page)
    shown, cut = paging.cut(rows, lambda each: (each.rejection_id,))
    reveal = "protected_positions" in query.include
    hers = set() if reveal else directory.of_protected()
    items = [_out(each, withheld=_device(each) in hers) for each in shown]
    return Listing(items=items, **cut._asdict())


def _device(stored: StoredRejection) -> tuple[str, ...]:
    """Return vendor and device of the topic a payload came on, as far as it says them."""
    return tuple(stored.topic.split("/")[2:4])


def _out(stored: StoredRejection, *, withheld: bool) -> RejectionOut:
    encoding, payload = _text(stored.payload)
    if withheld:
        encoding, payload = "withheld", ""
    return RejectionOut(
        rejection_id=stored.rejection_id,
        received_at=stored.received_at,
        topic=stored.topic,
        reason=stored.reason,
        detail=stored.detail,
        field=stored.field,
        payload_bytes=len(stored.payload),
        encoding=encoding,
        payload=payload,
    )


def _text(payload: bytes) -> tuple[Encoding, str]:
    try:
        return "text", payload.decode()
    except UnicodeDecodeError:
        return "base64", base64.b64encode(payload).decode()
