"""Which positions of a batch are quiet: what `lane.py` asks of one, asked of all at once.

Positions of one activation are a chain, each compared with the one before it. What follows one that
is not quiet is not quiet either, and a message is taken as a whole or not at all.
"""

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.evidence import MAX_AHEAD
from engine.core.lane_table import LaneTable
from engine.core.plausibility import MAX_SPEED_MPS, MOST_M_PER_DEGREE
from engine.core.position_columns import PositionColumns, Real, Small, Whole
from engine.core.room import SHARED_M, covered, rooms_at
from engine.core.turns import UNKNOWN
from engine.core.vitals import NOT_CHARGING
from zones.instant import HOUR, MINUTE, SECOND

Marks = NDArray[np.bool_]

_HAIR_M: Final = 1e-6
"""Metres by which many and one may be measured otherwise: less than this from a limit is no."""

_STRIDE: Final = 37


def cut_of(activation_id: Whole, fix_time: Whole) -> Whole:
    """Return the newest instant, not after a time, at which an activation's state is cut.

    Once an hour, at a minute of its own: of a country a sixtieth is cut in each minute.
    """
    phase = activation_id * _STRIDE % 60 * MINUTE
    at: Whole = (fix_time - phase) // HOUR * HOUR + phase
    return at


class Quiet(NamedTuple):
    """Quiet positions, each activation's in order, and what they lead to."""

    kept: Whole
    """Which of the positions that were asked about, in the order in which they came."""
    newest: Whole
    """Of each activation the newest of them."""
    rows: Whole
    """Its row in the table."""
    due: Whole
    """When time alone next changes an episode of it."""
    cut: Whole
    """Those before which a cut is due."""
    before: Whole
    """The position before each of `cut`; -1 for the last one known."""


class _At(NamedTuple):
    """The columns of positions that are looked at."""

    activation_id: Whole
    fix_time: Whole
    received_at: Whole
    seq: Whole
    lat: Real
    lon: Real
    accuracy_m: Real
    battery_pct: Real
    charging: Small


class _Chain(NamedTuple):
    """Positions in order of row, then as they came, with what is known of the one before."""

    order: Whole
    row: Whole
    first: Marks
    positions: _At
    message: Whole
    before: dict[str, NDArray[Any]]


def quiet_of(table: LaneTable, rows: Whole, message: Whole, positions: PositionColumns) -> Quiet:
    """Return which of positions, given with the row and the message of each, are quiet."""
    chain = _chain(table, rows, message, positions)
    ok = _prefix(chain, _calm(table, chain))
    ok = _prefix(chain, _clear(table, chain, ok))
    ok = _whole(chain, ok)
    return _result(table, chain, ok)


def _chain(table: LaneTable, rows: Whole, message: Whole, positions: PositionColumns) -> _Chain:
    order = np.argsort(rows, kind="stable")
    row = rows[order]
    first = np.ones(len(row), np.bool_)
    first[1:] = row[1:] != row[:-1]
    taken = _At(*(getattr(positions, name)[order] for name in _At._fields))
    before = {
        name: _before(getattr(taken, name), first, table.last(name)[row])
        for name in ("fix_time", "seq", "lat", "lon", "accuracy_m")
    }
    before["after"] = _before(taken.fix_time, first, table["after"][row])
    before["head"] = _before(taken.fix_time, first, table["head"][row])
    return _Chain(order, row, first, taken, message[order], before)


def _before(values: NDArray[Any], first: Marks, known: NDArray[Any]) -> NDArray[Any]:
    shifted = np.empty_like(values)
    shifted[1:] = values[:-1]
    shifted[first] = known[first]
    return shifted


def _calm(table: LaneTable, chain: _Chain) -> Marks:
    """Return which are in time, in number, in reach and say nothing of the device."""
    at, before, row = chain.positions, chain.before, chain.row
    step = at.seq - before["seq"]
    elapsed_s = np.maximum(1.0, (at.fix_time - before["fix_time"]) / SECOND)
    way = _degrees(chain) * MOST_M_PER_DEGREE
    calm: Marks = (
        table["open"][row]
        & (at.fix_time > before["after"])
        & (at.fix_time < table["until"][row])
        & (at.received_at >= table["since"][row])
        & (at.fix_time - at.received_at <= MAX_AHEAD)
        & ((step == 0) | (step == 1))
        & (way <= MAX_SPEED_MPS * elapsed_s)
        & _unchanged(table, chain)
    )
    return calm


