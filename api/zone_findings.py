"""Findings of zones, for requests: many zones may be stored one after the other.

A new zone, which no condition can name yet, is held against a few recent positions that are kept
for some minutes; so storing it costs no more than before. A changed one is held against a day of
those whose conditions use it.
"""

import threading
from typing import Final

from api.directory import Directory
from api.schemas.finding import FindingOut, finding_out
from api.views.registry import registry_of_directory
from engine.core.zone_surroundings import Seen
from engine.core.zone_use import uses_of
from engine.store.protocol import Transaction
from engine.zone_lint import Neighbourhood, held_against
from zones.instant import MINUTE, Duration, Instant
from zones.zone import Zone

FEW_POSITIONS: Final = 3_000
KEPT_FOR: Final[Duration] = 5 * MINUTE


class ZoneFindings:
    """Finds what is likely wrong with zones. May be used by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: tuple[Instant, Seen] | None = None

    def of_new(
        self, zone: Zone, transaction: Transaction, directory: Directory, now: Instant
    ) -> list[FindingOut]:
        """Return the findings of a zone that nobody uses yet."""
        positions = self._positions(transaction, directory, now)
        return [finding_out(each) for each in held_against(zone, positions, (), now)]

    def of_used(
        self,
        zone: Zone,
        transaction: Transaction,
        directory: Directory,
        now: Instant,
        days: int,
    ) -> list[FindingOut]:
        """Return the findings of a zone that conditions may use, held against some days."""
        uses = uses_of(zone.zone_id, registry_of_directory(directory), now)
        around = Neighbourhood(transaction, now, days)
        return [finding_out(each) for each in around.findings(zone, uses, _newest(directory))]

    def _positions(self, transaction: Transaction, directory: Directory, now: Instant) -> Seen:
        with self._lock:
            recent = self._recent
            if recent is None or not 0 <= now - recent[0] < KEPT_FOR or not len(recent[1].lon):
                around = Neighbourhood(transaction, now, 1, FEW_POSITIONS)
                recent = self._recent = (now, around.positions_of(_newest(directory)[:20]))
            return recent[1]


def _newest(directory: Directory) -> list[int]:
    return sorted(directory.activations, reverse=True)
