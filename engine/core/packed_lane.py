"""A lane in few bytes, as it is stored beside its docket, so that a start need not work it out.

It holds for the docket that it is stored with, and for the registry that this has followed: a
change that concerns it judges and stores both anew. Zones are named, not copied; large sets of them
are known by what conditions name. What an engine of other rules (`RULES_VERSION`) wrote is no lane.
"""

from collections.abc import Callable
from typing import Final

import msgspec

from engine.core.compile import Named
from engine.core.lane import Lane
from engine.core.lane_shape import Shape
from engine.core.vitals import Vitals
from zones.instant import Instant
from zones.zone import ZoneKey
from zones.zone_set import ZoneSet

RULES_VERSION: Final = 4
"""To be raised whenever what a lane says is made or read otherwise than before."""

MOST_SHAPES: Final = 10_000
"""Shapes remembered; there are as many as different hours, parameters and numbers of zones."""


class PackedLane(msgspec.Struct, frozen=True, array_like=True):
    """What is stored of a lane."""

    rules: int
    shape: bytes
    zones: tuple[str | ZoneKey, ...]
    """Those of version 1 by their id."""
    shared: tuple[Named, ...]
    since: Instant
    after: Instant
    until: Instant
    due: Instant
    head: Instant
    counted: int
    vitals: Vitals


_ENCODE: Final = msgspec.msgpack.Encoder().encode
_DECODE: Final = msgspec.msgpack.Decoder(PackedLane).decode
_SHAPE: Final = msgspec.msgpack.Decoder(Shape).decode


def pack_lane(lane: Lane, name_of: Callable[[ZoneSet], Named | None]) -> bytes | None:
    """Return the bytes of a lane; None if a large set of its zones has no name."""
    shared = [name_of(each) for each in lane.shared]
    packed = PackedLane(
        RULES_VERSION,
        _ENCODE(lane.shape),
        tuple(name if version == 1 else (name, version) for name, version in lane.zones),
        tuple(each for each in shared if each is not None),
        lane.since,
        lane.after,
        lane.until,
        lane.due,
        lane.head,
        lane.counted,
        lane.vitals,
    )
    return _ENCODE(packed) if len(packed.shared) == len(shared) else None


class LaneReader:
    """Makes lanes of bytes again, with sets of zones that it is told where to find."""

    def __init__(self, zone_set: Callable[[Named], ZoneSet | None]) -> None:
        self._zone_set = zone_set
        self._shapes: dict[bytes, Shape] = {}

    def read(self, packed: bytes) -> Lane | None:
        """Return the lane that was packed; None if it is of other rules or a set is not there."""
        try:
            found = _DECODE(packed)
        except msgspec.MsgspecError:
            return None
        if found.rules != RULES_VERSION:
            return None
        sets = [self._zone_set(each) for each in found.shared]
        lane = Lane(
            since=found.since,
            after=found.after,
            until=found.until,
            due=found.due,
            head=found.head,
            counted=found.counted,
            vitals=found.vitals,
            shape=self._shape(found.shape),
            zones=tuple((each, 1) if isinstance(each, str) else each for each in found.zones),
            shared=tuple(each for each in sets if each is not None),
        )
        return lane if len(lane.shared) == len(sets) else None

    def _shape(self, packed: bytes) -> Shape:
        shape = self._shapes.get(packed)
        if shape is None:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes.clear()
            shape = self._shapes[packed] = _SHAPE(packed)
        return shape
