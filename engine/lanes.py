"""The lanes of the caseload: what of a batch is quiet is taken at once, without a docket's moving.

A lane is closed as soon as a docket is no longer at rest, and opened when it is again: both with
the docket that was committed. Quiet positions that were committed move the lane alone; whoever
needs the docket gets it brought up to date from there. So nothing of it is known in two places: the
docket says what was when it was folded last, the lane what came since.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import compress
from typing import NamedTuple

import numpy as np

from engine.agenda import Agenda
from engine.call_ins import CallIns
from engine.core.docket import Docket
from engine.core.lane import lane_of
from engine.core.lane_table import LaneTable
from engine.core.plain_messages import read_plain
from engine.core.position import Position
from engine.core.position_columns import PositionColumns, Whole
from engine.core.quiet import Quiet, quiet_of
from engine.core.shared_zones import SharedZones
from engine.core.topic import telemetry_topic
from engine.live_positions import LivePositions
from engine.recent import Taken
from engine.sources.source import Delivery
from zones.instant import Instant
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

    def position_before(self, cut: int) -> Position | None:
        """Return the position before one of `cut`, by its place there; None if it is not here."""
        index = int(self.before[cut])
        return None if index < 0 else self.positions.position(index)


class Lanes:
    """A lane for each activation that has one."""

    def __init__(self, zones: ZoneTable) -> None:
        """Begin without lanes; their zones are numbered in a table that may hold others."""
        self._table = LaneTable(zones, SharedZones())
        self._topics: dict[str, int] = {}
        self._started: dict[str, Instant] = {}
        self._devices: list[str] = []
        self._vendors: dict[str, int] = {}

    def put(self, docket: Docket, newest: Instant, heard: Instant, *, awaited: bool) -> None:
        """Open or close a lane, as a docket that was committed says.

        `newest` is the greatest fix time stored of the activation, `heard` when it was heard last,
        and `awaited` says whether somebody is to be told when it is heard again.
        """
        activation, state = docket.supervision.activation, docket.state
        row = self._row(docket)
        topic = telemetry_topic(activation.vendor, activation.device_id)
        lane = None
        if self._started[topic] == activation.started_at:
            lane = lane_of(docket, newest)
        last, counted = state.admission.last, state.counting.newest
        if lane is None or last is None or state.head is None or counted is None:
            self._table.close(row)
            self._table["moved"][row] = False
            return
        self._table.open(row, lane, last, counted, state.head[0])
        self._table["heard"][row], self._table["awaited"][row] = heard, awaited

    def place(self, activation_id: int, **rows: int) -> None:
        """Note by which number others know an activation: `agenda`, `call_in` and `live`."""
        row = self._table.find(activation_id)
        for name, number in rows.items():
            self._table[name][row] = number

    def close(self, activation_id: int) -> None:
        """Let every position of an activation be folded, until its docket is put again."""
        row = self._table.find(activation_id)
        if row >= 0:
            self._table.close(row)

    def take(self, deliveries: Sequence[Delivery]) -> tuple[QuietBatch | None, list[Delivery]]:
        """Return the quiet part of a batch, and the others."""
        rows = np.array([self._topics.get(each.topic, -1) for each in deliveries], np.int64)
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
        lon, lat = (column[batch.newest] for column in (batch.positions.lon, batch.positions.lat))
        live.move(table["live"][rows], lon, lat, fix_time)
        agenda.enter_many(table["agenda"][rows], batch.due)
        call_ins.heard(table["call_in"][rows], received_at + table["max_age"][rows])

    def moved(self, activation_id: int) -> tuple[Position, Instant] | None:
        """Return an activation's last quiet position since its docket was put, and when it came.

        None if none came.
        """
        row = self._table.find(activation_id)
        if row < 0 or not self._table["moved"][row]:
            return None
        return self._table.last_position(row), int(self._table["heard"][row])

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

    def _row(self, docket: Docket) -> int:
        activation = docket.supervision.activation
        row = self._table.row(activation.activation_id)
        topic = telemetry_topic(activation.vendor, activation.device_id)
        if activation.started_at >= self._started.get(topic, activation.started_at):
            self._topics[topic], self._started[topic] = row, activation.started_at
        if row == len(self._devices):
            self._devices.append(activation.device_id)
            code = self._vendors.setdefault(activation.vendor, len(self._vendors))
            self._table["vendor"][row] = code
        return row


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
