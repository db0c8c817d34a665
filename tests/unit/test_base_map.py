"""The base map: what the settings say, what its file says of itself, and what is refused."""

import json
import struct
from pathlib import Path

import pytest

from api.base_map import BaseMap, BaseMapError, base_map_of
from engine.settings import Settings
from simulators.city import City
from simulators.street_map import street_map

TILES = "https://Tiles.example:8443/{z}/{x}/{y}.png?key=secret"


def base_map(kind: str, source: str = "", **further: object) -> BaseMap:
    """Return the base map of settings."""
    values = {"base_map": kind, "base_map_source": source, **further}
    return base_map_of(Settings.model_validate(values))


def pmtiles_header(bounds: tuple[float, float, float, float]) -> bytes:
    """Return a header of PMTiles version 3 for zooms 2 to 14, as its specification lays it out."""
    corners = b"".join(struct.pack("<i", round(each * 1e7)) for each in bounds)
    return b"PMTiles\x03".ljust(100, b"\0") + bytes([2, 14]) + corners + bytes(9)


def test_nothing_is_asked_of_anyone_by_default() -> None:
    """Without settings there is no base map, no file and no origin."""
    assert base_map_of(Settings()) == BaseMap()
    assert (BaseMap().origins, BaseMap().file_name, BaseMap().facts().problem) == ((), None, None)


def test_only_the_origin_of_a_url_is_let_through() -> None:
    """Of a tile URL the policy gets scheme, host and port, and what a style needs besides."""
    assert base_map("raster", TILES).origins == ("https://tiles.example:8443",)
    style = base_map("vector", "https://a.example/style.json", base_map_origins="http://b.example")
    assert style.origins == ("https://a.example", "http://b.example")


@pytest.mark.parametrize(
    ("kind", "source", "word"),
    [
        ("none", TILES, "RINGFENCE_BASE_MAP"),
        ("raster", "", "SOURCE"),
        ("raster", "https://tiles.example/tiles.png", "{z}"),
        ("raster", "/srv/{z}/{x}/{y}.png", "https://HOST"),
        ("vector", "https://user:word@tiles.example/style.json", "login"),
        ("vector", "https://tiles.example; script-src */style.json", "https://HOST"),
        ("vector", "https://{s}.tiles.example/{z}/{x}/{y}.pbf", "https://HOST"),
        ("pmtiles", "https://tiles.example/map.pmtiles", "file"),
    ],
)
def test_a_setting_that_cannot_be_meant_is_refused(kind: str, source: str, word: str) -> None:
    """Each refusal names the setting and the fix; nothing but an origin can get into a header."""
    with pytest.raises(BaseMapError, match="RINGFENCE_BASE_MAP") as refused:
        base_map(kind, source)
    assert word in str(refused.value)


@pytest.mark.parametrize("bounds", ["1,2,3", "5,0,4,1", "0,0,1,89", "0,0,nan,1"])
def test_bounds_that_bound_nothing_are_refused(bounds: str) -> None:
    """Bounds are west,south,east,north of what a map in Mercator can show."""
    with pytest.raises(BaseMapError, match="west,south,east,north"):
        base_map("raster", TILES, base_map_bounds=bounds)
    assert base_map("raster", TILES, base_map_bounds="-1,-2,3,4").bounds == (-1, -2, 3, 4)


def test_a_pmtiles_file_says_its_bounds_and_zooms(tmp_path: Path) -> None:
    """They are read from its header, and read anew when the file has changed."""
    file = tmp_path / "county.pmtiles"
    found = base_map("pmtiles", str(file))
    assert found.url == "/base-map/map.pmtiles"
    assert "No such file" in (found.facts().problem or "")
    file.write_bytes(b"SQLite format 3\0")
    assert "PMTiles" in (found.facts().problem or "")
    file.write_bytes(pmtiles_header((-46.7, -23.6, -46.5, -23.4)))
    facts = found.facts()
    assert facts.bounds == pytest.approx((-46.7, -23.6, -46.5, -23.4))
    assert (facts.min_zoom, facts.max_zoom, facts.problem) == (2, 14, None)


def test_the_simulated_town_is_a_base_map(tmp_path: Path) -> None:
    """Drawn, it is GeoJSON of the town with streets by class and name, the same each time."""
    city = City.generate(7)
    drawn = street_map(city)
    assert drawn == street_map(City.generate(7))
    file = tmp_path / "streets.geojson"
    file.write_text(json.dumps(drawn))
    facts = base_map("geojson", str(file)).facts()
    assert facts.bounds == pytest.approx((-46.63, -23.53, -46.57, -23.47), abs=0.003)
    classes = [each["properties"]["class"] for each in drawn["features"]]
    assert set(classes) == {"ground", "park", "water", "building", "side", "main"}
    assert (classes.count("main"), classes.count("side")) == (18, 64)
    for each in drawn["features"]:
        if each["properties"]["class"] in ("main", "side"):
            avenue = each["properties"]["name"].startswith("Avenida")
            assert avenue == (each["properties"]["class"] == "main")


@pytest.mark.parametrize("text", ["{", '{"type": "FeatureCollection", "features": []}'])
def test_a_file_that_is_no_map_says_so(tmp_path: Path, text: str) -> None:
    """A broken or an empty drawing is a problem in words, not a fault."""
    file = tmp_path / "bad.geojson"
    file.write_text(text)
    assert base_map("geojson", str(file)).facts().problem
