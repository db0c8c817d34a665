"""Device events; the same report delivered twice is stored once."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from engine.core.device_event import DeviceEvent, EventState
from engine.store.sql.backend import Conflict
from engine.store.sql.plain_text import plain_text
from engine.store.sql.schema import device_events
from engine.store.sql.session import AnyRow, SqlSession, chunks
from zones.instant import Instant

_ROW = device_events.c


class SqlEvents:
    """Device events."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def insert(self, events: Sequence[DeviceEvent]) -> None:
        """Store events; one stored already (same activation and digest) changes nothing."""
        rows = (
            (
                event.activation_id,
                event.digest,
                event.time,
                event.received_at,
                plain_text(event.type),
                event.state.value,
                event.beacon_id,
                event.seq,
                event.battery_pct,
                event.charging,
            )
            for event in events
        )
        self._session.insert(device_events, rows, Conflict.IGNORE)

    def known(self, activation_id: int, digests: Collection[bytes]) -> set[bytes]:
        """Return those of the digests that are stored already."""
        return {
            row.digest
            for part in chunks(digests)
            for row in self._session.rows(
                select(_ROW.digest).where(
                    _ROW.activation_id == activation_id, _ROW.digest.in_(part)
                )
            )
        }

    def among(self, activation_ids: Collection[int]) -> set[int]:
        """Return those of the activations of which any event is stored."""
        column = _ROW.activation_id
        return {
            row[0]
            for part in chunks(activation_ids)
            for row in self._session.rows(select(column).where(column.in_(part)).distinct())
        }

    def since(self, activation_id: int, instant: Instant) -> Sequence[DeviceEvent]:
        """Return the events with time >= instant, ordered by (time, digest)."""
        query = select(device_events).where(
            _ROW.activation_id == activation_id, _ROW.time >= instant
        )
        return [_event(row) for row in self._session.rows(query.order_by(_ROW.time, _ROW.digest))]


def _event(row: AnyRow) -> DeviceEvent:
    return DeviceEvent(
        activation_id=row.activation_id,
        time=row.time,
        received_at=row.received_at,
        type=row.type,
        state=EventState(row.state),
        digest=row.digest,
        beacon_id=row.beacon_id,
        seq=row.seq,
        battery_pct=row.battery_pct,
        charging=row.charging,
    )
