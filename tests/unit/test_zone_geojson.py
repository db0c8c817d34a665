"""Zones as GeoJSON: what is read, what is refused and why, and that writing loses nothing."""

import json
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zones.geojson import ZoneReading, read_zones, write_zone, write_zones
from zones.instant import parse
from zones.zone import Area, Circle, Zone

SQUARE = [[0, 0], [10, 0], [10, 10], [0, 10], [0, 0]]
POLYGON = {"type": "Polygon", "coordinates": [SQUARE]}
POINT = {"type": "Point", "coordinates": [-46.63, -23.55]}


def feature(**members: Any) -> dict[str, Any]:  # noqa: ANN401
    """Make a Feature of a square, with members replaced; None leaves one out."""
    whole = {"type": "Feature", "id": "zone", "properties": {}, "geometry": POLYGON} | members
    return {name: value for name, value in whole.items() if value is not None}


def only(reading: ZoneReading) -> Zone:
    """Return the one zone of a document without problems."""
    assert not reading.problems
    (zone,) = reading.zones
    return zone


def test_a_feature_becomes_a_zone() -> None:
    """Properties give the zone its id, name, version and effective date."""
    zone = only(
        read_zones(
            feature(
                properties={
                    "zone_id": "school-7",
                    "name": "Escola",
                    "version": 3,
                    "effective_from": "2026-03-01T00:00:00-03:00",
                    "colour": "red",
                }
            )
        )
    )
    assert zone == Zone("school-7", Area([[SQUARE]]), "Escola", 3, parse("2026-03-01T03:00:00Z"))


def test_a_withdrawn_zone_is_written_and_read_back() -> None:
    """A version that withdraws a zone says so; others say nothing of it."""
    gone = only(read_zones(feature(properties={"withdrawn": True})))
    assert gone.withdrawn
    assert only(read_zones(write_zone(gone))) == gone
    assert "withdrawn" not in write_zone(Zone("Z", gone.shape))["properties"]
    (problem,) = read_zones(feature(properties={"withdrawn": "yes"})).problems
    assert problem.message == "withdrawn 'yes' must be true or false"


def test_a_point_with_a_radius_is_a_circle() -> None:
    """A Point needs radius_m, in metres, and an altitude is left out."""
    point = {"type": "Point", "coordinates": [-46.63, -23.55, 760.0]}
    zone = only(read_zones(feature(geometry=point, properties={"radius_m": 250})))
    assert zone.shape == Circle(-46.63, -23.55, 250.0)


@pytest.mark.parametrize(
    ("members", "zone_id"),
    [
        ({"id": 7}, "7"),
        ({"id": 7.0}, "7"),
        ({"id": "a b"}, "a b"),
        ({"id": 1, "properties": {"zone_id": "own"}}, "own"),
        ({"id": 1, "properties": {"zone_id": 12}}, "12"),
    ],
)
def test_the_id(members: dict[str, Any], zone_id: str) -> None:
    """The property zone_id names the zone, else the Feature's id; a number is as good as text."""
    assert only(read_zones(feature(**members))).zone_id == zone_id


@pytest.mark.parametrize(
    ("member", "message"),
    [
        (feature(id=None), "zone_id None is no id"),
        (feature(id=True), "zone_id True is no id"),
        (feature(id=float("nan")), "zone_id nan is no id"),
        (feature(id="  "), "zone_id '  ' is no id"),
        (feature(type="Zone"), "is not a Feature"),
        (5, "5 is not a Feature"),
        (feature(properties=[1]), r"properties \[1\] must be an object"),
        (feature(properties={"name": 5}), "name 5 must be text"),
        (feature(properties={"version": 0}), "version 0 must be a whole number"),
        (feature(properties={"version": 1.5}), "version 1.5 must be a whole number"),
        (feature(properties={"version": True}), "version True must be"),
        (feature(properties={"effective_from": "2026-03-01"}), "effective_from '2026-03-01' must"),
        (feature(properties={"effective_from": "soon"}), "effective_from 'soon' must be an RFC"),
        (feature(properties={"effective_from": 5}), "effective_from 5 must be"),
        (feature(geometry=None), "geometry None must be a Polygon"),
        (feature(geometry={"type": "LineString"}), "geometry type 'LineString' is no zone"),
        (feature(geometry=POINT), "a Point needs the property 'radius_m'"),
        (feature(geometry=POINT, properties={"radius_m": "5"}), "radius_m '5' at the circle"),
        (feature(geometry=POINT, properties={"radius_m": -5}), "radius_m -5 is out of range"),
        (feature(properties={"radius_m": 5}), "radius_m 5 belongs to a Point, not to a Polygon"),
        (feature(geometry={"type": "Point"}), "coordinates None must be an array"),
        (feature(geometry={"type": "Point", "coordinates": [1]}), r"\[1\] are no position"),
        (feature(geometry={"type": "Polygon"}), "polygon 0 None must be an array"),
        (feature(geometry={"type": "Polygon", "coordinates": [5]}), "ring 0 of polygon 0 5 must"),
        (
            feature(geometry={"type": "Polygon", "coordinates": [[5] * 4]}),
            "5 at ring 0, position 0",
        ),
        (feature(geometry={"type": "MultiPolygon", "coordinates": [5]}), "polygon 0 5 must be"),
        (feature(geometry={"type": "Polygon", "coordinates": [SQUARE[:-1]]}), "is not closed"),
    ],
)
def test_a_bad_feature_is_a_problem_and_the_good_ones_are_kept(
    member: object, message: str
) -> None:
    """A bad Feature is reported with its place and what is wrong; its neighbours become zones."""
    good = feature(id="good")
    reading = read_zones(
        {"type": "FeatureCollection", "features": [good, member, good | {"id": 2}]}
    )
    assert [zone.zone_id for zone in reading.zones] == ["good", "2"]
    problem, *more = reading.problems
    assert all(each.path == problem.path for each in more)
    assert problem.path == "features[1]"
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(problem.message)


