"""The lanes of many activations as columns, one row each, so that a batch is compared at once.

Rows are never taken away, as activations are not. A row is *open* while it has a lane. Its last
position is kept whole, so that the docket can be brought up to date from it (`lane.moved_on`).
"""

from collections.abc import Sequence
from itertools import chain, compress
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.lane import Lane
from engine.core.position import Position
from engine.core.position_columns import ARRAYS, DTYPES, PositionColumns
from engine.core.ragged import Indices, Ragged
from engine.core.shape_columns import ShapeColumns
from engine.core.shared_zones import SharedZones
from engine.core.turns import MOST_SETS, MOST_TURNS
from engine.core.vitals import Vitals
from zones.table import ZoneTable

ROOM: Final = 6
"""Numbers that a lane's room is: see `room.py`."""
_FEWEST: Final = 64
_KINDS: Final[dict[str, Any]] = {
    "activation": np.int64,
    "open": np.bool_,
    "stored": np.bool_,
    "since": np.int64,
    "head": np.int64,
    "base": np.int64,
    "cut": np.bool_,
    "after": np.int64,
    "until": np.int64,
    "max_age": np.int64,
    "due": np.int64,
    "above_pct": np.float64,
    "most_pct": np.float64,
    "silent": np.bool_,
    "charging": np.int8,
    "shared": np.int64,
    "shared_factor": np.float64,
    "shared_plus_m": np.float64,
    "moved": np.bool_,
    "heard": np.int64,
    "awaited": np.bool_,
    "agenda": np.int64,
    "call_in": np.int64,
    "live": np.int64,
    "vendor": np.int64,
}
"""`base` is the cut at which the docket's state is one, `cut` says that quiet cuts may refer to it
(`quiet_cut`); `stored` says that the lane is still to be read; `shared` are bits of sets of zones;
`moved` says that the last position is newer than the docket; `heard` is when the device was heard
last, `awaited` whether somebody waits for it to be heard; the last four are numbers in tables of
others.
"""


class LaneTable:
    """The lanes, and the zones they are about."""

    def __init__(self, zones: ZoneTable, shared: SharedZones) -> None:
        self.zones = zones
        self.shared = shared
        self.places = Ragged(zone=np.int32, group=np.int16, set=np.int8, factor=np.float64)
        """The places to be: of which set, and for which of its conditions."""
        self.turns = np.zeros((_FEWEST, MOST_TURNS), np.int64)
        """When the set that counts is another; END for never."""
        self.sets = np.zeros((_FEWEST, MOST_TURNS + 1), np.int8)
        """Which set counts, before the first turn and after each; UNKNOWN where nobody can tell."""
        self.groups = np.zeros((_FEWEST, MOST_SETS), np.int16)
        """How many conditions of each set say where to be."""
        self.fences = Ragged(zone=np.int32, factor=np.float64, plus_m=np.float64)
        self.rooms = np.zeros((_FEWEST, ROOM))
        """How far each may move before zones are measured again; zeros where that is not known."""
        self._rows: dict[int, int] = {}
        self._columns = {name: np.zeros(_FEWEST, kind) for name, kind in _KINDS.items()}
        self._last = {
            name: np.zeros(_FEWEST, kind) for name, kind in zip(ARRAYS, DTYPES, strict=True)
        }

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column; what is set in it stays set."""
        return self._columns[name]

    def last(self, name: str) -> NDArray[Any]:
        """Return a column of the last positions."""
        return self._last[name]

    def row(self, activation_id: int) -> int:
        """Return the row of an activation, a new one if it has none."""
        row = self._rows.setdefault(activation_id, len(self._rows))
        if row == len(self._columns["open"]):
            for columns in (self._columns, self._last):
                for name, column in columns.items():
                    columns[name] = _doubled(column)
            self.turns, self.sets = _doubled(self.turns), _doubled(self.sets)
            self.groups, self.rooms = _doubled(self.groups), _doubled(self.rooms)
        self._columns["activation"][row] = activation_id
        return row

    def find(self, activation_id: int) -> int:
        """Return the row of an activation; -1 if it has none."""
        return self._rows.get(activation_id, -1)

    def close(self, row: int) -> None:
        """Let every position of a row be folded; how far it has moved stays."""
        self._columns["open"][row] = False

    def open(self, rows: Sequence[int], lanes: Sequence[Lane]) -> None:
        """Open rows, each once, for lanes; what each has for its last position stays as it is.

        A lane with a zone that the table of zones does not have is left closed.
        """
        zones = [[self.zones.number_of(key) for key in lane.zones] for lane in lanes]
        known = [None not in each for each in zones]
        rows, lanes = list(compress(rows, known)), list(compress(lanes, known))
        if not rows:
            return
        at, columns = np.array(rows, np.int64), self._columns
        for name in ("since", "after", "until", "due", "head"):
            columns[name][at] = [getattr(lane, name) for lane in lanes]
        columns["base"][at] = columns["head"][at] + 1
        self._last["seq"][at] = [lane.counted for lane in lanes]
        for name in Vitals.__struct_fields__:
            columns[name][at] = [getattr(lane.vitals, name) for lane in lanes]
        columns["shared"][at] = [self.shared.bits(lane.shared) for lane in lanes]
        self._ask(at, lanes, [each for each in zones if None not in each])
        self.rooms[at] = 0.0
        columns["open"][at] = True

    def _ask(
        self, rows: Indices, lanes: Sequence[Lane], zones: Sequence[Sequence[int | None]]
    ) -> None:
        """Set what lanes ask: of each shape what is in common, and of each lane its zones."""
        shapes = {id(lane.shape): lane.shape for lane in lanes}
        numbers = {shape: number for number, shape in enumerate(shapes)}
        which = np.array([numbers[id(lane.shape)] for lane in lanes], np.int64)
        asked = ShapeColumns(list(shapes.values()))
        for name, column in asked.single.items():
            self._columns[name][rows] = column[which]
        self.turns[rows] = asked.turns[which]
        self.sets[rows] = asked.sets[which]
        self.groups[rows] = asked.groups[which]
        count = np.array([len(each) for each in zones], np.int64)
        flat = np.array(list(chain.from_iterable(zones)), np.int64)
        own = (which, flat, np.cumsum(count) - count)
        asked.places.write(rows, *own, self.places)
        asked.fences.write(rows, *own, self.fences)

    def set_last(self, rows: Indices, positions: PositionColumns, index: Indices) -> None:
        """Set the last positions of rows to some of these."""
        for name in ARRAYS:
            self._last[name][rows] = getattr(positions, name)[index]

    def last_position(self, row: int) -> Position:
        """Return the last position of a row that is open."""
        return self.last_positions(np.array([row])).position(0)

    def last_positions(self, rows: Indices) -> PositionColumns:
        """Return the last positions of rows."""
        arrays: dict[str, NDArray[Any]] = {name: self._last[name][rows] for name in ARRAYS}
        return PositionColumns(**arrays, places=())


def _doubled(column: NDArray[Any]) -> NDArray[Any]:
    # Zeros that nobody has written to take no memory yet.
    grown = np.zeros((2 * len(column), *column.shape[1:]), column.dtype)
    grown[: len(column)] = column
    return grown
