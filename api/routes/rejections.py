"""Rejections: what was not taken, whole, with the reason."""

import base64
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request

from api.openapi import refusals
from api.pages import Paging
from api.schemas.operation import RejectionOut
from api.schemas.page import Listing, PageQuery
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
    shell: AtHand, request: Request, query: Annotated[PageQuery, Query()]
) -> Listing[RejectionOut]:
    """Return a page of the payloads, and parts of them, that were not taken."""
    paging = Paging(request, query, int)
    with shell.read() as (transaction, _):
        rows = transaction.rejections.list(paging.page)
    shown, cut = paging.cut(rows, lambda each: (each.rejection_id,))
    return Listing(items=[_out(each) for each in shown], **cut._asdict())


def _out(stored: StoredRejection) -> RejectionOut:
    encoding, payload = _text(stored.payload)
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


def _text(payload: bytes) -> tuple[Literal["text", "base64"], str]:
    try:
        return "text", payload.decode()
    except UnicodeDecodeError:
        return "base64", base64.b64encode(payload).decode()
