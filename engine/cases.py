"""The cases of the caseload: those put last as objects, the many that rest in few bytes.

What is packed is made again when it is asked for, equal to what was put, under the supervision
that it was put with; making it again is not remembered, so any thread may ask.
"""

from collections.abc import Callable, Iterator
from struct import Struct
from typing import Final, NamedTuple

import msgspec

from engine.case import Case, Silence
from engine.core.docket import Docket, open_docket, realigned
from engine.core.episode import StoredEpisode
from engine.core.order import Supervision
from engine.core.packed_state import pack_state, unpack_state
from engine.core.position import PositionKey
from zones.instant import Instant
from zones.interval import END

RECENT: Final = 8_000
"""Cases kept as objects. Whoever is not at rest is put every minute or so."""

_HEAD: Final = Struct("<Bqqqq16s")
_HEARD, _NEWEST = 1, 2
_FRESH: Final = b""
"""Of whom nothing is known yet."""


class Aside(NamedTuple):
    """What few cases have, beside what is packed."""

    shown: tuple[StoredEpisode, ...]
    missed: StoredEpisode | None


class Cases:
    """Cases by activation; `judged_by` tells what one that is packed is judged by."""

    def __init__(self, judged_by: Callable[[int], Supervision], recent: int = RECENT) -> None:
        self._judged_by = judged_by
        self._most = recent
        self._recent: dict[int, Case] = {}
        self._packed: dict[int, bytes] = {}
        self._aside: dict[int, Aside] = {}

    def __len__(self) -> int:
        """Return how many cases there are."""
        return sum(1 for _ in self)

    def __contains__(self, activation_id: int) -> bool:
        """Tell whether there is a case."""
        return activation_id in self._recent or activation_id in self._packed

    def __iter__(self) -> Iterator[int]:
        """Iterate over the activations."""
        recent = self._recent
        yield from recent
        yield from (each for each in self._packed if each not in recent)

    def get(self, activation_id: int) -> Case:
        """Return a case.

        Raises:
            KeyError: there is none.
        """
        # One that is being packed is in both, never in neither.
        case = self._recent.get(activation_id)
        return self._unpacked(activation_id) if case is None else case

    def put(self, case: Case) -> None:
        """Take a case as it now stands."""
        activation_id = case.docket.supervision.activation.activation_id
        self._recent.pop(activation_id, None)
        self._recent[activation_id] = case
        self._packed.pop(activation_id, None)
        self._aside.pop(activation_id, None)
        if len(self._recent) > self._most:
            oldest = next(iter(self._recent))
            self._pack(oldest, self._recent[oldest])
            del self._recent[oldest]

    def put_fresh(self, activation_id: int, missed: StoredEpisode | None) -> None:
        """Take a case of whom nothing is known yet, but perhaps that nothing came."""
        self._packed[activation_id] = _FRESH
        if missed is not None:
            self._aside[activation_id] = Aside((), missed)

    def put_stored(
        self,
        activation_id: int,
        state: bytes,
        newest: PositionKey | None,
        due: Instant,
        aside: Aside | None,
    ) -> None:
        """Take a case as it was stored, its state packed."""
        self._packed[activation_id] = _head(due, None, newest) + state
        if aside is not None:
            self._aside[activation_id] = aside

    def _pack(self, activation_id: int, case: Case) -> None:
        docket, silence = case.docket, case.silence
        if docket.shown or silence.missed is not None:
            self._aside[activation_id] = Aside(docket.shown, silence.missed)
        head = _head(docket.due, silence.last_received, case.newest)
        self._packed[activation_id] = head + pack_state(docket.state)

    def _unpacked(self, activation_id: int) -> Case:
        packed = self._packed[activation_id]
        supervision = self._judged_by(activation_id)
        aside = self._aside.get(activation_id, _NOTHING)
        if packed == _FRESH:
            docket = msgspec.structs.replace(open_docket(supervision), due=END)
            return Case(docket=docket, silence=Silence(missed=aside.missed))
        flags, due, heard, newest_at, seq, digest = _HEAD.unpack_from(packed)
        state = unpack_state(packed[_HEAD.size :])
        if [each.key for each in state.conditions] != [each.key for each in supervision.conditions]:
            state = realigned(state, supervision)
        return Case(
            docket=Docket(supervision=supervision, state=state, shown=aside.shown, due=due),
            newest=PositionKey(newest_at, seq, digest) if flags & _NEWEST else None,
            silence=Silence(heard if flags & _HEARD else None, aside.missed),
        )


_NOTHING: Final = Aside((), None)


def _head(due: Instant, heard: Instant | None, newest: PositionKey | None) -> bytes:
    flags = _HEARD * (heard is not None) | _NEWEST * (newest is not None)
    return _HEAD.pack(flags, due, heard or 0, *(newest or (0, 0, b"")))
