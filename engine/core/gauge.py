"""The gauge measures positions against zones for the fold; how it is made fast is its own affair.

The fold asks three things: which zones are near a position, how far one zone is, and which zones a
path between two positions crosses. `IndexGauge` answers from an R-tree, and answers for a whole
batch at once when it is primed with it.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

import numpy as np

from engine.core.position import Position
from zones.index import ZoneIndex
from zones.zone import Zone

Near = tuple[tuple[Zone, float], ...]
"""Zone versions with the signed distance in metres to each, positive inside."""


class Gauge(Protocol):
    """What the fold needs to know of geometry."""

    def near(self, position: Position, reach_m: float) -> Near:
        """Return every indexed zone version with a signed distance of at least -reach_m."""
        ...

    def crossed(self, start: Position, end: Position) -> Sequence[Zone]:
        """Return the indexed zone versions that the path touches with neither end inside."""
        ...

    def prime(
        self,
        positions: Sequence[Position],
        reaches_m: Sequence[float],
        paths: Sequence[tuple[Position, Position]],
    ) -> None:
        """Measure many positions and paths at once, and remember the answers for now."""
        ...


class IndexGauge:
    """A gauge on an R-tree of zone versions."""

    def __init__(self, index: ZoneIndex) -> None:
        self._index = index
        self._near: dict[bytes, tuple[float, Near]] = {}
        self._crossed: dict[tuple[bytes, bytes], tuple[Zone, ...]] = {}

    def near(self, position: Position, reach_m: float) -> Near:
        """See `Gauge.near`."""
        primed = self._near.get(position.digest)
        if primed is not None and primed[0] >= reach_m:
            return primed[1]
        return self._measure([position], [reach_m])[0]

    def crossed(self, start: Position, end: Position) -> Sequence[Zone]:
        """See `Gauge.crossed`."""
        primed = self._crossed.get((start.digest, end.digest))
        return self._cross([(start, end)])[0] if primed is None else primed

    def prime(
        self,
        positions: Sequence[Position],
        reaches_m: Sequence[float],
        paths: Sequence[tuple[Position, Position]],
    ) -> None:
        """See `Gauge.prime`; of what was remembered before only this is kept."""
        near = self._measure(positions, reaches_m) if positions else []
        self._near = {
            position.digest: (reach, answer)
            for position, reach, answer in zip(positions, reaches_m, near, strict=True)
        }
        crossed = self._cross(paths) if paths else []
        self._crossed = {
            (start.digest, end.digest): zones
            for (start, end), zones in zip(paths, crossed, strict=True)
        }

    def _measure(self, positions: Sequence[Position], reaches_m: Sequence[float]) -> list[Near]:
        lons = np.array([position.lon for position in positions])
        lats = np.array([position.lat for position in positions])
        found = self._index.near(lons, lats, np.array(reaches_m))
        answers: list[list[tuple[Zone, float]]] = [[] for _ in positions]
        pairs = zip(found.position, found.zone, found.signed_distance_m, strict=True)
        for position, zone, metres in pairs:
            answers[position].append((self._index.zones[zone], float(metres)))
        return [tuple(answer) for answer in answers]

    def _cross(self, paths: Iterable[tuple[Position, Position]]) -> list[tuple[Zone, ...]]:
        ends = np.array([(a.lon, a.lat, b.lon, b.lat) for a, b in paths])
        segments, zones = self._index.crossed(*ends.T)
        answers: list[list[Zone]] = [[] for _ in ends]
        for segment, zone in zip(segments, zones, strict=True):
            answers[segment].append(self._index.zones[zone])
        return [tuple(answer) for answer in answers]
