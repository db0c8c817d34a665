"""What a beacon reports of itself: it was moved, it lost power; each as a start/end pair.

While a beacon is reported moved nobody knows where it stands: a position in its range is kept, but
not judged. Power lost is only told: on its battery a unit is heard as before.
"""

from typing import Final

import msgspec

from engine.core.device_event import DeviceEvent, EventState
from engine.core.episode import Bound, Episode, EpisodeKind, EpisodeState
from zones.instant import Instant

REPORTED: Final = {
    kind.value: kind for kind in (EpisodeKind.BEACON_MOVED, EpisodeKind.BEACON_POWER_LOST)
}
"""What a beacon reports, by the type of its event."""


class BeaconFault(msgspec.Struct, frozen=True):
    """Something that holds of a beacon."""

    kind: EpisodeKind
    beacon_id: str
    started: Instant
    last: Instant
    """Event time of the newest report of it."""


Folded = tuple[tuple[BeaconFault, ...], list[Episode]]
"""What holds of beacons now, and the episodes that ended."""


def reported(faults: tuple[BeaconFault, ...], event: DeviceEvent) -> Folded:
    """Fold an event of a beacon; starts while it holds are reports of the same."""
    kind = REPORTED[event.type]
    fresh = BeaconFault(kind, event.beacon_id or "", event.time, event.time)
    holding = next((each for each in faults if _same(each, fresh)), None)
    others = tuple(each for each in faults if each is not holding)
    if event.state is EventState.END:
        if holding is None:
            return faults, []
        return others, [ended(holding, event.time, event.activation_id)]
    if holding is not None:
        return (*others, msgspec.structs.replace(holding, last=event.time)), []
    if event.state is EventState.AT:
        return faults, [ended(fresh, event.time, event.activation_id)]
    return (*faults, fresh), []


def moved(faults: tuple[BeaconFault, ...], beacon_id: str | None) -> bool:
    """Tell whether a beacon is reported moved."""
    return beacon_id is not None and any(
        each.kind is EpisodeKind.BEACON_MOVED and each.beacon_id == beacon_id for each in faults
    )


def ended(fault: BeaconFault, at: Instant, activation_id: int) -> Episode:
    """Return the episode of what is known to be over at an instant."""
    return episode_of(fault, activation_id, Bound(min(fault.last, at), at, at))


def episode_of(fault: BeaconFault, activation_id: int, over: Bound | None) -> Episode:
    """Return what holds of a beacon as an episode, ended or not."""
    return Episode(
        activation_id=activation_id,
        condition_id=None,
        condition_version=None,
        zone_id=None,
        kind=fault.kind,
        state=EpisodeState.CONFIRMED,
        started=Bound(fault.started, fault.started, fault.started),
        ended=over,
        positions=0,
        max_depth_m=0.0,
        confirmed_at=fault.started,
        detail=f"beacon {fault.beacon_id}" if fault.beacon_id else "",
    )


def _same(one: BeaconFault, other: BeaconFault) -> bool:
    return (one.kind, one.beacon_id) == (other.kind, other.beacon_id)
