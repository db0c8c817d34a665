"""What a start reads of the store, each in one query for all: dockets, newest positions, episodes.

An activation without a stored docket has not been judged since dockets are stored: either nothing
was ever reported of it, or it is folded again from what is stored. What moved a docket is part of
it; a position that is newer was therefore quiet, unless it is quarantined.
"""

from collections.abc import Iterable, Mapping

import numpy as np

from engine.cases import Aside
from engine.core.call_in import ABOUT_ARRIVAL
from engine.core.episode import EpisodeKind, StoredEpisode
from engine.core.order import Activation
from engine.core.packed_state import unpack_state
from engine.core.position import PositionKey
from engine.core.position_columns import PositionColumns
from engine.core.quiet import Marks
from engine.live_positions import LivePositions
from engine.store.protocol import StoredDocket, Transaction
from engine.stored_dockets import due_after
from zones.instant import Instant


class Restart:
    """Every docket as it was stored, and what is newer than it."""

    def __init__(self, transaction: Transaction, activations: Iterable[int]) -> None:
        """Read everything there is of these activations."""
        self._dockets = {each.activation_id: each for each in transaction.dockets.all()}
        self.newest: PositionColumns = transaction.positions.newest_of_each()
        """The newest position of each that has any."""
        ids: list[int] = self.newest.activation_id.tolist()
        self._rows = {activation_id: row for row, activation_id in enumerate(ids)}
        self._times: list[Instant] = self.newest.fix_time.tolist()
        self.moved = self._moved()
        """Of which of them it is newer than the docket."""
        self._newer = set(self.newest.activation_id[self.moved].tolist())
        judged = self.newest.quarantine == 0
        self._judged = set(self.newest.activation_id[judged].tolist())
        known = [each in self._dockets for each in ids]
        self.kept = np.array(known, np.bool_) & (judged | ~self.moved)
        """Of which of them the docket is as it was stored."""
        shown = {each for docket in self._dockets.values() for each in docket.shown}
        self._shown = {each.episode_id: each for each in transaction.episodes.get(sorted(shown))}
        running = transaction.episodes.running()
        self.missed: dict[int, StoredEpisode] = {
            stored.episode.activation_id: stored
            for stored in running
            if stored.episode.kind in ABOUT_ARRIVAL
        }
        self.unworn = {
            stored.episode.subject
            for stored in running
            if stored.episode.kind is EpisodeKind.POSITION_WITHOUT_ACTIVATION
        }
        """Devices that report while nobody wears them."""
        unknown = [each for each in activations if each not in self._dockets]
        self._heard = transaction.events.among(unknown)

    def _moved(self) -> Marks:
        keys = zip(self._rows, self._times, self.newest.seq.tolist(), strict=True)
        newer = [_is_newer(self._dockets.get(each), time, seq) for each, time, seq in keys]
        return np.array(newer, np.bool_)

    def docket(self, activation_id: int) -> StoredDocket | None:
        """Return the docket of an activation, if it is stored and nothing says otherwise."""
        if activation_id in self._newer and activation_id not in self._judged:
            return None
        return self._dockets.get(activation_id)

    def reported(self, activation_id: int) -> bool:
        """Tell whether anything is stored that an activation reported."""
        return activation_id in self._rows or activation_id in self._heard

    def newest_key(self, activation_id: int) -> PositionKey | None:
        """Return the greatest key stored of an activation."""
        row = self._rows.get(activation_id)
        return None if row is None else self.newest.key(row)

    def due(self, stored: StoredDocket) -> Instant:
        """Return when a docket is due."""
        if stored.activation_id not in self._newer:
            return stored.due
        return due_after(stored, self._times[self._rows[stored.activation_id]])

    def aside(self, stored: StoredDocket) -> Aside | None:
        """Return the episodes of a docket, if it has any."""
        missed = self.missed.get(stored.activation_id)
        if not stored.shown and missed is None:
            return None
        return Aside(tuple(self._shown[each] for each in stored.shown), missed)

    def place(self, live: LivePositions, activations: Mapping[int, Activation]) -> None:
        """Note where everybody was judged to be last, if that was while the device was worn."""
        worn = {number for number, each in activations.items() if each.ended_at is None}
        here = self._judged.intersection(worn, self._dockets)
        rows = np.array([self._rows[each] for each in here], np.int64)
        lon, lat = self.newest.lon[rows], self.newest.lat[rows]
        live.put_many(list(here), lon, lat, self.newest.fix_time[rows])
        for number, stored in self._dockets.items():
            if number not in here and number in activations:
                self._place(live, stored, activations[number].ended_at)

    def _place(self, live: LivePositions, stored: StoredDocket, ended: Instant | None) -> None:
        number, state = stored.activation_id, unpack_state(stored.state)
        last = state.admission.last
        if number in self._newer:
            last = self.newest.position(self._rows[number])
        if last is not None and (ended is None or max(last.fix_time, state.time) < ended):
            live.put(number, last)


def _is_newer(stored: StoredDocket | None, fix_time: Instant, seq: int) -> bool:
    """Tell whether a position came since a docket was stored: then it was measured later."""
    if stored is None or stored.newest is None:
        return stored is not None
    return (fix_time, seq) > (stored.newest.fix_time, stored.newest.seq)
