"""Room is how far somebody may move before the zones about him have to be measured again.

Most people stay where they are. From a place that was measured, each zone to keep out of is at
least so far, and each place to be holds him at least so deep; whoever has moved by less than that
is still clear of them, and inside (the triangle inequality). What is not covered is measured, so
what is told quiet does not depend on it.

The room of a lane is a row of numbers, all zero if it has none, which covers nobody.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.lane_table import ROOM, LaneTable
from engine.core.plausibility import MOST_M_PER_DEGREE
from engine.core.position_columns import Real, Small, Whole

Marks = NDArray[np.bool_]

MARGIN_M: Final = 1.0
"""By how much distances from two places may differ from those on the ellipsoid, and much more."""
FARTHEST_M: Final = 1_000.0
"""No room is larger: so far that margin is ample."""
SHARED_M: Final = 75.0
"""How far shared zones are looked for beyond what is asked: the index is quick up to 100 m."""

_LON, _LAT, _OUT, _IN, _FACTOR, _SET = range(ROOM)


def covered(
    rooms: Real, number: Small, lon: Real, lat: Real, accuracy_m: Real, way_m: Real
) -> Marks:
    """Return which places are surely clear and inside, a room of shape (n, ROOM) each.

    `number` is the set of places to be that counts; nobody is clear of a zone that he may have
    passed on his way.
    """
    moved_m = np.abs(lon - rooms[:, _LON]) + np.abs(lat - rooms[:, _LAT])
    moved_m *= MOST_M_PER_DEGREE
    moved_m += MARGIN_M
    limit_m = rooms[:, _FACTOR] * accuracy_m
    sure: Marks = rooms[:, _SET] == number
    sure &= rooms[:, _OUT] - moved_m > np.maximum(limit_m, way_m)
    sure &= rooms[:, _IN] - moved_m > limit_m
    return sure


def rooms_at(table: LaneTable, row: Whole, number: Small, lon: Real, lat: Real) -> Real:
    """Return the rooms of lanes about places, of each where the set with that number counts."""
    rooms = np.zeros((len(row), ROOM))
    rooms[:, _LON], rooms[:, _LAT], rooms[:, _SET] = lon, lat, number
    rooms[:, _OUT] = rooms[:, _IN] = FARTHEST_M
    _keep_out(table, row, rooms)
    _keep_shared(table, row, rooms)
    _keep_in(table, row, number, rooms)
    return rooms


def _keep_out(table: LaneTable, row: Whole, rooms: Real) -> None:
    count, entry = table.fences.places(row)
    owner, fences = np.repeat(np.arange(len(row)), count), table.fences
    metres = table.zones.signed_distances_m(
        rooms[owner, _LON], rooms[owner, _LAT], fences["zone"][entry]
    )
    np.minimum.at(rooms[:, _OUT], owner, -metres - fences["plus_m"][entry])
    np.maximum.at(rooms[:, _FACTOR], owner, fences["factor"][entry])


def _keep_shared(table: LaneTable, row: Whole, rooms: Real) -> None:
    bits = table["shared"][row]
    sharing = np.flatnonzero(bits)
    some, of = rooms[sharing], row[sharing]
    some[:, _OUT] = np.minimum(some[:, _OUT], SHARED_M)
    some[:, _FACTOR] = np.maximum(some[:, _FACTOR], table["shared_factor"][of])
    reach = table["shared_plus_m"][of] + SHARED_M
    some[table.shared.near(some[:, _LON], some[:, _LAT], reach, bits[sharing]), _OUT] = 0.0
    rooms[sharing] = some


def _keep_in(table: LaneTable, row: Whole, number: Small, rooms: Real) -> None:
    count, entry = table.places.places(row)
    owner = np.repeat(np.arange(len(row)), count)
    own = table.places["set"][entry] == number[owner]
    owner, entry = owner[own], entry[own]
    metres = table.zones.signed_distances_m(
        rooms[owner, _LON], rooms[owner, _LAT], table.places["zone"][entry]
    )
    np.maximum.at(rooms[:, _FACTOR], owner, table.places["factor"][entry])
    starts = np.ones(len(entry), np.bool_)
    group = table.places["group"][entry]
    starts[1:] = (owner[1:] != owner[:-1]) | (group[1:] != group[:-1])
    begin = np.flatnonzero(starts)
    found = np.bincount(owner[begin], minlength=len(row))
    if len(begin):
        # One of a condition's places is enough: the one that holds him deepest.
        np.minimum.at(rooms[:, _IN], owner[begin], np.maximum.reduceat(metres, begin))
    rooms[found != table.groups[row, number], _IN] = 0.0
