"""The lanes of the caseload: what of a batch is quiet is taken at once, without a docket's moving.

A lane is closed as soon as a docket is no longer at rest, and opened when it is again: both with
the docket that was committed. Quiet positions that were committed move the lane alone; whoever
needs the docket gets it brought up to date from there. So nothing of it is known in two places: the
docket says what was when it was folded last, the lane what came since.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np

from engine.agenda import Agenda
from engine.call_ins import CallIns
from engine.core.docket import Docket
from engine.core.lane import Lane
from engine.core.lane_table import LaneTable
from engine.core.order import Activation
from engine.core.packed_lane import LaneReader
from engine.core.plain_messages import read_plain
from engine.core.position import Position
from engine.core.position_columns import PositionColumns, Whole, columns_of
from engine.core.quiet import Marks, Quiet, cut_of, quiet_of
from engine.core.quiet_cut import QuietCut
from engine.core.shared_zones import SharedZones
from engine.core.topic import telemetry_topic
from engine.live_positions import LivePositions
from engine.recent import Taken
from engine.sources.source import Delivery
from zones.instant import Instant
from zones.interval import BEGINNING
from zones.table import ZoneTable


class QuietBatch(NamedTuple):
    """The quiet part of a batch; nothing of it is in the lanes before it is committed."""

    deliveries: list[Delivery]
    """Its messages, as they came."""
    row: Whole
    """Of each position, the row of its activation."""
    message: Whole
    """Of each position, which of these stated it."""
    positions: PositionColumns
    newest: Whole
    """Of each activation the newest of its positions."""
    rows: Whole
    """Its row, rising."""
    due: Whole
    cut: Whole
    """Positions before which a cut is due."""
    before: Whole
    """The position before each of these; -1 for the last one known."""


class Opening(NamedTuple):
    """A docket that was committed, and its lane."""

    docket: Docket
    lane: Lane | None
    heard: Instant
    """When the device was heard last; `BEGINNING` if that is not known."""
    awaited: bool
    """Whether somebody is to be told when it is heard again."""


class Lanes:
    """A lane for each activation that has one.

    Lanes that were stored are read with their first position since the start.
    """

    def __init__(self, zones: ZoneTable, reader: LaneReader) -> None:
        """Begin without lanes; their zones are numbered in a table that may hold others."""
        self._table = LaneTable(zones, SharedZones())
        self.reader = reader
        self._stored: dict[int, bytes] = {}
        """Lanes that wait to be read, by row."""
        self._topics: dict[str, int] = {}
        self._started: dict[str, Instant] = {}
        self._devices: list[str] = []
        self._vendors: dict[str, int] = {}

    def put(self, openings: Iterable[Opening]) -> None:
        """Open or close lanes, as dockets say that were committed."""
        opened: dict[int, Opening] = {}
        for each in openings:
            row = self.enrol(each.docket.supervision.activation)
            self._close(row)
            self._table["moved"][row] = self._table["cut"][row] = False
            self._table["heard"][row], self._table["awaited"][row] = each.heard, each.awaited
            if each.lane is not None and self._is_newest(each.docket.supervision.activation):
                opened[row] = each
        rows = list(opened)
        last = [each.docket.state.admission.last for each in opened.values()]
        columns = columns_of([each for each in last if each is not None])
        self._table.set_last(np.array(rows, np.int64), columns, np.arange(len(rows)))
        self._table.open(rows, [each.lane for each in opened.values() if each.lane is not None])

    def enrol(self, activation: Activation) -> int:
        """Note whose messages a device's are, if it is the last who wears it; return its row."""
        row = self._table.row(activation.activation_id)
        topic = telemetry_topic(activation.vendor, activation.device_id)
        if activation.started_at >= self._started.get(topic, activation.started_at):
            self._topics[topic], self._started[topic] = row, activation.started_at
        if row == len(self._devices):
            self._devices.append(activation.device_id)
            code = self._vendors.setdefault(activation.vendor, len(self._vendors))
            self._table["vendor"][row] = code
        return row

    def _is_newest(self, activation: Activation) -> bool:
        topic = telemetry_topic(activation.vendor, activation.device_id)
        return self._started[topic] == activation.started_at

    def keep(self, activation: Activation, packed: bytes | None, *, awaited: bool) -> None:
        """Take a lane as it was stored with the docket that a start has read."""
        row = self.enrol(activation)
        self._table["heard"][row], self._table["awaited"][row] = BEGINNING, awaited
        self._table["cut"][row] = True
        if packed is not None:
            self._stored[row] = packed
            self._table["stored"][row] = True

    def begin(self, newest: PositionColumns, moved: Marks) -> None:
        """Take the newest positions of activations at a start.

        Those marked came since the docket was stored, and were quiet.
        """
        found = [self._table.find(each) for each in newest.activation_id.tolist()]
        rows = np.array(found, np.int64)
        known = np.flatnonzero(rows >= 0)
        self._table.set_last(rows[known], newest, known)
        self._table["moved"][rows[known]] = moved[known]

    def place(self, activation_id: int, **rows: int) -> None:
        """Note by which number others know an activation: `agenda`, `call_in` and `live`."""
        row = self._table.find(activation_id)
        for name, number in rows.items():
            self._table[name][row] = number

    def close(self, activation_id: int) -> None:
        """Let every position of an activation be folded, until its docket is put again."""
        row = self._table.find(activation_id)
        if row >= 0:
            self._close(row)

    def _close(self, row: int) -> None:
        self._table.close(row)
        self._table["stored"][row] = False
        self._stored.pop(row, None)

    def _read(self, rows: Whole) -> None:
        """Open the lanes of rows that were stored; quiet positions since have moved them on."""
        read, opened, table = self.reader.read, dict[int, Lane](), self._table
        for row in np.unique(rows).tolist():
            lane = read(self._stored[row])
            self._close(row)
            if lane is not None:
                opened[row] = lane
        moved = np.array(list(opened), np.int64)
        moved = moved[table["moved"][moved]]
        counted = table.last("seq")[moved]
        table.open(list(opened), list(opened.values()))
        table.last("seq")[moved] = counted
        table["after"][moved] = table["head"][moved] = table.last("fix_time")[moved]

    def at_rest(self, topic: str) -> bool:
        """Tell whether positions on a topic may be quiet: nothing runs, nobody follows them."""
        row = self._topics.get(topic, -1)
        return row >= 0 and (row in self._stored or bool(self._table["open"][row]))

    def take(self, deliveries: Sequence[Delivery]) -> tuple[QuietBatch | None, list[Delivery]]:
        """Return the quiet part of a batch, and the others."""
        rows = np.array([self._topics.get(each.topic, -1) for each in deliveries], np.int64)
        if self._stored:
            self._read(rows[(rows >= 0) & self._table["stored"][rows]])
        asked = np.flatnonzero((rows >= 0) & self._table["open"][rows])
        if not len(asked):
            return None, list(deliveries)
        chosen = deliveries
        if len(asked) < len(deliveries):
            chosen = [deliveries[index] for index in asked.tolist()]
        own = rows[asked]
        plain = read_plain(
            [each.payload for each in chosen],
            np.array([each.received_at for each in chosen], np.int64),
            [self._devices[row] for row in own.tolist()],
            self._table["activation"][own],
        )
        message, positions = asked[plain.message], plain.positions
        if not plain.plain.all():
            kept = ~np.isin(rows[message], own[~plain.plain])
            message, positions = message[kept], positions.take(kept)
        return self._quiet(deliveries, rows, message, positions)

    def _quiet(
        self,
        deliveries: Sequence[Delivery],
        rows: Whole,
        message: Whole,
        positions: PositionColumns,
    ) -> tuple[QuietBatch | None, list[Delivery]]:
        quiet = quiet_of(self._table, rows[message], message, positions)
        said_by = message[quiet.kept]
        if not len(said_by):
            return None, list(deliveries)
        marked = np.zeros(len(deliveries), np.bool_)
        marked[said_by] = True
        number = np.cumsum(marked) - 1
        taken = list(compress(deliveries, marked.tolist()))
        others = [deliveries[index] for index in np.flatnonzero(~marked).tolist()]
        return _batch(taken, rows[said_by], number[said_by], positions, quiet), others

    def last_of(self, batch: QuietBatch, activation_id: int) -> Position | None:
        """Return the newest quiet position of an activation in a batch; None if it has none."""
        row = self._table.find(activation_id)
        place = int(np.searchsorted(batch.rows, row))
        if place == len(batch.rows) or batch.rows[place] != row:
            return None
        return batch.positions.position(int(batch.newest[place]))

    def awaited(self, batch: QuietBatch) -> dict[int, Instant]:
        """Return of a quiet batch who was awaited, and when each was heard."""
        waited = np.flatnonzero(self._table["awaited"][batch.rows])
        newest = batch.newest[waited]
        ids, at = batch.positions.activation_id[newest], batch.positions.received_at[newest]
        return dict(zip(ids.tolist(), at.tolist(), strict=True))

    def advance(
        self, batch: QuietBatch, agenda: Agenda, call_ins: CallIns, live: LivePositions
    ) -> None:
        """Move the lanes on by a quiet batch that was committed."""
        table, rows = self._table, batch.rows
        table.set_last(rows, batch.positions, batch.newest)
        fix_time = batch.positions.fix_time[batch.newest]
        table["after"][rows] = table["head"][rows] = fix_time
        received_at = batch.positions.received_at[batch.newest]
        table["heard"][rows], table["moved"][rows] = received_at, True
        table["cut"][batch.row[batch.cut]] = True
        lon, lat = (column[batch.newest] for column in (batch.positions.lon, batch.positions.lat))
        live.move(table["live"][rows], lon, lat, fix_time)
        agenda.enter_many(table["agenda"][rows], batch.due)
        call_ins.heard(table["call_in"][rows], received_at + table["max_age"][rows])

    def cuts(self, batch: QuietBatch) -> list[tuple[int, Instant, QuietCut]]:
        """Return the cuts that a quiet batch has come to, each with its activation and instant."""
        table, positions, rows = self._table, batch.positions, batch.row[batch.cut]
        ids = positions.activation_id[batch.cut]
        times = cut_of(ids, positions.fix_time[batch.cut]).tolist()
        known, moved = table.last_positions(rows), table["moved"][rows].tolist()
        bases = table["base"][rows]
        found = []
        for place, index in enumerate(batch.before.tolist()):
            last = positions.position(index) if index >= 0 else None
            if last is None and moved[place]:
                last = known.position(place)
            found.append((int(ids[place]), times[place], QuietCut(int(bases[place]), last)))
        return found

    def referred(self, activation_id: int, batch: QuietBatch | None) -> bool:
        """Tell whether quiet cuts refer to an activation's docket, those of a batch included."""
        row = self._table.find(activation_id)
        cut = row >= 0 and bool(self._table["cut"][row])
        return cut or (batch is not None and row in batch.row[batch.cut])

    def moved(self, activation_id: int) -> tuple[Position, Instant | None] | None:
        """Return an activation's last quiet position since its docket was put, and when it came.

        None if none came; when it came is not known of one before the start.
        """
        row = self._table.find(activation_id)
        if row < 0 or not self._table["moved"][row]:
            return None
        heard = int(self._table["heard"][row])
        return self._table.last_position(row), None if heard == BEGINNING else heard

    def taken(self, batch: QuietBatch) -> Taken:
        """Return each message of a quiet batch by its newest position."""
        ends = np.flatnonzero(np.diff(batch.message, append=-1))
        measured_at = batch.positions.fix_time[ends]
        received_at = batch.positions.received_at[ends]
        overdue = received_at - measured_at > self._table["max_age"][batch.row[ends]]
        return Taken(measured_at, received_at, np.zeros(len(ends), np.bool_), overdue)

    def vendors(self, batch: QuietBatch) -> tuple[Counter[str], dict[str, Instant]]:
        """Return how many messages came of each vendor, and when it was heard last."""
        ends = np.flatnonzero(np.diff(batch.message, append=-1))
        codes, received_at = (
            self._table["vendor"][batch.row[ends]],
            batch.positions.received_at[ends],
        )
        count = np.bincount(codes, minlength=len(self._vendors)).tolist()
        heard = np.full(len(self._vendors), np.iinfo(np.int64).min)
        np.maximum.at(heard, codes, received_at)
        named = zip(self._vendors, count, heard.tolist(), strict=True)
        came = [(name, many, at) for name, many, at in named if many]
        return (
            Counter({name: many for name, many, _ in came}),
            {name: at for name, _, at in came},
        )


def _batch(
    taken: list[Delivery],
    row: Whole,
    message: Whole,
    positions: PositionColumns,
    quiet: Quiet,
) -> QuietBatch:
    if len(quiet.kept) == len(positions):
        return QuietBatch(taken, row, message, positions, *quiet[1:])
    number = np.full(len(positions) + 1, -1, np.int64)
    number[quiet.kept] = np.arange(len(quiet.kept))
    return QuietBatch(
        taken,
        row,
        message,
        positions.take(quiet.kept),
        number[quiet.newest],
        quiet.rows,
        quiet.due,
        number[quiet.cut],
        number[quiet.before],
    )
