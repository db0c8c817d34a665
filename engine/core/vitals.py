"""What a quiet position may say of the device: what it is known to be in already, and nothing else.

While a level of the battery holds, a percentage within it tells of the same level again, and while
the device is charging, so does a message that says so: nothing changes but when that was told last.
So that the last position alone says when that was, all of them must speak of it or none of them,
as the one before did.
"""

from math import inf
from typing import Final

import msgspec

from engine.core.battery import LEVELS_PCT, holding_level, holds_to_pct, worse_pct
from engine.core.episode import EpisodeKind
from engine.core.faults import find
from engine.core.position import Position
from engine.core.state import Fault

SILENT, NOT_CHARGING, CHARGING, NOTHING = -1, 0, 1, 2
"""What may be said of charging: no word of it; that it is not, or no word; that it is; nothing."""

_LOW_PCT: Final = max(LEVELS_PCT.values())


class Vitals(msgspec.Struct, frozen=True, array_like=True):
    """What may be said."""

    above_pct: float
    most_pct: float
    """A percentage above the one, and of the other at most."""
    silent: bool
    """Whether no percentage may be stated."""
    charging: int


def vitals_of(faults: tuple[Fault, ...], last: Position) -> Vitals:
    """Return what may be said while faults hold, given the last position."""
    level, charging = holding_level(faults), find(faults, EpisodeKind.CHARGING)
    said = NOT_CHARGING
    if charging is not None:
        said = SILENT if last.charging is None else CHARGING if last.charging else NOTHING
    if level is None:
        return Vitals(_LOW_PCT, inf, silent=True, charging=said)
    if last.battery_pct is None:
        return Vitals(inf, inf, silent=True, charging=said)
    return Vitals(worse_pct(level), holds_to_pct(level), silent=False, charging=said)


def told_again(faults: tuple[Fault, ...], last: Position) -> tuple[Fault, ...]:
    """Return faults after quiet positions, the last of which is given."""
    level = None if last.battery_pct is None else holding_level(faults)
    charging = find(faults, EpisodeKind.CHARGING) if last.charging else None
    if level is None and charging is None:
        return faults
    told = (level, charging)
    return tuple(
        msgspec.structs.replace(each, last=last.fix_time)
        if any(each is one for one in told)
        else each
        for each in faults
    )
