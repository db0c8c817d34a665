"""The live feed of alert changes, as server-sent events."""

from collections.abc import AsyncIterator
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Header, Query
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.openapi import refusals
from api.schemas.alert import StreamQuery
from api.shell import AtHand
from api.stream import Batch

router = APIRouter(prefix="/v1/alerts", tags=["alerts"])

_EXAMPLE: Final = (
    'retry: 2000\\nevent: snapshot\\nid: 976\\ndata: {"change_id": 976, "alerts": []}\\n\\n'
    'event: acknowledged\\nid: 977\\ndata: {"change": {…}, "alert": {…}}\\n\\n'
)


async def first_batch(
    shell: AtHand,
    query: Annotated[StreamQuery, Query()],
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            description="Id of the last event the client has; browsers send it by themselves.",
        ),
    ] = None,
) -> Batch:
    """Return the first events, read before the response begins so that a refusal can be told."""
    stood_at = last_event_id or (None if query.after is None else str(query.after))
    return await shell.feed.begin(stood_at)


@router.get(
    "/stream",
    operation_id="stream_alerts",
    summary="Alert changes as they happen",
    response_class=EventSourceResponse,
    responses=refusals()
    | {
        200: {
            "description": "Server-sent events. `snapshot` (StreamSnapshot) comes first, unless "
            "the client says where it stood; then each change as an event named like its action, "
            "with the change id as its id and StreamChange as data. `reset` (StreamReset) says "
            "that the place is not known or too long ago, and a snapshot follows. `alive` "
            "(StreamAlive) comes after 5 s in which nothing happened.",
            "content": {"text/event-stream": {"example": _EXAMPLE}},
        }
    },
)
async def stream_alerts(
    shell: AtHand, first: Annotated[Batch, Depends(first_batch)]
) -> AsyncIterator[ServerSentEvent]:
    """Stream every change of every alert, without gap or duplicate across reconnections."""
    async for event in shell.feed.follow(first):
        yield event
