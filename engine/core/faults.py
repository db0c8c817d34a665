"""Faults: what a device reports of itself as start/end pairs, and a location lost.

A fault needs no second witness. Location lost: the device was heard after its last judged position
had grown too old (plan interval + buffer); it began when that position stopped holding and ends
with the next judged position. Both are judged in event time; what still holds when the device is
taken off ends then.
"""

from typing import Final

import msgspec

from engine.core.device_event import DeviceEvent, EventState
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from engine.core.state import Fault
from zones.instant import Duration, Instant

REPORTED: Final = {
    kind.value: kind
    for kind in (
        EpisodeKind.STRAP_TAMPER,
        EpisodeKind.CASE_TAMPER,
        EpisodeKind.JAMMING,
        EpisodeKind.SHIELDING,
        EpisodeKind.SOS,
        EpisodeKind.BATTERY_DEAD,
        EpisodeKind.BATTERY_CRITICAL,
        EpisodeKind.BATTERY_LOW,
    )
}
"""The faults a device reports of itself, by the type of its event; no other type is one."""

Folded = tuple[tuple[Fault, ...], list[Episode]]
"""The faults that hold now and the episodes that ended."""


def heard(
    faults: tuple[Fault, ...], at: Instant, last_judged: Instant, max_age: Duration
) -> tuple[Fault, ...]:
    """Fold that the device was heard at `at` without a position that could be judged."""
    lost = _find(faults, EpisodeKind.LOCATION_LOST)
    if lost is not None:
        return _with(faults, _again(lost, at))
    since = last_judged + max_age
    if at <= since:
        return faults
    started = Bound(last_judged, since, since)
    return (*faults, Fault(kind=EpisodeKind.LOCATION_LOST, started=started, last=at))


def located(faults: tuple[Fault, ...], at: Instant, activation_id: int) -> Folded:
    """Fold a judged position at `at`: a location that was lost is found."""
    lost = _find(faults, EpisodeKind.LOCATION_LOST)
    return (faults, []) if lost is None else _end(faults, lost, at, activation_id)


def reported(faults: tuple[Fault, ...], event: DeviceEvent) -> Folded:
    """Fold a device event; one of a type that is no fault changes nothing."""
    kind = REPORTED.get(event.type)
    if kind is None:
        return faults, []
    holding = _find(faults, kind)
    if event.state is EventState.END:
        if holding is None:
            return faults, []
        return _end(faults, holding, event.time, event.activation_id)
    exactly = Bound(event.time, event.time, event.time)
    fault = Fault(kind=kind, started=exactly, last=event.time)
    if holding is not None:
        return _with(faults, _again(holding, event.time)), []
    if event.state is EventState.AT:
        return faults, [episode_of(fault, event.activation_id, exactly)]
    return (*faults, fault), []


def ended(fault: Fault, at: Instant, activation_id: int) -> Episode:
    """Return the episode of a fault that is known to be over at `at`."""
    return episode_of(fault, activation_id, Bound(min(fault.last, at), at, at))


def episode_of(fault: Fault, activation_id: int, ended: Bound | None) -> Episode:
    """Return what a fault is, ended or not."""
    return Episode(
        activation_id=activation_id,
        condition_id=None,
        condition_version=None,
        zone_id=None,
        kind=fault.kind,
        state=EpisodeState.CONFIRMED,
        started=fault.started,
        ended=ended,
        positions=0,
        max_depth_m=0.0,
        confirmed_at=fault.started.by,
    )


def _find(faults: tuple[Fault, ...], kind: EpisodeKind) -> Fault | None:
    return next((fault for fault in faults if fault.kind is kind), None)


def _again(fault: Fault, at: Instant) -> Fault:
    return msgspec.structs.replace(fault, last=at, reports=fault.reports + 1)


def _with(faults: tuple[Fault, ...], changed: Fault) -> tuple[Fault, ...]:
    return tuple(changed if fault.kind is changed.kind else fault for fault in faults)


def _end(faults: tuple[Fault, ...], fault: Fault, at: Instant, activation_id: int) -> Folded:
    remaining = tuple(other for other in faults if other is not fault)
    return remaining, [ended(fault, at, activation_id)]
