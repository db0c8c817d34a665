"""The battery: one level holds at a time, by the device's word or by the percentage it states.

| what is told | none holds | this level holds | another level holds |
|---|---|---|---|
| start of a level | begins | the same | the other ends, this one begins |
| end of a level | nothing | ends | nothing |
| a percentage that makes a worse level | begins | the same | the other ends, this one begins |
| a percentage well above the level | nothing | ends | ends |

So a device that reports critical after low has left low. The starts of one instant are one word,
of which the worst counts. `LEVELS_PCT` are the engine's own levels for devices that report none.
A level that began by the percentage is left `HYSTERESIS_PCT` above its own, so that a charge which
wavers does not flap; one that the device reported ends by its own end, or above `HALF_PCT`: its
levels need not be ours, and some devices never report an end.
"""

from typing import Final

import msgspec

from engine.core.device_event import DeviceEvent, EventState
from engine.core.episode import Bound, EpisodeKind
from engine.core.faults import Folded, ended, episode_of, find, left
from engine.core.state import Fault
from zones.instant import Instant

LEVELS_PCT: Final = {
    EpisodeKind.BATTERY_DEAD: 1.0,
    EpisodeKind.BATTERY_CRITICAL: 10.0,
    EpisodeKind.BATTERY_LOW: 20.0,
}
"""Up to how many percent of charge each level is, worst first."""

HYSTERESIS_PCT: Final = 5.0
HALF_PCT: Final = 50.0

LEVELS: Final = {kind.value: kind for kind in LEVELS_PCT}
"""By the type of their event."""

_WORST_FIRST: Final = tuple(LEVELS_PCT)


def reported(faults: tuple[Fault, ...], event: DeviceEvent) -> Folded:
    """Fold the event of a level."""
    kind = LEVELS[event.type]
    holding = holding_level(faults)
    if event.state is EventState.START:
        return _started(faults, holding, kind, event)
    if event.state is EventState.END:
        matches = holding is not None and holding.kind is kind
        return left(faults, holding, event.time, event.activation_id) if matches else (faults, [])
    exactly = Bound(event.time, event.time, event.time)
    fault = Fault(kind=kind, started=exactly, last=event.time)
    return faults, [] if holding is not None else [episode_of(fault, event.activation_id, exactly)]


def charged_to(
    faults: tuple[Fault, ...], percent: float, at: Instant, activation_id: int
) -> Folded:
    """Fold the percentage of charge that a message states."""
    holding = holding_level(faults)
    level = next((kind for kind, most in LEVELS_PCT.items() if percent <= most), None)
    if holding is None:
        return (faults, []) if level is None else (_with(faults, level, at, derived=True), [])
    if level is not None and _is_worse(level, holding.kind):
        return _switched(faults, holding, level, at, activation_id, derived=True)
    if percent > holds_to_pct(holding):
        if level is not None:
            return _switched(faults, holding, level, at, activation_id, derived=True)
        return left(faults, holding, at, activation_id)
    return _told_again(faults, holding, at, derived=holding.derived), []


def holds_to_pct(level: Fault) -> float:
    """Return the percentage above which a level is left."""
    return LEVELS_PCT[level.kind] + HYSTERESIS_PCT if level.derived else HALF_PCT


def worse_pct(level: Fault) -> float:
    """Return the percentage up to which a level gives way to a worse one; below 0 for the worst."""
    worse = [most for kind, most in LEVELS_PCT.items() if _is_worse(kind, level.kind)]
    return max(worse, default=-1.0)


def holding_level(faults: tuple[Fault, ...]) -> Fault | None:
    """Return the level that holds; None if none does."""
    for kind in _WORST_FIRST if faults else ():
        found = find(faults, kind)
        if found is not None:
            return found
    return None


def _is_worse(one: EpisodeKind, other: EpisodeKind) -> bool:
    return _WORST_FIRST.index(one) < _WORST_FIRST.index(other)


def _started(
    faults: tuple[Fault, ...], holding: Fault | None, kind: EpisodeKind, event: DeviceEvent
) -> Folded:
    if holding is None:
        return _with(faults, kind, event.time, derived=False), []
    same_word = holding.started.by == event.time and _is_worse(holding.kind, kind)
    if holding.kind is kind or same_word:
        return _told_again(faults, holding, event.time, derived=False), []
    return _switched(faults, holding, kind, event.time, event.activation_id, derived=False)


def _switched(
    faults: tuple[Fault, ...],
    holding: Fault,
    kind: EpisodeKind,
    at: Instant,
    activation_id: int,
    *,
    derived: bool,
) -> Folded:
    remaining = tuple(fault for fault in faults if fault is not holding)
    over = [ended(holding, at, activation_id)] if holding.started.by < at else []
    return _with(remaining, kind, at, derived=derived), over


def _with(
    faults: tuple[Fault, ...], kind: EpisodeKind, at: Instant, *, derived: bool
) -> tuple[Fault, ...]:
    return (*faults, Fault(kind=kind, started=Bound(at, at, at), last=at, derived=derived))


def _told_again(
    faults: tuple[Fault, ...], holding: Fault, at: Instant, *, derived: bool
) -> tuple[Fault, ...]:
    again = msgspec.structs.replace(holding, last=at, derived=derived)
    return tuple(again if fault is holding else fault for fault in faults)
