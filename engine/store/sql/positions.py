"""Positions, kept in the order in which they are judged: (fix_time, seq, digest) per activation."""

from collections.abc import Collection, Mapping, Sequence
from heapq import merge
from itertools import islice
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, bindparam, func, literal_column, select, update

from engine.core.canary import CANARY
from engine.core.position import Mechanism, Position, PositionKey, Quarantine
from engine.core.position_columns import PositionColumns
from engine.store.protocol import Page, StoredPosition
from engine.store.sql.keyset import Sorting, paged
from engine.store.sql.schema import activations, positions
from engine.store.sql.session import AnyRow, AnySelect, SqlSession, chunks
from zones.instant import Instant
from zones.interval import END

_ROW: Final = positions.c
_KEY: Final = (_ROW.fix_time, _ROW.seq, _ROW.digest)
_MECHANISMS: Final = {each.value: each for each in Mechanism}
_QUARANTINES: Final[dict[str | None, Quarantine | None]] = {
    None: None,
    **{each.value: each for each in Quarantine},
}


class SqlPositions:
    """Positions, judged and quarantined."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def append(
        self,
        columns: PositionColumns,
        first_position_id: int,
        block_id: int,
        message_index: NDArray[np.int64],
    ) -> None:
        """Store the new positions of one batch, which get ids from `first_position_id` on."""
        rows = (
            StoredPosition(
                position_id=first_position_id + index,
                block_id=block_id,
                message_index=int(message_index[index]),
                position=columns.position(index),
            )
            for index in range(len(columns))
        )
        self._session.insert(positions, map(_values, rows))

    def known(self, keys: Mapping[int, Collection[PositionKey]]) -> set[tuple[int, PositionKey]]:
        """Return those of the keys, by activation, that are stored already."""
        return {
            (activation_id, key)
            for activation_id, some in keys.items()
            for key in self._known(activation_id, some)
        }

    def _known(self, activation_id: int, keys: Collection[PositionKey]) -> set[PositionKey]:
        found: set[PositionKey] = set()
        for times in chunks({key.fix_time for key in keys}):
            query = select(*_KEY).where(
                _ROW.activation_id == activation_id, _ROW.fix_time.in_(times)
            )
            found.update(map(PositionKey._make, self._session.rows(query)))
        return found.intersection(keys)

    def newest_keys(self) -> Mapping[int, PositionKey]:
        """Return each activation's greatest stored key, quarantined positions included."""
        return {row[0]: PositionKey._make(row[1:]) for row in self._session.rows(_newest_keys())}

    def since(
        self, activation_id: int, instant: Instant, until: Instant = END
    ) -> Sequence[Position]:
        """Return those with instant <= fix_time < until, in key order, quarantined included.

        `END` leaves nothing out.
        """
        query = select(positions).where(
            _ROW.activation_id == activation_id, _ROW.fix_time >= instant
        )
        if until < END:
            query = query.where(_ROW.fix_time < until)
        return [_stored(row).position for row in self._session.rows(query.order_by(*_KEY))]

    def newest(self, activation_id: int) -> Position | None:
        """Return the newest judged position; None if there is none."""
        return self._newest(_ROW.activation_id == activation_id, _ROW.quarantine.is_(None))

    def newest_vitals(self, activation_id: int, since: Instant) -> Position | None:
        """Return the newest position since an instant whose message stated the battery."""
        return self._newest(
            _ROW.activation_id == activation_id,
            _ROW.fix_time >= since,
            _ROW.battery_pct.is_not(None),
        )

    def _newest(self, *conditions: ColumnElement[bool]) -> Position | None:
        query = select(positions).where(*conditions)
        row = self._session.first(query.order_by(*(each.desc() for each in _KEY)).limit(1))
        return None if row is None else _stored(row).position

    def set_quarantine(
        self, activation_id: int, verdicts: Mapping[PositionKey, Quarantine | None]
    ) -> None:
        """Store verdicts that evidence which came later has changed."""
        statement = update(positions).where(
            _ROW.activation_id == activation_id,
            _ROW.fix_time == bindparam("at"),
            _ROW.seq == bindparam("number"),
            _ROW.digest == bindparam("content"),
        )
        rows = [
            {"at": key.fix_time, "number": key.seq, "content": key.digest, "quarantine": verdict}
            for key, verdict in verdicts.items()
        ]
        self._session.change(statement.values(quarantine=bindparam("quarantine")), rows)

    def track(
        self, wearer_id: str, since: Instant, until: Instant, page: Page
    ) -> Sequence[StoredPosition]:
        """Return a wearer's positions with since <= fix_time < until, oldest first.

        The page's cursor is (fix_time, position_id).
        """
        worn = select(activations.c.activation_id).where(activations.c.wearer_id == wearer_id)
        # One short index scan per activation, merged, instead of one sort over all of them.
        parts = [
            self._session.rows(_part_of_track(activation_id, since, until, page))
            for (activation_id,) in self._session.rows(worn)
        ]
        merged = merge(*parts, key=lambda row: (row.fix_time, row.position_id))
        return [_stored(row) for row in islice(merged, page.limit)]

    def count(self) -> int:
        """Return how many positions are stored, the canary's not."""
        every = select(func.count()).select_from(positions)
        own = select(activations.c.activation_id).where(activations.c.vendor == CANARY)
        of_canary = every.where(_ROW.activation_id.in_(own))
        return self._session.number(every) - self._session.number(of_canary)


