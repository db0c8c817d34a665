"""The near formula is as good as it is said to be."""

import numpy as np
import pytest

from zones.metric import GEOD, near_distances_m, reach_deg, scales

AZIMUTHS = np.linspace(0.0, 360.0, 73)


@pytest.mark.parametrize(
    ("lat", "distance_m", "error_m"),
    [
        (0.0, 1_000.0, 0.0005),
        (-23.55, 1_000.0, 0.0005),
        (45.0, 1_000.0, 0.0005),
        (60.0, 1_000.0, 0.0005),
        (85.0, 1_000.0, 0.001),
        (-60.0, 5_000.0, 0.002),
        (85.0, 5_000.0, 0.05),
        (45.0, 20_000.0, 0.05),
        (-85.0, 19_999.0, 2.0),
    ],
)
def test_near_distances(lat: float, distance_m: float, error_m: float) -> None:
    """In every direction the mid-latitude formula has the geodesic's length, to its known error."""
    each = np.full_like(AZIMUTHS, 1.0)
    lon1, lat1, _ = GEOD.fwd(10.0 * each, lat * each, AZIMUTHS, distance_m * each)
    got = near_distances_m(scales(np.array(lat)), lon1 - 10.0, lat1 - lat)
    assert np.abs(got - distance_m).max() < error_m


@pytest.mark.parametrize("lat", [0.0, -23.55, 60.0, 84.0, -89.9, 90.0])
@pytest.mark.parametrize("reach_m", [1.0, 1_000.0, 300_000.0])
def test_reach_holds_the_disc(lat: float, reach_m: float) -> None:
    """Nothing within the reach is outside the box of the reach, and the box is not much larger."""
    each = np.full_like(AZIMUTHS, 1.0)
    lon1, lat1, _ = GEOD.fwd(0.0 * each, lat * each, AZIMUTHS, reach_m * each)
    d_lon, d_lat = reach_deg(np.array(lat), np.array(reach_m))
    assert np.abs(lon1).max() <= d_lon
    assert np.abs(lat1 - lat).max() <= d_lat
    assert d_lat <= 1.02 * reach_m / 111_000.0
    if lat == 0.0:
        assert d_lon <= 1.02 * reach_m / 111_000.0
