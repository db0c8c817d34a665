"""The streets of a simulated town: a perturbed grid with main roads, and shortest routes on it.

Rule: crossings lie on a grid, each moved a little; a tenth of the side streets between two
crossings is missing, never so that a crossing is cut off. Every fifth line is a main road. A walk
takes the shortest way, a drive the quickest at the streets' speed limits.

Routes are found with A* (Hart, Nilsson, Raphael 1968); the straight line at the highest limit never
overestimates what is left, so the route is the best one.
"""

from dataclasses import dataclass
from functools import lru_cache
from heapq import heappop, heappush
from itertools import pairwise
from math import hypot
from typing import Final, Literal, TypeAlias

import numpy as np

from simulators.names import BIRDS, TREES
from simulators.plane import Floats

Mode: TypeAlias = Literal["walk", "drive"]

BLOCK_M: Final = 150.0
MAIN_EVERY: Final = 5
MAIN_LIMIT_MPS: Final = 60 / 3.6
SIDE_LIMIT_MPS: Final = 30 / 3.6
WALK_MPS: Final = 1.35


@dataclass(frozen=True, slots=True)
class Link:
    """A stretch of street from one crossing to the next."""

    to: int
    length_m: float
    limit_mps: float


@dataclass(frozen=True, eq=False)
class Streets:
    """Crossings (metres on the town's plane), the links between them, and their streets' names."""

    east_m: Floats
    north_m: Floats
    links: tuple[tuple[Link, ...], ...]
    columns: int

    def nearest(self, east_m: float, north_m: float) -> int:
        """Return the crossing nearest to a point."""
        return int(np.argmin(np.hypot(self.east_m - east_m, self.north_m - north_m)))

    def is_main(self, crossing: int) -> bool:
        """Tell whether a main road runs through the crossing."""
        row, column = divmod(crossing, self.columns)
        return row % MAIN_EVERY == 0 or column % MAIN_EVERY == 0

    def link(self, start: int, end: int) -> Link:
        """Return the link between two neighbours.

        Raises:
            KeyError: no street joins the two crossings.
        """
        for link in self.links[start]:
            if link.to == end:
                return link
        raise KeyError(f"no street joins the crossings {start} and {end}: ask for a route")

    def route(self, start: int, end: int, mode: Mode) -> tuple[int, ...]:
        """Return the crossings of the best way from `start` to `end`, both included."""
        return _route(self, start, end, mode)

    def lines(self) -> list[tuple[str, list[list[int]]]]:
        """Return each street: its name and its unbroken runs of crossings."""
        rows = len(self.east_m) // self.columns
        along = [[r * self.columns + c for c in range(self.columns)] for r in range(rows)]
        across = [[r * self.columns + c for r in range(rows)] for c in range(self.columns)]
        named = [(street_name(k, TREES), line) for k, line in enumerate(along)]
        named += [(street_name(k, BIRDS), line) for k, line in enumerate(across)]
        return [(name, self._runs(line)) for name, line in named]

    def _runs(self, line: list[int]) -> list[list[int]]:
        runs = [[line[0]]]
        for before, after in pairwise(line):
            if any(link.to == after for link in self.links[before]):
                runs[-1].append(after)
            else:
                runs.append([after])
        return [run for run in runs if len(run) > 1]


def street_name(line: int, words: tuple[str, ...]) -> str:
    """Return the name of the street on a line of the grid: the main roads are avenues."""
    word = words[line % len(words)] + ("" if line < len(words) else f" {line // len(words) + 1}")
    return f"{'Avenida' if line % MAIN_EVERY == 0 else 'Rua'} {word}"


@lru_cache(maxsize=50_000)
def _route(streets: Streets, start: int, end: int, mode: Mode) -> tuple[int, ...]:
    fastest = 1.0 if mode == "walk" else MAIN_LIMIT_MPS
    east, north = streets.east_m, streets.north_m

    def left(crossing: int) -> float:
        return hypot(east[crossing] - east[end], north[crossing] - north[end]) / fastest

    best = {start: 0.0}
    before: dict[int, int] = {}
    queue = [(left(start), start)]
    done: set[int] = set()
    while queue:
        _, here = heappop(queue)
        if here == end:
            break
        if here in done:
            continue
        done.add(here)
        for link in streets.links[here]:
            cost = best[here] + link.length_m / (1.0 if mode == "walk" else link.limit_mps)
            if cost < best.get(link.to, float("inf")):
                best[link.to] = cost
                before[link.to] = here
                heappush(queue, (cost + left(link.to), link.to))
    return _trace(before, start, end)


def _trace(before: dict[int, int], start: int, end: int) -> tuple[int, ...]:
    route = [end]
    while route[-1] != start:
        route.append(before[route[-1]])
    return tuple(reversed(route))


def lay_out(rng: np.random.Generator, side_m: float, missing: float = 0.1) -> Streets:
    """Return the streets of a square town, `side_m` metres wide, centred on the plane's origin.

    `missing` is the share of the stretches of side streets that do not exist.
    """
    lines = round(side_m / BLOCK_M) + 1
    at = np.arange(lines) * BLOCK_M - (lines - 1) * BLOCK_M / 2
    north, east = (axis.ravel() for axis in np.meshgrid(at, at, indexing="ij"))
    east = east + rng.normal(0, 12, east.size).clip(-35, 35)
    north = north + rng.normal(0, 12, north.size).clip(-35, 35)
    links: list[list[Link]] = [[] for _ in range(lines * lines)]
    for start, end, line in _kept(rng, lines, missing):
        length_m = hypot(east[start] - east[end], north[start] - north[end])
        limit_mps = MAIN_LIMIT_MPS if line % MAIN_EVERY == 0 else SIDE_LIMIT_MPS
        links[start].append(Link(end, length_m, limit_mps))
        links[end].append(Link(start, length_m, limit_mps))
    return Streets(east, north, tuple(tuple(each) for each in links), lines)


def _kept(rng: np.random.Generator, lines: int, share: float) -> list[tuple[int, int, int]]:
    """Return the stretches that exist: (crossing, crossing, line of the grid)."""
    kept: list[tuple[int, int, int]] = []
    missing: list[tuple[int, int, int]] = []
    for stretch in _pairs(lines):
        main = stretch[2] % MAIN_EVERY == 0
        (kept if main or rng.random() >= share else missing).append(stretch)
    group = list(range(lines * lines))

    def root(crossing: int) -> int:
        while group[crossing] != crossing:
            group[crossing] = crossing = group[group[crossing]]
        return crossing

    for start, end, _ in kept:
        group[root(start)] = root(end)
    for stretch in missing:
        if root(stretch[0]) != root(stretch[1]):
            group[root(stretch[0])] = root(stretch[1])
            kept.append(stretch)
    return kept


def _pairs(lines: int) -> list[tuple[int, int, int]]:
    along, across = [], []
    for line in range(lines):
        for k in range(lines - 1):
            along.append((line * lines + k, line * lines + k + 1, line))
            across.append((k * lines + line, (k + 1) * lines + line, line))
    return along + across
