"""Roads as lines of a GeoJSON document: LineString and MultiLineString Features."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from zones.metric import Floats


def read_roads(path: Path) -> list[tuple[str, Floats]]:
    """Return the name and the places (degrees) of each unbroken line; other features are left out.

    Raises:
        ValueError: the file is no GeoJSON, or a line is not made of places.
    """
    try:
        document = msgspec.json.decode(path.read_bytes(), type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise ValueError(f"{path}: {error}") from None
    features = document.get("features", [document])
    try:
        return [(name, line) for each in features for name, line in _lines(each)]
    except (TypeError, ValueError, KeyError, AttributeError, IndexError):
        words = "give GeoJSON with LineString Features of [longitude, latitude] places"
        raise ValueError(f"{path}: a road cannot be read: {words}") from None


def _lines(feature: dict[str, Any]) -> Iterator[tuple[str, Floats]]:
    geometry = feature.get("geometry") or {}
    name = str((feature.get("properties") or {}).get("name") or "")
    kind = geometry.get("type")
    lines: list[Any] = []
    if kind == "LineString":
        lines = [geometry["coordinates"]]
    elif kind == "MultiLineString":
        lines = geometry["coordinates"]
    for line in lines:
        places = np.array([place[:2] for place in line], dtype=np.float64).reshape(-1, 2)
        if len(places) > 1:
            yield name, places
