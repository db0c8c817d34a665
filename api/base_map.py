"""The base map: what maps are drawn on, by the settings. Nothing of the world, unless one is given.

| kind | source | who is asked for it |
|---|---|---|
| none | | nobody |
| raster | URL of tiles, with {z}, {x} and {y} | that origin, by the browser |
| vector | URL of tiles, or of a style | that origin, and what a style names (`base_map_origins`) |
| pmtiles, geojson | a file of this machine | this server, at `/base-map/` |

`origins` are what the Content-Security-Policy has to let maps load from, besides this server. A
wrong setting is refused at the start; a file that is away is not, for the engine is needed without.
"""

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, NamedTuple
from urllib.parse import urlsplit

import shapely

from engine.settings import Settings

Kind = Literal["none", "raster", "vector", "pmtiles", "geojson"]
Bounds = tuple[float, float, float, float]
"""West, south, east, north in degrees."""

FOLDER: Final = "/base-map"
MEDIA_TYPES: Final[dict[str, str]] = {
    "map.pmtiles": "application/vnd.pmtiles",
    "map.geojson": "application/geo+json",
}
"""What may be served from the folder; at most one of them is."""

_TILE: Final = ("{z}", "{x}", "{y}")
_ORIGIN: Final = re.compile(
    r"https?://[A-Za-z0-9.-]+(:\d{1,5})?|https?://\[[0-9A-Fa-f:.]+\](:\d+)?"
)
_PMTILES: Final = struct.Struct("<7sB92xBBiiii")
"""Of the header of PMTiles version 3: magic, version, zooms at byte 100, bounds in 1e-7 degrees."""


class BaseMapError(ValueError):
    """A setting of the base map is wrong; the message names it and the fix."""


class FileFacts(NamedTuple):
    """What a base map's file says of itself."""

    bounds: Bounds | None = None
    min_zoom: int | None = None
    max_zoom: int | None = None
    problem: str | None = None
    """Why it cannot be shown; None if it can."""


@dataclass(frozen=True, slots=True)
class BaseMap:
    """The base map that is set."""

    kind: Kind = "none"
    url: str | None = None
    file: Path | None = None
    attribution: str = ""
    bounds: Bounds | None = None
    origins: tuple[str, ...] = ()

    @property
    def file_name(self) -> str | None:
        """Its file's name in `FOLDER`; None if it has none."""
        return None if self.file is None else f"map.{self.kind}"

    def facts(self) -> FileFacts:
        """Return what its file says of itself, read anew when it has changed."""
        if self.file is None:
            return FileFacts()
        try:
            stat = self.file.stat()
            return _facts(self.file, self.kind, stat.st_mtime_ns, stat.st_size)
        except OSError as error:
            return FileFacts(problem=f"its file cannot be read: {error.strerror}")


def base_map_of(settings: Settings) -> BaseMap:
    """Return the base map that is set.

    Raises:
        BaseMapError: the settings do not fit each other, or one is wrong.
    """
    kind, source = settings.base_map, settings.base_map_source.strip()
    if kind == "none":
        if source:
            raise _wrong("source", source, "say with RINGFENCE_BASE_MAP of which kind it is")
        return BaseMap()
    if not source:
        raise _wrong(
            "source", source, f"say where the {kind} map is, or set RINGFENCE_BASE_MAP=none"
        )
    attribution, bounds = settings.base_map_attribution, _bounds(settings.base_map_bounds)
    if kind in ("pmtiles", "geojson"):
        if "://" in source:
            raise _wrong("source", source, f"give a file of this machine for a {kind} map")
        url = f"{FOLDER}/map.{kind}"
        return BaseMap(kind, url, Path(source).absolute(), attribution, bounds)
    if kind == "raster" and not _is_template(source):
        raise _wrong("source", source, "write {z}, {x} and {y} where a tile's numbers belong")
    further = tuple(_origin("origins", each) for each in settings.base_map_origins)
    origins = dict.fromkeys((_origin("source", source), *further))
    return BaseMap(kind, source, None, attribution, bounds, tuple(origins))


def _is_template(source: str) -> bool:
    return all(part in source for part in _TILE)


def _wrong(setting: str, value: object, fix: str) -> BaseMapError:
    return BaseMapError(f"RINGFENCE_BASE_MAP_{setting.upper()} is {value!r}: {fix}")


def _origin(setting: str, url: str) -> str:
    """Return scheme, host and port of a URL: nothing else of it may get into a header."""
    parts = urlsplit(url)
    # Browsers and the engine's own answers know hosts in lower case.
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    if not _ORIGIN.fullmatch(origin):
        raise _wrong(setting, url, "write https://HOST or https://HOST:PORT, without a login in it")
    return origin


def _bounds(given: Sequence[float]) -> Bounds | None:
    if not given:
        return None
    if len(given) == 4:
        west, south, east, north = given
        if -180 <= west < east <= 180 and -85.06 <= south < north <= 85.06:
            return west, south, east, north
    written = ",".join(f"{each:g}" for each in given)
    raise _wrong(
        "bounds", written, "write west,south,east,north in degrees, latitudes from -85 to 85"
    )


@lru_cache(maxsize=2)
def _facts(file: Path, kind: Kind, _changed_ns: int, _size: int) -> FileFacts:
    return _of_pmtiles(file) if kind == "pmtiles" else _of_geojson(file)


def _of_pmtiles(file: Path) -> FileFacts:
    with file.open("rb") as opened:
        head = opened.read(_PMTILES.size)
    if len(head) < _PMTILES.size or head[:8] != b"PMTiles\x03":
        return FileFacts(problem="its file is not PMTiles version 3: convert it with `pmtiles`")
    _, _, least, most, west, south, east, north = _PMTILES.unpack(head)
    return FileFacts((west / 1e7, south / 1e7, east / 1e7, north / 1e7), least, most)


def _of_geojson(file: Path) -> FileFacts:
    try:
        drawn = shapely.from_geojson(file.read_bytes())
    except shapely.GEOSException:
        return FileFacts(problem="its file is not GeoJSON")
    if drawn.is_empty:
        return FileFacts(problem="its file draws nothing")
    west, south, east, north = drawn.bounds
    return FileFacts((west, south, east, north))
