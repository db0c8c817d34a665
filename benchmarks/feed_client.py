"""A client of the live feed as a browser is one: takes events as they come, counts its bytes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec


class Event(msgspec.Struct, frozen=True):
    """One server-sent event, its data undecoded."""

    name: str
    id: int
    """Of the change; 0 if it has none."""
    data: str


class Listening:
    """An open stream."""

    def __init__(self, response: httpx.Response) -> None:
        self._response = response

    @property
    def bytes_received(self) -> int:
        """Bytes that came over the wire, compressed or not."""
        return self._response.num_bytes_downloaded

    async def events(self) -> AsyncIterator[Event]:
        """Yield the events; comments are left out."""
        fields: dict[str, str] = {}
        async for line in self._response.aiter_lines():
            if line:
                name, _, value = line.partition(":")
                fields[name] = value.removeprefix(" ")
            else:
                if "event" in fields:
                    yield Event(fields["event"], int(fields.get("id", "0")), fields["data"])
                fields = {}


@asynccontextmanager
async def listening(url: str, *, compressed: bool = True) -> AsyncIterator[Listening]:
    """Open the feed of the API at a URL, as of now."""
    headers = {"Accept-Encoding": "gzip" if compressed else "identity"}
    timeout = httpx.Timeout(60)
    async with (
        httpx.AsyncClient(base_url=url, timeout=timeout) as client,
        client.stream("GET", "/v1/alerts/stream", headers=headers) as response,
    ):
        response.raise_for_status()
        yield Listening(response)
