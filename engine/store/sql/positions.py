"""Positions: appended as batches, merged into pages behind, read as if there were only one place.

Each reading takes what the batches, the pages and the verdicts beside them hold, in one snapshot:
nobody can tell how far merging has come. Whoever appends leaves out what is `known`. Should that
fail, a position is shown once all the same, as it was first appended, and merging drops the other;
only the count includes both until then, and a verdict may be written to the one that is dropped.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from heapq import merge
from itertools import chain, islice
from typing import Final

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, select, text

from engine.core.canary import CANARY
from engine.core.number_coding import Press
from engine.core.packed_positions import unpack_keys, unpack_page
from engine.core.placed_positions import (
    NONE,
    PlacedPositions,
    in_order,
    newest_of_each,
    of_activation,
    placed_together,
    places_of,
    with_verdicts,
)
from engine.core.position import Position, PositionKey, Quarantine
from engine.core.position_columns import PositionColumns
from engine.core.wanted_keys import WantedKeys
from engine.store.page import Page
from engine.store.positions_part import StoredPosition, Unmerged
from engine.store.sql.keyset import check_cursor
from engine.store.sql.position_batches import SqlBatches
from engine.store.sql.position_merging import FINAL, SqlMerging
from engine.store.sql.position_newest import SHARDED, SqlNewest
from engine.store.sql.position_pages import Found, SqlPages
from engine.store.sql.position_shelf import Shelf
from engine.store.sql.position_verdicts import SqlVerdicts
from engine.store.sql.registry_schema import activations
from engine.store.sql.schema import position_runs
from engine.store.sql.session import SqlSession
from zones.instant import Instant
from zones.interval import END

_FIRST: Final = -(2**63)
_LAST: Final = 2**63 - 1
_CURSOR: Final = ("fix_time", "position_id")
_MANY: Final = 16
_AT_ONCE: Final = 2
"""Pages fetched in one statement: where all are needed, and where the first may do."""
_NOT_SHARDED: Final = text(
    """
    SELECT p.body FROM position_runs r CROSS JOIN position_pages p
    WHERE r.level > :final AND r.level < :sharded AND p.run_id = r.run_id
    """
).bindparams(final=FINAL, sharded=SHARDED)


class SqlPositions:
    """Positions, judged and quarantined."""

    def __init__(self, session: SqlSession, shelf: Shelf) -> None:
        """Work inside one transaction; what is opened of batches is kept on the shelf."""
        self._session = session
        self._shelf = shelf
        self._press = Press()
        self._batches = SqlBatches(session, shelf, self._press)
        self._pages = SqlPages(session, self._press)
        self._verdicts = SqlVerdicts(session)

    def append(
        self,
        columns: PositionColumns,
        first_position_id: int,
        block_id: int,
        message_index: NDArray[np.int64],
    ) -> None:
        """Store the new positions of one batch, which get ids from `first_position_id` on."""
        self._batches.append(columns, first_position_id, block_id, message_index)

    def merge(self, times: int = 1) -> bool:
        """Do a bounded piece of merging and tell if there was any to do."""
        self._session.move_pages()
        parts = (self._batches, self._pages, self._verdicts, self._shelf)
        return SqlMerging(self._session, self._press, *parts).step(times)

    def committed(self) -> None:
        """Note that the transaction was committed."""
        self._batches.committed()

    def unmerged(self) -> Unmerged:
        """Return how many batches and positions are not merged yet."""
        return self._batches.unmerged()

    def known(self, keys: Mapping[int, Collection[PositionKey]]) -> set[tuple[int, PositionKey]]:
        """Return those of the keys, by activation, that are stored already."""
        self._session.hold_pages()
        keys = {activation_id: some for activation_id, some in keys.items() if some}
        if not keys:
            return set()
        found: set[tuple[int, PositionKey]] = set()
        for batch in self._batches.opened():
            found.update(places_of(batch, keys))
        pages: dict[int, Found] = {}
        for activation_id, some in keys.items():
            times = [key.fix_time for key in some]
            for each in self._pages.find(activation_id, min(times), max(times)):
                pages[each.page_id] = each
        wanted = WantedKeys(keys) if pages else None
        for _, body in self._pages.bodies(pages.values()):
            ids, times_of_page, _ = unpack_keys(self._press, body)
            if wanted is not None and wanted.at(ids, times_of_page):
                found.update(places_of(unpack_page(self._press, body), keys))
        return found

    def newest_keys(self) -> Mapping[int, PositionKey]:
        """Return each activation's greatest stored key, quarantined positions included."""
        columns = self.newest_of_each()
        return dict(zip(columns.activation_id.tolist(), columns.keys(), strict=True))

    def newest_of_each(self) -> PositionColumns:
        """Return each activation's position with the greatest key, as it was first judged."""
        self._session.hold_pages()
        bodies = self._session.connection.execute(_NOT_SHARDED)
        parts = [
            *SqlNewest(self._session, self._press).all(),
            *map(newest_of_each, self._batches.opened()),
            *(newest_of_each(unpack_page(self._press, row.body)) for row in bodies),
        ]
        return newest_of_each(in_order(placed_together([NONE, *parts]))).columns

    def since(
        self, activation_id: int, instant: Instant, until: Instant = END
    ) -> Sequence[Position]:
        """Return those with instant <= fix_time < until, in key order, quarantined included.

        `END` leaves nothing out.
        """
        last = until - 1 if until < END else _LAST
        return self._all(activation_id, instant, last).columns.positions()

    def newest(self, activation_id: int) -> Position | None:
        """Return the newest judged position; None if there is none."""
        return self._newest(activation_id, _FIRST, lambda columns: columns.quarantine == 0)

    def newest_vitals(self, activation_id: int, since: Instant) -> Position | None:
        """Return the newest position since an instant whose message stated the battery."""
        return self._newest(activation_id, since, lambda columns: ~np.isnan(columns.battery_pct))

    def set_quarantine(
        self, activation_id: int, verdicts: Mapping[PositionKey, Quarantine | None]
    ) -> None:
        """Store verdicts that evidence which came later has changed."""
        self._session.check_writable()
        stored = self.known({activation_id: verdicts})
        self._verdicts.put({named: verdicts[named[1]] for named in stored})

    def track(
        self, wearer_id: str, since: Instant, until: Instant, page: Page
    ) -> Sequence[StoredPosition]:
        """Return a wearer's positions with since <= fix_time < until, oldest first.

        The page's cursor is (fix_time, position_id).

        Raises:
            ValueError: the cursor is none of this list.
        """
        after = (_FIRST, _FIRST)
        if page.after is not None:
            check_cursor(page.after, _CURSOR)
            after = (int(page.after[0]), int(page.after[1]))
        worn = select(activations.c.activation_id).where(activations.c.wearer_id == wearer_id)
        parts = [
            self._part_of_track(activation_id, since, until - 1, after, page.limit)
            for (activation_id,) in self._session.rows(worn)
        ]
        merged = merge(*parts, key=lambda row: (row.position.fix_time, row.position_id))
        return list(islice(merged, page.limit))

    def count(self) -> int:
        """Return how many positions are stored, the canary's not."""
        self._session.hold_pages()
        merged = self._session.number(select(func.sum(position_runs.c.positions)))
        own = select(activations.c.activation_id).where(activations.c.vendor == CANARY)
        of_canary = sum(len(self._all(row[0], _FIRST, _LAST)) for row in self._session.rows(own))
        return merged + self.unmerged().positions - of_canary

    def _part_of_track(
        self, activation_id: int, since: Instant, last: Instant, after: tuple[int, int], limit: int
    ) -> list[StoredPosition]:
        """Return the first of an activation's positions after a cursor, by time and id."""
        found: list[StoredPosition] = []
        for part in self._by_and_by(activation_id, max(since, after[0]), last):
            times, ids = part.columns.fix_time, part.position_id
            order = np.lexsort((ids, times))
            following = (times[order] > after[0]) | (ids[order] > after[1])
            found += _stored(part.take(order[following][: limit - len(found)]))
            if len(found) == limit:
                break
        return found

    def _all(self, activation_id: int, since: Instant, last: Instant) -> PlacedPositions:
        """Return an activation's positions with since <= fix_time <= last, in order."""
        self._session.hold_pages()
        found = self._pages.find(activation_id, since, last)
        parts = [*self._pages_of(activation_id, found, last)]
        parts += self._in_batches(activation_id, since, last)
        return self._judged(activation_id, in_order(placed_together([NONE, *parts])))

    def _by_and_by(
        self, activation_id: int, since: Instant, last: Instant
    ) -> Iterator[PlacedPositions]:
        """Yield the same part by part, each as early as nothing of it can be in a page to come."""
        self._session.hold_pages()
        found = sorted(self._pages.find(activation_id, since, last), key=lambda each: each.earliest)
        held = placed_together([NONE, *self._in_batches(activation_id, since, last)])
        pages = self._pages_of(activation_id, found, last, at_once=_AT_ONCE)
        for following in found[1:]:
            held = in_order(placed_together([held, next(pages)]))
            ready = int(np.searchsorted(held.columns.fix_time, following.earliest))
            yield self._judged(activation_id, held.take(slice(ready)))
            held = held.take(slice(ready, None))
        yield self._judged(activation_id, in_order(placed_together([held, *pages])))

    def _newest(
        self,
        activation_id: int,
        since: Instant,
        wanted: Callable[[PositionColumns], NDArray[np.bool_]],
    ) -> Position | None:
        """Return the newest position since an instant that is wanted."""
        self._session.hold_pages()
        found = self._pages.find(activation_id, since, _LAST)
        found.sort(key=lambda each: each.latest, reverse=True)
        batches = placed_together([NONE, *self._in_batches(activation_id, since, _LAST)])
        pages = self._pages_of(activation_id, found, _LAST, at_once=_AT_ONCE)
        newest = NONE
        for latest, part in zip(
            (_LAST, *(each.latest for each in found)), chain([batches], pages), strict=True
        ):
            if len(newest) and newest.columns.fix_time[0] > latest:
                break
            judged = self._judged(activation_id, in_order(part))
            candidates = judged.take(np.flatnonzero(wanted(judged.columns))[-1:])
            newest = newest_of_each(in_order(placed_together([newest, candidates])))
        return newest.columns.position(0) if len(newest) else None

    def _pages_of(
        self, activation_id: int, found: Sequence[Found], last: Instant, at_once: int = _MANY
    ) -> Iterator[PlacedPositions]:
        """Yield of each page what it holds of the activation: of most nothing, soon seen."""
        for each, body in self._pages.bodies(found, at_once):
            ids = unpack_keys(self._press, body).activation_id
            place = int(np.searchsorted(ids, activation_id))
            if place < len(ids) and ids[place] == activation_id:
                page = unpack_page(self._press, body)
                yield of_activation(page, activation_id, each.since, last)
            else:
                yield NONE

    def _in_batches(
        self, activation_id: int, since: Instant, last: Instant
    ) -> list[PlacedPositions]:
        opened = self._batches.opened()
        parts = (of_activation(batch, activation_id, since, last) for batch in opened)
        return [part for part in parts if len(part)]

    def _judged(self, activation_id: int, positions: PlacedPositions) -> PlacedPositions:
        """Return one activation's positions, in order, with the verdicts that were changed."""
        if not len(positions):
            return positions
        times = positions.columns.fix_time
        verdicts = self._verdicts.of_activation(activation_id, int(times[0]), int(times[-1]))
        if not verdicts:
            return positions
        places = places_of(positions, {activation_id: [key for _, key in verdicts]})
        return with_verdicts(positions, {places[named]: verdicts[named] for named in places})


def _stored(positions: PlacedPositions) -> Iterator[StoredPosition]:
    places = zip(
        positions.position_id.tolist(),
        positions.block_id.tolist(),
        positions.message_index.tolist(),
        positions.columns.positions(),
        strict=True,
    )
    for position_id, block_id, message_index, position in places:
        yield StoredPosition(
            position_id=position_id,
            block_id=block_id,
            message_index=message_index,
            position=position,
        )
