"""Rings of positions become the polygons of an area: checked, anywhere on earth, in the frame.

A hole is taken out of its shell on the plane; where one of the two goes round a pole, out of the
shell's part of the frame.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

import numpy as np
import shapely
from shapely.geometry import Polygon

from zones.errors import ZoneError
from zones.metric import Floats
from zones.rings import cap, check_valid, checked_ring, framed, polygons_of, position_errors, turns

Ring: TypeAlias = Sequence[Sequence[float]]
"""Positions, each a longitude and a latitude in degrees; the last is the first again."""
Polygons: TypeAlias = Sequence[Sequence[Ring]]
"""For each polygon its outer ring, then its holes."""

_LEAST_AREA_DEG2: Final = 1e-14
_CUT_TOLERANCE: Final = 1e-9


def ring_errors(rings: Sequence[Ring], of: str) -> list[ZoneError]:
    """Return everything that is wrong with single rings of one polygon, the first of it first."""
    found: list[ZoneError] = []
    for number, ring in enumerate(rings):
        where = f"ring {number}{of}"
        errors = position_errors(ring, where)
        try:
            if not errors:
                _outline(checked_ring(ring, where), where)
        except ZoneError as error:
            errors = [error]
        found += errors
    return found


def built(rings: Sequence[Ring], of: str) -> list[Polygon]:
    """Return the frame's polygons of one outer ring and its holes."""
    if not rings:
        raise ZoneError(f"polygon{of.removeprefix(' of polygon')} has no ring")
    where = [f"ring {number}{of}" for number in range(len(rings))]
    arrays = [checked_ring(ring, name) for ring, name in zip(rings, where, strict=True)]
    outlines = [_outline(ring, name) for ring, name in zip(arrays, where, strict=True)]
    shell, holes = outlines[0], outlines[1:]
    if turns(arrays[0]) == 0:
        moved = [_beside(hole, shell) for hole in holes]
        if all(_within(hole, shell) for hole in moved):
            whole = Polygon(shell.exterior, [hole.exterior for hole in moved])
            check_valid(whole, f"ring 0{of} and its holes" if holes else where[0])
            return framed(whole)
    return _subtracted(shell, holes, where)


def _outline(ring: Floats, where: str) -> Polygon:
    """Return what one ring encloses: unrolled, or the frame's part of a polar cap."""
    if turns(ring):
        return cap(ring, where)
    outline = Polygon(ring)
    if shapely.convex_hull(outline).area < _LEAST_AREA_DEG2:
        raise ZoneError(f"{where} encloses zero area: its positions lie on one line")
    check_valid(outline, where)
    west, _, east, _ = outline.bounds
    if east - west > 360.0:
        raise ZoneError(f"{where} is wider than the earth: {west} to {east} degrees of longitude")
    return outline


def _beside(hole: Polygon, shell: Polygon) -> Polygon:
    """Return the hole moved by whole turns to where the shell is."""
    middle = (shell.bounds[0] + shell.bounds[2] - hole.bounds[0] - hole.bounds[2]) / 2.0
    shift = 360.0 * round(middle / 360.0)
    return shapely.transform(hole, lambda at: at + np.array([shift, 0.0])) if shift else hole


def _within(hole: Polygon, shell: Polygon) -> bool:
    if shell.bounds[2] - shell.bounds[0] < 360.0:
        return True
    return bool(hole.bounds[0] >= shell.bounds[0] and hole.bounds[2] <= shell.bounds[2])


def _subtracted(shell: Polygon, holes: list[Polygon], where: list[str]) -> list[Polygon]:
    """Take holes out of a shell where one goes round a pole or the shell round the earth."""
    area = shapely.union_all(framed(shell))
    for hole, name in zip(holes, where[1:], strict=True):
        cut = shapely.union_all(framed(hole))
        if shapely.difference(cut, area).area > _CUT_TOLERANCE * cut.area:
            raise ZoneError(f"{name} is a hole that lies outside its shell or in another hole")
        area = shapely.difference(area, cut)
    return polygons_of(area)
