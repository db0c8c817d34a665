"""What the engine itself counts for a wall view: all at hand, nothing of it from the store."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from engine.caseload import Caseload
from engine.core.episode import StoredEpisode
from engine.core.order import Activation
from engine.recent import Recent, RecentNumbers
from engine.roster import VendorNow
from engine.silences import Silent
from zones.instant import Instant


class SilentDevice(NamedTuple):
    """A device past its call-in."""

    activation: Activation
    name: str
    """Of who wears it."""
    missed: StoredEpisode


class FloorNumbers(msgspec.Struct, frozen=True, kw_only=True):
    """What the engine counts, as of one moment."""

    recent: RecentNumbers = RecentNumbers()
    silent: Silent = Silent()
    longest: tuple[SilentDevice, ...] = ()
    """The longest silent devices, the longest first."""
    vendors: tuple[VendorNow, ...] = ()


def numbers_of(caseload: Caseload, recent: Recent, now: Instant, most: int) -> FloorNumbers:
    """Return what is counted at an instant; of silent devices the `most` longest silent by name."""
    silent = caseload.silences.at(now, most)
    return FloorNumbers(
        recent=recent.numbers(now),
        silent=silent,
        longest=tuple(_silent_devices(caseload, silent.longest)),
        vendors=caseload.roster.vendors(),
    )


def _silent_devices(caseload: Caseload, activations: Sequence[int]) -> Iterator[SilentDevice]:
    for each in activations:
        case = caseload.case(each)
        # It may have been heard since it was counted.
        if case.silence.missed is not None:
            activation = case.docket.supervision.activation
            wearer = caseload.registry.wearers.get(activation.wearer_id)
            yield SilentDevice(activation, wearer.name if wearer else "", case.silence.missed)