def _unchanged(table: LaneTable, chain: _Chain) -> Marks:
    """Return which say nothing of battery and charging that is not known: see `Vitals`."""
    row, percent, charging = chain.row, chain.positions.battery_pct, chain.positions.charging
    within = (percent > table["above_pct"][row]) & (percent <= table["most_pct"][row])
    expected = table["charging"][row]
    same = (charging == expected) | ((expected == NOT_CHARGING) & (charging < NOT_CHARGING))
    unchanged: Marks = np.where(np.isnan(percent), table["silent"][row], within) & same
    return unchanged


def _degrees(chain: _Chain) -> Real:
    at, before = chain.positions, chain.before
    degrees: Real = np.abs(at.lon - before["lon"]) + np.abs(at.lat - before["lat"])
    return degrees


def _clear(table: LaneTable, chain: _Chain, ok: Marks) -> Marks:
    """Return which of those that are ok are where they may be.

    Whom the room of his lane covers is; the others are measured.
    """
    row, at, before = chain.row, chain.positions, chain.before
    held = at.fix_time - before["fix_time"] <= table["max_age"][row]
    way_m = np.where(held, _degrees(chain) * MOST_M_PER_DEGREE, 0.0)
    turns = table.turns[row]
    count = (turns <= at.fix_time[:, None]).sum(axis=1)
    number = table.sets[row, count]
    same = (turns <= before["fix_time"][:, None]).sum(axis=1) == count
    sure = same & covered(table.rooms[row], number, at.lon, at.lat, at.accuracy_m, way_m)
    asked = np.flatnonzero(ok & ~sure)
    clear: Marks = ok & sure
    clear[asked] = _measured(table, chain, asked, way_m[asked])
    resting = asked[clear[asked] & (way_m[asked] < SHARED_M / 2)]
    if len(resting):
        own, at_rest = row[resting], number[resting]
        table.rooms[own] = rooms_at(table, own, at_rest, at.lon[resting], at.lat[resting])
    return clear


def _measured(table: LaneTable, chain: _Chain, asked: Whole, way_m: Real) -> Marks:
    """Return which places are clear of all zones to keep out of, and where to be."""
    row, at = chain.row[asked], chain.positions
    lon, lat, accuracy_m = at.lon[asked], at.lat[asked], at.accuracy_m[asked]
    clear = _where_to_be(table, chain, asked)
    clear[_fenced(table, row, lon, lat, accuracy_m, way_m)] = False
    bits = table["shared"][row]
    sharing = np.flatnonzero(bits)
    if len(sharing):
        limit = table["shared_plus_m"][row] + table["shared_factor"][row] * accuracy_m
        reach = np.maximum(limit, way_m)[sharing] + _HAIR_M
        hit = table.shared.near(lon[sharing], lat[sharing], reach, bits[sharing])
        clear[sharing[hit]] = False
    return clear


def _where_to_be(table: LaneTable, chain: _Chain, asked: Whole) -> Marks:
    """Return which are surely where they have to be, now and at the turn before, if there was one.

    At a turn the position before is read again, if it still holds.
    """
    row, at, before = chain.row[asked], chain.positions, chain.before
    fix_time, former = at.fix_time[asked], before["fix_time"][asked]
    turns = table.turns[row]
    count = (turns <= fix_time[:, None]).sum(axis=1)
    number = table.sets[row, count]
    kept = _inside(table, row, number, at.lon[asked], at.lat[asked], at.accuracy_m[asked])
    turned = np.flatnonzero(turns[np.arange(len(row)), np.maximum(count - 1, 0)] > former)
    turned = turned[count[turned] > 0]
    if len(turned):
        kept[turned] &= (turns[turned] <= former[turned, None]).sum(axis=1) == count[turned] - 1
        held = former[turned] + table["max_age"][row[turned]]
        again = turned[turns[turned, count[turned] - 1] <= held]
        own = asked[again]
        place = (before["lon"][own], before["lat"][own], before["accuracy_m"][own])
        kept[again] &= _inside(table, row[again], number[again], *place)
    return kept


