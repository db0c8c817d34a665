"""The gauge measures positions against zones for the fold; how it is made fast is its own affair.

The fold asks three things: which zones are near a position, how far one zone is, and which zones a
path between two positions crosses. `IndexGauge` answers from an index, and answers for a whole
batch at once when it is primed with it.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import numpy as np

from engine.core.position import Position
from zones.index import ZoneIndex
from zones.membership import distance_limit_m
from zones.metric import Floats
from zones.zone import Zone

Near = tuple[tuple[Zone, float], ...]
"""Zone versions with the signed distance in metres to each, positive inside."""


SUREST: Final = 0.999
"""Positions that are inside with this probability need not be measured beforehand."""

MOST_REMEMBERED: Final = 50_000
"""Measures that an index gauge remembers before it forgets all of them."""


class Gauge(Protocol):
    """What the fold needs to know of geometry."""

    def near(self, position: Position, reach_m: float) -> Near:
        """Return every indexed zone version with a signed distance of at least -reach_m."""
        ...

    def crossed(self, start: Position, end: Position) -> Sequence[Zone]:
        """Return the indexed zone versions that the path touches with neither end inside."""
        ...

    def signed_distance_m(self, zone: Zone, position: Position) -> float:
        """Return the metres to the boundary of a zone version, positive inside."""
        ...

    def prime(
        self,
        positions: Sequence[Position],
        reaches_m: Sequence[float],
        paths: Sequence[tuple[Position, Position]],
        tracks: Sequence[tuple[Zone, Sequence[Position]]] = (),
    ) -> None:
        """Measure many positions and paths at once, and remember the answers for now.

        `positions` with their reaches are measured against the index, `tracks` against a zone each.
        """
        ...


class IndexGauge:
    """A gauge on an index of zone versions."""

    def __init__(self, index: ZoneIndex) -> None:
        self._index = index
        self._near: dict[bytes, tuple[float, Near]] = {}
        self._crossed: dict[tuple[bytes, bytes], tuple[Zone, ...]] = {}
        self._metres: dict[tuple[str, int], dict[bytes, float]] = {}
        self._remembered = 0

    @property
    def remembered(self) -> int:
        """How many measures it was primed with and has not forgotten."""
        return self._remembered

    def forget(self) -> None:
        """Forget every measure: what follows asks about other positions."""
        self._near.clear()
        self._crossed.clear()
        self._metres.clear()
        self._remembered = 0

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

    def signed_distance_m(self, zone: Zone, position: Position) -> float:
        """See `Gauge.signed_distance_m`."""
        primed = self._metres.get(zone.key)
        metres = None if primed is None else primed.get(position.digest)
        return zone.signed_distance_m(position.lon, position.lat) if metres is None else metres

    def prime(
        self,
        positions: Sequence[Position],
        reaches_m: Sequence[float],
        paths: Sequence[tuple[Position, Position]],
        tracks: Sequence[tuple[Zone, Sequence[Position]]] = (),
    ) -> None:
        """See `Gauge.prime`; what was remembered before goes once it is too much."""
        more = len(positions) + sum(len(track) for _, track in tracks)
        if self._remembered + more > MOST_REMEMBERED:
            self.forget()
        self._remembered += more
        near = self._measure(positions, reaches_m) if positions else []
        answers = zip(positions, reaches_m, near, strict=True)
        self._near.update((each.digest, (reach, answer)) for each, reach, answer in answers)
        crossed = zip(paths, self._cross(paths) if paths else (), strict=True)
        self._crossed.update(((start.digest, end.digest), each) for (start, end), each in crossed)
        for zone, positions_of in tracks:
            track = [each for each in positions_of if not _deep_inside(zone, each)]
            if not track:
                continue
            lons, lats = _places(track)
            metres = zone.signed_distances_m(lons, lats).tolist()
            known = zip((position.digest for position in track), metres, strict=True)
            self._metres.setdefault(zone.key, {}).update(known)

    def _measure(self, positions: Sequence[Position], reaches_m: Sequence[float]) -> list[Near]:
        found = self._index.near(*_places(positions), np.array(reaches_m))
        zones = self._index.zones
        answers: dict[int, Near] = {}
        columns = (found.position, found.zone, found.signed_distance_m)
        for position, zone, metres in zip(*(each.tolist() for each in columns), strict=True):
            answers[position] = (*answers.get(position, ()), (zones[zone], metres))
        return [answers.get(position, ()) for position in range(len(positions))]

    def _cross(self, paths: Iterable[tuple[Position, Position]]) -> list[tuple[Zone, ...]]:
        ends = np.array([(a.lon, a.lat, b.lon, b.lat) for a, b in paths])
        found = self._index.crossed(*ends.T)
        zones = self._index.zones
        answers: dict[int, tuple[Zone, ...]] = {}
        for segment, zone in zip(*(each.tolist() for each in found), strict=True):
            answers[segment] = (*answers.get(segment, ()), zones[zone])
        return [answers.get(segment, ()) for segment in range(len(ends))]


def _deep_inside(zone: Zone, position: Position) -> bool:
    """Tell whether nobody will ask how far a position is from a boundary: it is far inside."""
    margin_m = distance_limit_m(position.accuracy_m, SUREST)
    return zone.deep_inside(position.lon, position.lat, margin_m)


def _places(positions: Sequence[Position]) -> tuple[Floats, Floats]:
    lons = np.array([position.lon for position in positions])
    return lons, np.array([position.lat for position in positions])
