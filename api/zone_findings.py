"""Findings of zones, for requests: many zones may be stored one after the other, or one be drawn.

A new zone, which no condition can name yet, is held against a few recent positions that are kept
for some minutes; so storing it costs no more than before. A changed one is held against a day of
those whose conditions use it. While a zone is drawn it is asked about at every change: so who uses
it, and some positions of them, are kept too, for as long as the registry stays the same.
"""

import threading
from typing import Final, NamedTuple

from api.directory import Directory
from api.schemas.finding import FindingOut, finding_out
from api.views.registry import registry_of_directory
from engine.core.zone_surroundings import Seen
from engine.core.zone_use import Use, uses_of
from engine.store.protocol import Transaction
from engine.zone_lint import Neighbourhood, held_against
from zones.instant import MINUTE, Duration, Instant
from zones.zone import Zone

FEW_POSITIONS: Final = 3_000
KEPT_FOR: Final[Duration] = 5 * MINUTE
MOST_DRAWN: Final = 32
"""Zones that are drawn at a time."""


class _Around(NamedTuple):
    """What a zone that is being drawn is held against."""

    revision: int
    since: Instant
    uses: tuple[Use, ...]
    positions: Seen


class ZoneFindings:
    """Finds what is likely wrong with zones. May be used by many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._recent: tuple[Instant, Seen] | None = None
        self._drawn: dict[str, _Around] = {}

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

    def of_draft(
        self, zone: Zone, transaction: Transaction, directory: Directory, now: Instant
    ) -> list[FindingOut]:
        """Return the findings of a zone as it is being drawn; it may be stored already."""
        if zone.zone_id not in directory.zones:
            return self.of_new(zone, transaction, directory, now)
        around = self._around(zone.zone_id, transaction, directory, now)
        found = held_against(zone, around.positions, around.uses, now)
        return [finding_out(each) for each in found]

    def _around(
        self, zone_id: str, transaction: Transaction, directory: Directory, now: Instant
    ) -> _Around:
        with self._lock:
            kept = self._drawn.get(zone_id)
        fresh = kept is not None and 0 <= now - kept.since < KEPT_FOR
        if kept is not None and fresh and kept.revision == directory.revision:
            return kept
        uses = tuple(uses_of(zone_id, registry_of_directory(directory), now))
        concerned = sorted({use.activation.activation_id for use in uses})
        positions = Neighbourhood(transaction, now, 1, FEW_POSITIONS).positions_of(concerned)
        if not len(positions.lon):
            positions = self._positions(transaction, directory, now)
        made = _Around(directory.revision, now, uses, positions)
        with self._lock:
            self._drawn.pop(zone_id, None)
            self._drawn[zone_id] = made
            while len(self._drawn) > MOST_DRAWN:
                self._drawn.pop(next(iter(self._drawn)))
        return made

    def _positions(self, transaction: Transaction, directory: Directory, now: Instant) -> Seen:
        with self._lock:
            recent = self._recent
            if recent is None or not 0 <= now - recent[0] < KEPT_FOR or not len(recent[1].lon):
                around = Neighbourhood(transaction, now, 1, FEW_POSITIONS)
                recent = self._recent = (now, around.positions_of(_newest(directory)[:20]))
            return recent[1]


def _newest(directory: Directory) -> list[int]:
    return sorted(directory.activations, reverse=True)
