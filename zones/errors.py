"""Bad zone data is one error that says what is wrong, where, and how to put it right."""

from sys import float_info
from typing import Final

LONGITUDE_LIMIT_DEG: Final = 360.0


class ZoneError(ValueError):
    """A zone that cannot be built.

    Attributes:
        message: what is wrong, where in the geometry, and the fix.
        zone_id: the zone, empty while not yet known.
        path: where in the document it stands, for example ``features[3].geometry``; empty
            for a zone that did not come from a document.
    """

    def __init__(self, message: str, *, zone_id: str = "", path: str = "") -> None:
        self.message = message
        self.zone_id = zone_id
        self.path = path
        place = " ".join(part for part in (f"zone {zone_id!r}" if zone_id else "", path) if part)
        super().__init__(f"{place}: {message}" if place else message)

    def located(self, zone_id: str, path: str) -> "ZoneError":
        """Return the same error with the zone and the place in its document named."""
        return ZoneError(self.message, zone_id=self.zone_id or zone_id, path=self.path or path)


def check_number(value: object, name: str, where: str) -> None:
    """Raise a ZoneError unless a value is a finite number (a truth value is none)."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        if abs(value) <= float_info.max:
            return
        raise ZoneError(f"{name} at {where} is not a finite number")
    raise ZoneError(f"{name} {value!r} at {where} is not a number")


def check_place(lon: float, lat: float, where: str) -> None:
    """Raise a ZoneError unless a longitude and a latitude in degrees name a place."""
    check_number(lon, "longitude", where)
    check_number(lat, "latitude", where)
    if abs(lat) > 90.0:
        swapped = abs(lat) <= 180.0 and abs(lon) <= 90.0
        fix = "; axes look swapped: write [longitude, latitude]" if swapped else ""
        raise ZoneError(f"latitude {lat} is out of range -90..90 at {where}{fix}")
    if abs(lon) > LONGITUDE_LIMIT_DEG:
        raise ZoneError(f"longitude {lon} is out of range -360..360 at {where}")
