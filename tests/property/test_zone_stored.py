"""A zone read back from the store is the zone that was written."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zones.geojson import read_zones, write_zone
from zones.stored import read_stored_zone, read_stored_zones
from zones.zone import Area, Circle, Zone

INSTANTS = st.none() | st.integers(0, 4_000_000_000).map(lambda second: second * 1_000_000)


@st.composite
def shapes(draw: st.DrawFn) -> Area | Circle:
    """A circle, or one or two stars, some with a hole, some across the antimeridian."""
    lon = draw(st.sampled_from([-180.0, -180.05, 0.0, 179.98]) | st.floats(-179.0, 179.0))
    lat = draw(st.sampled_from([0.0, -0.0]) | st.floats(-80.0, 80.0))
    if draw(st.booleans()):
        return Circle(max(-180.0, lon), lat, draw(st.floats(0.1, 1e6)))
    corners = draw(st.integers(3, 30))

    def ring(east: float, scale: float) -> list[tuple[float, float]]:
        turned = [math.tau * each / corners for each in range(corners)]
        places = [(east + scale * math.cos(a), lat + scale * math.sin(a)) for a in turned]
        return [*places, places[0]]

    one = [ring(lon, 0.1)] + ([ring(lon, 0.04)] if draw(st.booleans()) else [])
    return Area([one, [ring(lon + 0.5, 0.1)]] if draw(st.booleans()) else [one])


@given(shapes(), st.text(max_size=5), st.integers(1, 99), INSTANTS, st.booleans())
def test_what_was_written_is_read(
    shape: Area | Circle, name: str, version: int, since: int | None, withdrawn: bool
) -> None:
    """Written and read without checks, a zone is equal, and equal to one read with all checks."""
    zone = Zone("z", shape, name, version, since, withdrawn)
    body = msgspec.json.encode(write_zone(zone))
    read = read_stored_zone(body)
    assert read == zone
    assert hash(read) == hash(zone)
    assert read_zones(body).zones == (zone,)
    assert read.boxes == zone.boxes
    assert write_zone(read) == write_zone(zone)
    assert read_stored_zones([body.decode(), body]) == [zone, zone]


def test_what_is_no_zone_is_said() -> None:
    """A body that was never written of a zone is an error that shows it."""
    with pytest.raises(ValueError, match=r"a stored zone cannot be read.*surprise"):
        read_stored_zone('{"type": "Feature", "surprise": 1}')
