"""The zone linter on a store: the zone's geometry, its users, and the positions measured near it.

Positions are read of those whose conditions use the zone, then of others, newest days first, up to
a bound: so the answer costs about a second, however large the store is.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Final

from engine.core.position import NEVER_JUDGED, Position
from engine.core.zone_surroundings import Seen, precision_near, seen, surroundings
from engine.core.zone_use import Use, use_findings
from engine.store.protocol import Transaction
from zones.finding import Finding, worst_first
from zones.instant import DAY, Instant
from zones.zone import Zone
from zones.zone_lint import lint_zone

DAYS: Final = 7
MOST_POSITIONS: Final = 50_000
MOST_ACTIVATIONS: Final = 500


class Neighbourhood:
    """The positions that zones are held against."""

    def __init__(
        self,
        transaction: Transaction,
        now: Instant,
        days: int = DAYS,
        most_positions: int = MOST_POSITIONS,
    ) -> None:
        self._transaction = transaction
        self._now = now
        self._since = now - days * DAY
        self._most_positions = most_positions
        self._others: Seen | None = None

    def findings(
        self, zone: Zone, uses: Sequence[Use], others: Sequence[int]
    ) -> tuple[Finding, ...]:
        """Return what is likely wrong with a zone version, worst first.

        It is held against the positions of those who use it, or else of these other activations.
        """
        return held_against(zone, self._positions(uses, others), uses, self._now)

    def positions_of(self, activation_ids: Iterable[int]) -> Seen:
        """Return the positions of activations, up to the bound."""
        tracks: list[list[Position]] = []
        for track in self._tracks(activation_ids):
            tracks.append(track)
            if sum(map(len, tracks)) >= self._most_positions:
                break
        return seen(tracks)

    def _positions(self, uses: Sequence[Use], others: Sequence[int]) -> Seen:
        concerned = sorted({use.activation.activation_id for use in uses})
        found = self.positions_of(concerned)
        if len(found.lon):
            return found
        if self._others is None:
            self._others = self.positions_of(others)
        return self._others

    def _tracks(self, activation_ids: Iterable[int]) -> Iterator[list[Position]]:
        for activation_id in islice(activation_ids, MOST_ACTIVATIONS):
            every = self._transaction.positions.since(activation_id, self._since)
            yield [each for each in every if each.quarantine not in NEVER_JUDGED]


def held_against(
    zone: Zone, positions: Seen, uses: Sequence[Use], now: Instant
) -> tuple[Finding, ...]:
    """Return what is likely wrong with a zone version, given positions and uses, worst first."""
    distance_m = zone.signed_distances_m(positions.lon, positions.lat)
    precision = precision_near(distance_m, positions)
    return worst_first(
        [
            *lint_zone(zone, precision),
            *surroundings(zone, distance_m, positions),
            *use_findings(zone, uses, precision, now),
        ]
    )