def test_a_problem_names_the_zone() -> None:
    """A problem carries the zone_id once it is known, and reads as one line."""
    bad = feature(properties={"zone_id": "school"}, geometry=POINT)
    (problem,) = read_zones(bad).problems
    assert (problem.zone_id, problem.path) == ("school", "feature")
    assert str(problem).startswith("zone 'school' feature: a Point needs")


def test_a_version_twice_is_a_problem() -> None:
    """Two versions of one zone are two zones; the same version twice is a problem."""
    again = [feature(properties={"version": version}) for version in (1, 2, 1)]
    reading = read_zones({"type": "FeatureCollection", "features": again})
    assert [zone.key for zone in reading.zones] == [("zone", 1), ("zone", 2)]
    assert [problem.path for problem in reading.problems] == ["features[2]"]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (b"", "not JSON"),
        (b'{"type": NaN}', "not JSON"),
        (b'{"id": 1e999}', "not JSON"),
        (b"\xff\xfe\x00", "not JSON"),
        ("\ud800", "not JSON"),
        (b"[" * 1_000_000, "nested too deeply"),
        (b'{"a":' * 1_000_000, "nested too deeply"),
        (b"[]", "must be a GeoJSON Feature or FeatureCollection object"),
        (b"{}", "type None must be 'Feature' or 'FeatureCollection'"),
        (b'{"type": "Polygon", "coordinates": []}', "type 'Polygon' must be"),
        (b'{"type": "FeatureCollection"}', "features None must be an array"),
    ],
)
def test_a_document_that_is_none(document: bytes | str, message: str) -> None:
    """What is not GeoJSON at all is one problem, never a crash."""
    reading = read_zones(document)
    assert not reading.zones
    (problem,) = reading.problems
    assert message in problem.message


@pytest.mark.parametrize(
    ("crs", "ok"),
    [
        ("urn:ogc:def:crs:OGC:1.3:CRS84", True),
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("EPSG:4674", True),
        ("urn:ogc:def:crs:EPSG::31983", False),
        (7, False),
    ],
)
def test_other_coordinates_are_refused(crs: object, ok: bool) -> None:
    """A document that says its coordinates are not WGS 84 is refused, whatever they look like."""
    reading = read_zones(feature(crs={"type": "name", "properties": {"name": crs}}))
    assert bool(reading.zones) is ok
    assert [problem.path for problem in reading.problems] == ([] if ok else ["crs"])


def test_a_byte_order_mark_is_no_problem() -> None:
    """Files saved with a byte order mark are read."""
    text = json.dumps(feature())
    assert only(read_zones(text.encode("utf-8-sig"))) == only(read_zones("\ufeff" + text))


