"""Messages that were put off: a row each, written once and deleted when it has been judged.

A payload is a zstd frame with a checksum; a topic is kept as bytes, for it may hold characters that
no text column takes.
"""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from typing import Final

import zstandard
from sqlalchemy import bindparam, delete, select

from engine.store.deferred_part import Deferred, DeferredMessage
from engine.store.sql.schema import deferred
from engine.store.sql.session import SqlSession, chunks
from zones.instant import Instant

_LEVEL: Final = 1
"""Of zstd: 11 µs for an upload of 6.9 kB, which becomes a tenth; less takes hardly less time."""

_ROW: Final = deferred.c


class SqlDeferred:
    """Messages that are stored and not judged yet."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def append(self, messages: Sequence[DeferredMessage]) -> None:
        """Store messages."""
        press = zstandard.ZstdCompressor(_LEVEL, write_checksum=True)
        rows = [
            (
                note.deferred_id,
                note.received_at,
                note.topic.encode("utf-8", "surrogatepass"),
                note.urgent,
                press.compress(payload),
            )
            for note, payload in messages
        ]
        self._session.insert(deferred, rows)

    def waiting(self) -> Iterator[Deferred]:
        """Yield what is put off in the order of arrival."""
        columns = (_ROW.deferred_id, _ROW.received_at, _ROW.topic, _ROW.urgent)
        rows = self._session.stream(select(*columns).order_by(_ROW.deferred_id))
        return (_note(*row) for row in rows)

    def get(self, deferred_ids: Collection[int]) -> Sequence[DeferredMessage]:
        """Return messages by id, in the order of arrival.

        Those that are not there are left out, and those whose payload is damaged.
        """
        opener = zstandard.ZstdDecompressor()
        found = []
        for part in chunks(sorted(deferred_ids)):
            query = select(deferred).where(_ROW.deferred_id.in_(part)).order_by(_ROW.deferred_id)
            for *note, body in self._session.rows(query):
                with suppress(zstandard.ZstdError):
                    found.append(DeferredMessage(_note(*note), opener.decompress(body)))
        return found

    def remove(self, deferred_ids: Collection[int]) -> None:
        """Delete messages."""
        gone = delete(deferred).where(_ROW.deferred_id == bindparam("gone"))
        self._session.change(gone, [{"gone": each} for each in deferred_ids])


def _note(deferred_id: int, received_at: Instant, topic: bytes, urgent: object) -> Deferred:
    return Deferred(deferred_id, received_at, topic.decode("utf-8", "surrogatepass"), bool(urgent))
