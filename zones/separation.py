"""The geodesic distance between two places on the WGS84 ellipsoid (Karney 2013, by pyproj)."""

from zones.metric import GEOD


def distance_m(lon0: float, lat0: float, lon1: float, lat1: float) -> float:
    """Return the metres between two places given in degrees."""
    metres: float = GEOD.inv(lon0, lat0, lon1, lat1)[2]
    return metres
