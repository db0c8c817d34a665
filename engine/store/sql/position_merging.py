"""Merging turns batches into pages and few runs into one, a bounded piece at a time.

- Batches become the pages of a run of level 1, once there are enough of them (`BATCHES`,
  or `POSITIONS` in them).
- `FAN_OUT` runs of a level become one of the next level, and so on, up to `LARGEST` positions: a
  run of more is left as it is. So each position is written a few times in all, however many there
  are, and an activation's are in few runs: those of each level, and one for every `LARGEST`.
- A piece of merging takes the first pages of each run. What comes before the earliest of their ends
  is complete: it is written to the target, and from then on it is there and no longer in the
  sources, whose cut says so. A piece is written in one transaction: before it and after it, all is
  where readers look for it. The work before that is done in steps (`position_piece`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import and_, bindparam, delete, or_, select, update

from engine.core.number_coding import Press
from engine.core.packed_positions import unpack_page
from engine.core.placed_positions import (
    NONE,
    PlacedPositions,
    in_order,
    placed_together,
    places_of,
    with_verdicts,
)
from engine.core.position import PositionKey
from engine.store.positions_part import UNMERGED_BATCHES, UNMERGED_POSITIONS
from engine.store.sql.counters import take_ids
from engine.store.sql.position_batches import SqlBatches
from engine.store.sql.position_newest import SHARDED, SqlNewest
from engine.store.sql.position_pages import SqlPages
from engine.store.sql.position_piece import FromBatches, FromRuns, Piece, Place
from engine.store.sql.position_shelf import Shelf
from engine.store.sql.position_verdicts import SqlVerdicts
from engine.store.sql.schema import position_pages, position_runs
from engine.store.sql.session import AnyRow, SqlSession
from zones.instant import Instant

BATCHES: Final = UNMERGED_BATCHES
POSITIONS: Final = UNMERGED_POSITIONS
FAN_OUT: Final = 10
"""Runs of a level that are merged into one."""
LARGEST: Final = 1 << 19
"""Positions from which on a run is not merged any more: from a million on, what a position costs to
store does not depend on how many there are."""
FINAL: Final = 0
"""The level of such a run."""
VERDICTS: Final = 1_000
"""Verdicts from which on some are written into the pages."""

_SOME_VERDICTS: Final = 32
_VERDICTS_IN_MIND: Final = 2 * VERDICTS
_PAGES_OF_EACH: Final = 2
_LEAST: Final = -(2**63)

_RUN: Final = position_runs.c
_PAGE: Final = position_pages.c
_NAMED: Final = _RUN.run_id == bindparam("run")
_MERGEABLE: Final = select(position_runs).where(_RUN.level != FINAL).order_by(_RUN.run_id)
_FIRST: Final = (
    select(_PAGE.page_id, _PAGE.last_activation_id, _PAGE.last_fix_time, _PAGE.body)
    .where(_PAGE.run_id == bindparam("run"))
    .order_by(_PAGE.last_activation_id, _PAGE.last_fix_time, _PAGE.page_id)
    .limit(bindparam("many"))
)
_MERGE_INTO: Final = update(position_runs).where(_NAMED).values(target_run_id=bindparam("target"))
_GROW: Final = (
    update(position_runs).where(_NAMED).values(positions=_RUN.positions + bindparam("many"))
)
_LEAVE: Final = (
    update(position_runs)
    .where(_NAMED)
    .values(
        positions=_RUN.positions - bindparam("many"),
        cut_activation_id=bindparam("id"),
        cut_fix_time=bindparam("at"),
    )
)
_DROP_ALL: Final = delete(position_pages).where(_PAGE.run_id == bindparam("run"))
_DROP: Final = _DROP_ALL.where(
    or_(
        _PAGE.last_activation_id < bindparam("id"),
        and_(_PAGE.last_activation_id == bindparam("id"), _PAGE.last_fix_time < bindparam("at")),
    )
)
_DROP_RUN: Final = delete(position_runs).where(_NAMED)
_SETTLE: Final = update(position_runs).where(_NAMED, _RUN.positions >= LARGEST).values(level=FINAL)


class _Source(NamedTuple):
    """The first pages of a run that is being merged."""

    bodies: dict[int, bytes]
    pages: list[PlacedPositions]
    cut: Place
    """What comes before it has left the run."""
    ends: Place | None
    """Where the last page that was read ends; None if there is no other."""

    def before(self, end: Place | None) -> list[PlacedPositions]:
        """Return what the run still has before an end, or all that was read, page by page."""
        parts = []
        for page in self.pages:
            start = _before(page, self.cut)
            stop = len(page) if end is None else _before(page, end)
            if start < stop:
                parts.append(page.take(slice(start, stop)))
        return parts


class SqlMerging:
    """The work on what is stored, inside one transaction."""

    def __init__(
        self,
        session: SqlSession,
        press: Press,
        batches: SqlBatches,
        pages: SqlPages,
        verdicts: SqlVerdicts,
        shelf: Shelf,
    ) -> None:
        self._session = session
        self._shelf = shelf
        self._press = press
        self._batches = batches
        self._pages = pages
        self._verdicts = verdicts

    def step(self, times: int = 1) -> bool:
        """Do a step of work on a piece of about 8,000 positions; tell if there was any.

        Nothing is begun before there is `times` as much to do as makes it worth while. In a
        transaction that has written something before, the step is the whole piece.
        """
        alone = not self._session.written
        piece = self._shelf.piece if alone else None
        if piece is None:
            piece = self._begun(times)
            if piece is None:
                return self._verdicts.count() >= times * VERDICTS and self._write_verdicts()
            if alone:
                self._shelf.piece = piece
                return True
        while not piece.packed:
            piece.pack(self._press)
            if alone:
                return True
        if alone:
            self._shelf.piece = None
        self._write(piece)
        return True

    def _begun(self, times: int) -> Piece | None:
        """Return a piece that there is to do, put in order; None if there is none."""
        unmerged = self._batches.unmerged()
        if unmerged.batches >= times * BATCHES or unmerged.positions >= times * POSITIONS:
            return self._of_batches()
        runs = self._session.rows(_MERGEABLE)
        levels = Counter(run.level for run in runs)
        crowded = [level for level in sorted(levels) if levels[level] >= times * FAN_OUT]
        sources = [run for run in runs if run.target_run_id is not None]
        if not crowded and (times > 1 or not sources):
            return None
        return self._of_runs(sources or [run for run in runs if run.level == crowded[0]][:FAN_OUT])

    def _write(self, piece: Piece) -> None:
        """Write a piece, unless what it rests on is no longer as it was."""
        if isinstance(piece.source, FromBatches):
            self._write_batches(piece, piece.source)
        else:
            self._write_runs(piece, piece.source)

    def _of_batches(self) -> Piece:
        taken = self._batches.oldest(POSITIONS)
        positions = in_order(placed_together(self._batches.read(taken)))
        verdicts = self._verdicts.some(_VERDICTS_IN_MIND)
        places = places_of(positions, _by_activation(verdicts))
        positions = with_verdicts(positions, {places[key]: verdicts[key] for key in places})
        source = FromBatches(tuple(taken), {key: verdicts[key] for key in places})
        return Piece(source, positions, quickly=True)

    def _write_batches(self, piece: Piece, source: FromBatches) -> None:
        if not self._batches.sizes().keys() >= set(source.first_position_ids):
            return
        times = piece.positions.columns.fix_time
        run_id = self._add_run(1, int(times.min()), int(times.max()))
        self._grow(run_id, piece)
        self._batches.remove(source.first_position_ids)
        if source.verdicts:
            # One that was changed since is not the one that was written.
            now = self._verdicts.some(_VERDICTS_IN_MIND)
            same = [key for key, verdict in source.verdicts.items() if now.get(key, key) == verdict]
            self._verdicts.remove(same)

    def _of_runs(self, runs: Sequence[AnyRow]) -> Piece:
        many, sources = _PAGES_OF_EACH, self._first(runs, _PAGES_OF_EACH)
        while (end := _end(sources)) is not None and not any(each.before(end) for each in sources):
            many *= 2
            sources = self._first(runs, many)
        parts = [each.before(end) for each in sources]
        moved = in_order(placed_together([NONE, *chain(*parts)]), POSITIONS + 1)
        moved, earlier = _bounded(moved)
        if earlier is not None:
            end = earlier
            parts = [each.before(end) for each in sources]
        bodies = {page_id: body for each in sources for page_id, body in each.bodies.items()}
        rows, left = tuple(tuple(run) for run in runs), [sum(map(len, some)) for some in parts]
        return Piece(FromRuns(rows, bodies, left, end), moved, quickly=False)

    def _write_runs(self, piece: Piece, source: FromRuns) -> None:
        wanted = {row[0] for row in source.runs}
        runs = [run for run in self._session.rows(_MERGEABLE) if run.run_id in wanted]
        if tuple(map(tuple, runs)) != source.runs or not self._pages.are_as(source.bodies):
            return
        level, target_id = runs[0].level + 1, runs[0].target_run_id
        if target_id is None:
            earliest = min(run.min_fix_time for run in runs)
            target_id = self._add_run(level, earliest, max(run.max_fix_time for run in runs))
            rows = [{"run": run.run_id, "target": target_id} for run in runs]
            self._session.change(_MERGE_INTO, rows)
        self._grow(target_id, piece)
        if level == SHARDED:
            SqlNewest(self._session, self._press).note(piece.positions)
        self._leave([run.run_id for run in runs], source.many, source.end, target_id)

    def _leave(
        self, run_ids: Sequence[int], many: Sequence[int], end: Place | None, target_id: int
    ) -> None:
        """Note that so many positions of each source, those before an end, have left it."""
        if end is None:
            self._session.change(_DROP_ALL, [{"run": run} for run in run_ids])
            self._session.change(_DROP_RUN, [{"run": run} for run in run_ids])
            self._session.change(_SETTLE, [{"run": target_id}])
            return
        asked = {"id": end[0], "at": end[1]}
        left = [{"run": run, "many": n, **asked} for run, n in zip(run_ids, many, strict=True)]
        self._session.change(_LEAVE, left)
        self._session.change(_DROP, [{"run": run, **asked} for run in run_ids])

    def _first(self, runs: Sequence[AnyRow], many: int) -> list[_Source]:
        """Return the first pages of runs, without what has left them."""
        pages = {
            run.run_id: self._session.connection.execute(
                _FIRST, {"run": run.run_id, "many": many + 1}
            ).all()
            for run in runs
        }
        bodies = {page.page_id: page.body for some in pages.values() for page in some[:many]}
        opened = self._shelf.pages(bodies, lambda body: unpack_page(self._press, body))
        sources = []
        for run in runs:
            some = pages[run.run_id]
            last = some[many - 1] if len(some) > many else None
            ends = None if last is None else (last.last_activation_id, last.last_fix_time)
            read = [opened[page.page_id] for page in some[:many]]
            cut = (run.cut_activation_id, run.cut_fix_time)
            some_bodies = {page.page_id: page.body for page in some[:many]}
            sources.append(_Source(some_bodies, read, cut, ends))
        return sources

    def _add_run(self, level: int, earliest: Instant, latest: Instant) -> int:
        (run_id,) = take_ids(self._session, "position_run", 1)
        row = (run_id, level, 0, earliest, latest, None, _LEAST, _LEAST)
        self._session.insert(position_runs, [row])
        return run_id

    def _grow(self, run_id: int, piece: Piece) -> None:
        self._pages.add(run_id, piece.pages)
        self._session.change(_GROW, [{"run": run_id, "many": len(piece.positions)}])

    def _write_verdicts(self) -> bool:
        """Write some verdicts into the pages that hold their positions; tell if any was."""
        verdicts = self._verdicts.some(_SOME_VERDICTS)
        written: set[tuple[int, PositionKey]] = set()
        for activation_id, key in verdicts:
            named = (activation_id, key)
            found = self._pages.find(activation_id, key.fix_time, key.fix_time)
            for each, body in self._pages.bodies(found):
                page = unpack_page(self._press, body)
                places = places_of(page, {activation_id: [key]})
                if places:
                    page = with_verdicts(page, {places[named]: verdicts[named]})
                    self._pages.rewrite(each.page_id, page)
                    written.add(named)
        self._verdicts.remove(written)
        return bool(written)


def _by_activation(named: Iterable[tuple[int, PositionKey]]) -> dict[int, list[PositionKey]]:
    keys: dict[int, list[PositionKey]] = {}
    for activation_id, key in named:
        keys.setdefault(activation_id, []).append(key)
    return keys


def _end(sources: Iterable[_Source]) -> Place | None:
    """Return up to where, exclusive, all sources have been read; None if they have been whole."""
    return min((each.ends for each in sources if each.ends is not None), default=None)


def _bounded(positions: PlacedPositions) -> tuple[PlacedPositions, Place | None]:
    """Return no more of positions in order than a piece may be, and where it ends if it is less."""
    if len(positions) <= POSITIONS:
        return positions, None
    columns = positions.columns
    end = (int(columns.activation_id[POSITIONS]), int(columns.fix_time[POSITIONS]))
    stop = _before(positions, end)
    return (positions.take(slice(stop)), end) if stop else (positions, None)


def _before(positions: PlacedPositions, end: Place) -> int:
    """Return how many of positions in order come before an activation's instant."""
    ids, times = positions.columns.activation_id, positions.columns.fix_time
    start, stop = np.searchsorted(ids, end[0]), np.searchsorted(ids, end[0], "right")
    return int(start + np.searchsorted(times[start:stop], end[1]))