@pytest.mark.parametrize(
    "zone",
    [
        Zone("circle", Circle(-46.63, -23.55, 250.5), "Casa", 2, parse("2026-03-01T03:00:00.5Z")),
        Zone("square", Area([[SQUARE, [[2, 2], [2, 4], [4, 4], [2, 2]]]])),
        Zone("two", Area([[SQUARE], [[[20, 0], [30, 0], [30, 9], [20, 0]]]])),
        Zone(
            "fiji", Area([[[[177, -19], [-178.3, -19.1], [-178, -16], [177, -16.7], [177, -19]]]])
        ),
        Zone(
            "arctic",
            Area(
                [
                    [
                        [[5, 70], [125, 71], [-115, 72], [5, 70]],
                        [[0, 85], [120, 84], [-99, 86], [0, 85]],
                    ]
                ]
            ),
        ),
    ],
    ids=lambda zone: str(zone.zone_id),
)
def test_what_is_written_is_read_again(zone: Zone) -> None:
    """A zone written and read is the same zone, and written again the same document."""
    written = write_zone(zone)
    assert only(read_zones(msgspec.json.encode(written))) == zone
    assert only(read_zones(written)) == zone
    assert write_zone(only(read_zones(written))) == written


def test_a_collection_is_written() -> None:
    """Zones are written as a FeatureCollection that is read in the same order."""
    zones = (Zone("b", Circle(0.0, 0.0, 5.0)), Zone("a", Area([[SQUARE]])))
    assert read_zones(write_zones(zones)).zones == zones


def test_an_area_across_the_antimeridian_is_written_cut() -> None:
    """An area across the antimeridian is written as RFC 7946 has it: cut, no ring crossing it."""
    ring = [[170, 10], [170, 20], [-170, 20], [-170, 10], [170, 10]]
    geometry = write_zone(Zone("z", Area([[ring]])))["geometry"]
    assert geometry["type"] == "MultiPolygon"
    spans = sorted(
        (min(lon for lon, _ in shell), max(lon for lon, _ in shell))
        for (shell,) in geometry["coordinates"]
    )
    assert spans == [(-180.0, -170.0), (170.0, 180.0)]
    for (shell,) in geometry["coordinates"]:
        twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(shell))
        assert twice > 0.0, "the outer ring must be anticlockwise"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=5)
        | st.dictionaries(
            st.sampled_from(
                ["type", "id", "properties", "geometry", "coordinates", "radius_m", "x"]
            ),
            inner,
        )
    ),
    max_leaves=20,
)
NUMBERS = st.sampled_from([0, 1, -1, 90, -90, 180, -180, 1e-320, 1e308, 45.5]) | st.floats()


@given(JSON, JSON, st.lists(st.lists(st.lists(NUMBERS, min_size=1, max_size=3), max_size=7)))
@settings(max_examples=300, deadline=None)
def test_no_document_crashes(properties: object, coordinates: object, rings: object) -> None:
    """Whatever the members of a Feature are, each Feature becomes a zone or a problem."""
    features = [
        properties,
        feature(properties=properties),
        feature(geometry=properties),
        feature(geometry={"type": "Polygon", "coordinates": rings}),
        feature(geometry={"type": "MultiPolygon", "coordinates": coordinates}),
        feature(geometry={"type": "MultiPolygon", "coordinates": [rings, rings]}, id=9),
        feature(geometry={"type": "Point", "coordinates": coordinates}, properties=properties),
    ]
    reading = read_zones({"type": "FeatureCollection", "features": features})
    bad = {problem.path for problem in reading.problems}
    assert len(reading.zones) + len(bad) == len(features)


@given(st.binary(max_size=200) | st.text(max_size=200))
@settings(max_examples=100, deadline=None)
def test_no_bytes_crash(data: bytes | str) -> None:
    """Any bytes or text are read without an exception."""
    assert not read_zones(data).zones


def test_everything_that_is_wrong_with_a_feature_is_said_at_once() -> None:
    """Properties, positions and rings: each has its problem, so that one look is enough."""
    closed = [[0, 0], [1, 0], [1, 1], [0, 0]]
    crossing = [[5, 5], [6, 6], [6, 5], [5, 6], [5, 5]]
    feature = {
        "type": "Feature",
        "id": "Z",
        "properties": {"name": 5, "version": 0, "effective_from": "soon"},
        "geometry": {
            "type": "MultiPolygon",
            "coordinates": [[[[0, 95], [400, 0], [1, 1], [0, 95]]], [closed], [crossing, [[0, 0]]]],
        },
    }
    problems = read_zones(feature).problems
    said = [each.message for each in problems]
    assert {each.zone_id for each in problems} == {"Z"}
    for words in (
        "name 5 must be text",
        "version 0 must be",
        "effective_from 'soon'",
        "latitude 95 is out of range -90..90 at ring 0 of polygon 0, position 0",
        "longitude 400 is out of range -360..360 at ring 0 of polygon 0, position 1",
        "self-intersection at lon 5.5, lat 5.5 in ring 0 of polygon 2",
        "ring 1 of polygon 2 has 1 positions",
    ):
        assert any(each.startswith(words) for each in said), words
    assert len(said) == len(set(said)) == 8
