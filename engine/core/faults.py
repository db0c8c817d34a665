"""Faults: what a device reports of itself, and what follows from how it is heard.

A fault needs no second witness. What is reported as a pair (`REPORTED`) lasts from its start to its
end; starts while it holds are reports of the same, an end alone says nothing, `at` is a fault
without length. What holds when the device is taken off ends then.

| fault | begins | ends |
|---|---|---|
| location lost | heard when the last judged position no longer held: since then | judged position |
| implausible position | with a position nobody could have reached | judged position |
| clock skew | with a message whose clock must be wrong, at its receipt | report of a right clock |
| motion without GNSS | by the device's word | its word, or a judged GNSS position |
| charging | by the device's word, or a message that says so | likewise |

Implausible positions are shown at once, but are an alert only once the run of them is over or
`AGREEING` long: until then the wearer may well have moved. All is judged in event time.
"""

from collections.abc import Container
from typing import Final

import msgspec

from engine.core.device_event import DeviceEvent, EventState
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from engine.core.plausibility import AGREEING
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
        EpisodeKind.CHARGING,
        EpisodeKind.MOTION_WITHOUT_GNSS,
        EpisodeKind.NO_MOTION,
    )
}
"""The faults a device reports as pairs, by the type of their event (battery: `core.battery`)."""

Folded = tuple[tuple[Fault, ...], list[Episode]]
"""The faults that hold now and the episodes that ended."""


def find(faults: tuple[Fault, ...], kind: EpisodeKind) -> Fault | None:
    """Return the fault of a kind, if it holds."""
    return next((fault for fault in faults if fault.kind is kind), None)


def heard(
    faults: tuple[Fault, ...], at: Instant, last_judged: Instant, max_age: Duration
) -> tuple[Fault, ...]:
    """Fold that the device was heard at `at` without a position that could be judged."""
    since = last_judged + max_age
    if at <= since and find(faults, EpisodeKind.LOCATION_LOST) is None:
        return faults
    return holds(faults, EpisodeKind.LOCATION_LOST, Bound(last_judged, since, since), at)


def holds(
    faults: tuple[Fault, ...], kind: EpisodeKind, started: Bound, at: Instant
) -> tuple[Fault, ...]:
    """Fold that a fault holds at `at`: it began as given, or goes on."""
    holding = find(faults, kind)
    if holding is None:
        return (*faults, Fault(kind=kind, started=started, last=at))
    reports = holding.reports + 1
    enough = kind is EpisodeKind.IMPLAUSIBLE_POSITION and reports == AGREEING
    confirmed_at = at if enough else holding.confirmed_at
    again = msgspec.structs.replace(holding, last=at, reports=reports, confirmed_at=confirmed_at)
    return tuple(again if fault is holding else fault for fault in faults)


def goes_on(faults: tuple[Fault, ...], kind: EpisodeKind, at: Instant) -> tuple[Fault, ...]:
    """Fold a message of `at` that says that a fault holds: it begins, or is told again."""
    holding = find(faults, kind)
    if holding is None:
        return (*faults, Fault(kind=kind, started=Bound(at, at, at), last=at))
    again = msgspec.structs.replace(holding, last=at)
    return tuple(again if fault is holding else fault for fault in faults)


def over(
    faults: tuple[Fault, ...], kinds: Container[EpisodeKind], at: Instant, activation_id: int
) -> Folded:
    """Fold something at `at` that ends faults of these kinds."""
    if not faults:
        return faults, []
    closed = [ended(fault, at, activation_id) for fault in faults if fault.kind in kinds]
    return tuple(fault for fault in faults if fault.kind not in kinds), closed


def left(
    faults: tuple[Fault, ...], holding: Fault | None, at: Instant, activation_id: int
) -> Folded:
    """Fold the end of one fault at `at`."""
    return (faults, []) if holding is None else over(faults, (holding.kind,), at, activation_id)


def reported(faults: tuple[Fault, ...], event: DeviceEvent) -> Folded:
    """Fold the event of a fault that is reported as a pair."""
    kind, at = REPORTED[event.type], event.time
    if event.state is EventState.END:
        return left(faults, find(faults, kind), at, event.activation_id)
    exactly = Bound(at, at, at)
    if event.state is EventState.START or find(faults, kind) is not None:
        return holds(faults, kind, exactly, at), []
    fault = Fault(kind=kind, started=exactly, last=at)
    return faults, [episode_of(fault, event.activation_id, exactly)]


def ended(fault: Fault, at: Instant, activation_id: int) -> Episode:
    """Return the episode of a fault that is known to be over at `at`.

    What ends by itself ended most likely with its newest report.
    """
    estimate = at if fault.until is None else min(fault.last, at)
    return episode_of(fault, activation_id, Bound(min(fault.last, at), at, estimate))


def episode_of(fault: Fault, activation_id: int, ended: Bound | None) -> Episode:
    """Return what a fault is, ended or not."""
    in_doubt = fault.kind is EpisodeKind.IMPLAUSIBLE_POSITION
    enough = not in_doubt or ended is not None or fault.reports >= AGREEING
    return Episode(
        activation_id=activation_id,
        condition_id=None,
        condition_version=None,
        zone_id=None,
        kind=fault.kind,
        state=EpisodeState.CONFIRMED if enough else EpisodeState.PENDING,
        started=fault.started,
        ended=ended,
        positions=fault.reports if in_doubt else 0,
        max_depth_m=0.0,
        confirmed_at=_confirmed_at(fault, ended) if enough else None,
        detail=_detail(fault),
    )


def _confirmed_at(fault: Fault, ended: Bound | None) -> Instant:
    if fault.confirmed_at is not None:
        return fault.confirmed_at
    if fault.kind is EpisodeKind.IMPLAUSIBLE_POSITION and ended is not None:
        return ended.by
    return fault.started.by


def _detail(fault: Fault) -> str:
    if fault.kind is EpisodeKind.TAMPER_REPEATED:
        return f"{fault.reports} brief tampers"
    return ""
