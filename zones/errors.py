"""Bad zone data is one error that says what is wrong, where, and how to put it right."""


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
