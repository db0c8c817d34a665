"""What a start reads of the store, each in one query for all: dockets, newest positions, episodes.

An activation without a stored docket has not been judged since dockets are stored: either nothing
was ever reported of it, or it is folded again from what is stored.
"""

from collections.abc import Callable, Iterable

from engine.cases import Aside
from engine.core.call_in import ABOUT_ARRIVAL
from engine.core.episode import EpisodeKind, StoredEpisode
from engine.core.packed_state import unpack_state
from engine.core.position import Position, PositionKey
from engine.live_positions import LivePositions
from engine.store.protocol import StoredDocket, Transaction
from engine.stored_dockets import due_after
from zones.instant import Instant


class Restart:
    """Every docket as it was stored, and what is newer than it."""

    def __init__(self, transaction: Transaction, activations: Iterable[int]) -> None:
        """Read everything there is of these activations."""
        self._dockets = {each.activation_id: each for each in transaction.dockets.all()}
        self._newest = transaction.positions.newest_of_each()
        ids: list[int] = self._newest.activation_id.tolist()
        self._rows = {activation_id: row for row, activation_id in enumerate(ids)}
        times, seqs = self._newest.fix_time.tolist(), self._newest.seq.tolist()
        self._keys = dict(zip(ids, zip(times, seqs, strict=True), strict=True))
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

    def docket(self, activation_id: int) -> StoredDocket | None:
        """Return the docket of an activation, if it is stored and nothing says otherwise."""
        stored = self._dockets.get(activation_id)
        if stored is None or not self._is_newer(stored):
            return stored
        return None if self._position(activation_id).quarantine else stored

    def reported(self, activation_id: int) -> bool:
        """Tell whether anything is stored that an activation reported."""
        return activation_id in self._rows or activation_id in self._heard

    def newest(self, activation_id: int) -> PositionKey | None:
        """Return the greatest key stored of an activation."""
        return self._position(activation_id).key if activation_id in self._rows else None

    def last(self, stored: StoredDocket) -> Callable[[], Position] | None:
        """Return what tells the newest quiet position since a docket was stored, if one came."""
        activation_id = stored.activation_id
        return (lambda: self._position(activation_id)) if self._is_newer(stored) else None

    def due(self, stored: StoredDocket) -> Instant:
        """Return when a docket is due."""
        if not self._is_newer(stored):
            return stored.due
        return due_after(stored, self._keys[stored.activation_id][0])

    def aside(self, stored: StoredDocket) -> Aside | None:
        """Return the episodes of a docket, if it has any."""
        missed = self.missed.get(stored.activation_id)
        if not stored.shown and missed is None:
            return None
        return Aside(tuple(self._shown[each] for each in stored.shown), missed)

    def place(self, live: LivePositions, stored: StoredDocket, ended: Instant | None) -> None:
        """Note where somebody was judged to be last, if that was while the device was worn."""
        newer = self.last(stored)
        if newer is not None and ended is None:
            live.put(stored.activation_id, newer())
            return
        state = unpack_state(stored.state)
        last = state.admission.last if newer is None else newer()
        if last is not None and (ended is None or max(last.fix_time, state.time) < ended):
            live.put(stored.activation_id, last)

    def forget(self, stored: StoredDocket) -> None:
        """Drop a docket that has been taken: all of them twice would need much room."""
        del self._dockets[stored.activation_id]

    def _is_newer(self, stored: StoredDocket) -> bool:
        """Tell whether positions came since a docket was stored."""
        row = self._rows.get(stored.activation_id)
        if row is None or stored.newest is None:
            return row is not None
        time, seq = self._keys[stored.activation_id]
        known = stored.newest
        if (time, seq) != (known.fix_time, known.seq):
            return (time, seq) > (known.fix_time, known.seq)
        return self._position(stored.activation_id).digest > known.digest

    def _position(self, activation_id: int) -> Position:
        return self._newest.position(self._rows[activation_id])