def _part_of_track(activation_id: int, since: Instant, until: Instant, page: Page) -> AnySelect:
    query = select(positions).where(
        _ROW.activation_id == activation_id, _ROW.fix_time >= since, _ROW.fix_time < until
    )
    return paged(query, (Sorting(_ROW.fix_time), Sorting(_ROW.position_id)), page)


def _newest_keys() -> AnySelect:
    """Jump through the index from activation to activation; a GROUP BY would read every row."""
    low = select(func.min(_ROW.activation_id).label("id")).cte("seen", recursive=True)
    following = (
        select(func.min(_ROW.activation_id)).where(_ROW.activation_id > low.c.id).scalar_subquery()
    )
    seen = low.union_all(select(following).where(low.c.id.is_not(None)))
    other = positions.alias("other")
    newest = (
        select(other.c.position_id)
        .where(other.c.activation_id == seen.c.id)
        .order_by(other.c.fix_time.desc(), other.c.seq.desc(), other.c.digest.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )
    return select(_ROW.activation_id, *_KEY).join(seen, _ROW.position_id == newest)


def _values(stored: StoredPosition) -> tuple[Any, ...]:
    position = stored.position
    return (
        position.activation_id,
        position.fix_time,
        position.seq,
        position.digest,
        stored.position_id,
        stored.block_id,
        stored.message_index,
        position.received_at,
        position.lat,
        position.lon,
        position.accuracy_m,
        position.accuracy_assumed,
        position.mechanism.value,
        position.satellites,
        position.hdop,
        position.speed_mps,
        position.heading_deg,
        position.altitude_m,
        position.late,
        None if position.quarantine is None else position.quarantine.value,
        position.beacon_id,
        position.beacon_zone_id,
        position.battery_pct,
        position.charging,
    )


def _stored(row: AnyRow) -> StoredPosition:
    # Unpacked by place, in the order of the table's columns: seven times faster than by name.
    (
        activation_id,
        fix_time,
        seq,
        digest,
        position_id,
        block_id,
        message_index,
        received_at,
        lat,
        lon,
        accuracy_m,
        accuracy_assumed,
        mechanism,
        satellites,
        hdop,
        speed_mps,
        heading_deg,
        altitude_m,
        late,
        quarantine,
        beacon_id,
        beacon_zone_id,
        battery_pct,
        charging,
    ) = row
    position = Position(
        activation_id=activation_id,
        fix_time=fix_time,
        received_at=received_at,
        seq=seq,
        digest=digest,
        lat=lat,
        lon=lon,
        accuracy_m=accuracy_m,
        accuracy_assumed=accuracy_assumed,
        mechanism=_MECHANISMS[mechanism],
        satellites=satellites,
        hdop=hdop,
        speed_mps=speed_mps,
        heading_deg=heading_deg,
        altitude_m=altitude_m,
        battery_pct=battery_pct,
        charging=charging,
        late=late,
        quarantine=_QUARANTINES[quarantine],
        beacon_id=beacon_id,
        beacon_zone_id=beacon_zone_id,
    )
    return StoredPosition(
        position_id=position_id,
        block_id=block_id,
        message_index=message_index,
        position=position,
    )