def _inside(
    table: LaneTable, row: Whole, number: Small, lon: Real, lat: Real, accuracy_m: Real
) -> Marks:
    """Return which positions are surely in one place for each condition of a set, by its number."""
    known: Marks = number != UNKNOWN
    asked = np.where(known, table.groups[row, number], 0)
    if not asked.any():
        return known
    count, entry = table.places.places(row)
    owner = np.repeat(np.arange(len(row)), count)
    own = table.places["set"][entry] == number[owner]
    owner, entry = owner[own], entry[own]
    metres = table.zones.signed_distances_m(lon[owner], lat[owner], table.places["zone"][entry])
    sure = metres >= table.places["factor"][entry] * accuracy_m[owner] + _HAIR_M
    group = table.places["group"][entry]
    starts = np.ones(len(entry), np.bool_)
    starts[1:] = (owner[1:] != owner[:-1]) | (group[1:] != group[:-1])
    begin = np.flatnonzero(starts)
    held = np.logical_or.reduceat(sure, begin)
    found: Marks = known & (np.bincount(owner[begin][held], minlength=len(row)) == asked)
    return found


def _fenced(
    table: LaneTable, row: Whole, lon: Real, lat: Real, accuracy_m: Real, way_m: Real
) -> Whole:
    """Return which positions are not surely clear of a zone of their own to keep out of."""
    count, entry = table.fences.places(row)
    owner = np.repeat(np.arange(len(row)), count)
    if not len(entry):
        return owner
    metres = table.zones.signed_distances_m(lon[owner], lat[owner], table.fences["zone"][entry])
    reach = table.fences["plus_m"][entry] + table.fences["factor"][entry] * accuracy_m[owner]
    return owner[metres >= -(np.maximum(reach, way_m[owner]) + _HAIR_M)]


def _prefix(chain: _Chain, ok: Marks) -> Marks:
    """Return those before which, in their chain, all are ok."""
    if ok.all() or chain.first.all():
        return ok
    bad = np.cumsum(~ok)
    start = np.flatnonzero(chain.first)
    earlier: Whole = np.repeat(bad[start] - ~ok[start], np.diff(np.append(start, len(ok))))
    kept: Marks = bad == earlier
    return kept


def _whole(chain: _Chain, ok: Marks) -> Marks:
    """Return those whose message is ok to its end."""
    if ok.all() or len(chain.message) < 2:
        return ok
    ends = np.ones(len(ok), np.bool_)
    ends[:-1] = chain.message[1:] != chain.message[:-1]
    end = np.flatnonzero(ends)
    return np.repeat(ok[end], np.diff(end, prepend=-1))


def _result(table: LaneTable, chain: _Chain, ok: Marks) -> Quiet:
    kept = np.flatnonzero(ok)
    row, at = chain.row[kept], chain.positions
    last = np.ones(len(kept), np.bool_)
    last[:-1] = row[1:] != row[:-1]
    newest = kept[last]
    times = cut_of(at.activation_id[kept], at.fix_time[kept])
    cut = kept[times > chain.before["head"][kept]]
    before = np.where(chain.first[cut], -1, chain.order[cut - 1])
    return Quiet(
        kept=np.sort(chain.order[kept]),
        newest=chain.order[newest],
        rows=row[last],
        due=_due(table, row[last], at, newest),
        cut=chain.order[cut],
        before=before,
    )


def _due(table: LaneTable, row: Whole, at: _At, newest: Whole) -> Whole:
    """Return when time alone next changes an episode: at a turn that finds him elsewhere.

    A position that no longer holds at the next turn says nothing then, and one from which all that
    is asked from then on is kept changes nothing.
    """
    due = table["due"][row]
    fix_time = at.fix_time[newest]
    holds_until = fix_time + table["max_age"][row]
    turns = table.turns[row]
    count = (turns <= fix_time[:, None]).sum(axis=1)
    coming = (turns <= holds_until[:, None]).sum(axis=1)
    met = np.flatnonzero(coming > count)
    if len(met):
        own, index = row[met], newest[met]
        places = (at.lon[index], at.lat[index], at.accuracy_m[index])
        kept = _inside(table, own, table.sets[own, count[met] + 1], *places)
        kept &= coming[met] == count[met] + 1
        turn = turns[met, count[met]]
        due[met] = np.where(kept, due[met], np.minimum(due[met], turn))
    return due
