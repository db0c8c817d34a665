"""The zones of the directory in few bytes are those that were put, and found by name and place."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from api.directory_zones import Histories, ZoneBook
from api.views.zone import meets
from engine.core.compile import histories
from zones.zone import Area, Circle, Zone

SQUARE = Area([[((1.0, 1.0), (2.0, 1.0), (2.0, 2.0), (1.0, 1.0))]])
LONS = st.sampled_from([-180.0, -179.999, 0.0, 10.0, 179.999]) | st.floats(-180.0, 180.0)
LATS = st.sampled_from([-90.0, 0.0, 89.99]) | st.floats(-90.0, 90.0)
SHAPES = st.just(SQUARE) | st.builds(Circle, LONS, LATS, st.floats(1.0, 3e6))
ZONES = st.builds(
    Zone, st.sampled_from(["a", "B", "c"]), SHAPES, st.sampled_from(["", "Home of Ann", "ß"])
)


def numbered(zones: list[Zone]) -> list[Zone]:
    """Return zones as a store has them: with the next version of their id, taking effect later."""
    known: dict[str, int] = {}
    found = []
    for zone in zones:
        version = known[zone.zone_id] = known.get(zone.zone_id, 0) + 1
        found.append(
            replace(zone, version=version, effective_from=version if version > 1 else None)
        )
    return found


def by_id(zones: list[Zone]) -> dict[str, tuple[Zone, ...]]:
    """Return every version of each zone."""
    ids = dict.fromkeys(zone.zone_id for zone in zones)
    return {each: tuple(zone for zone in zones if zone.zone_id == each) for each in ids}


@given(st.lists(ZONES, max_size=8), st.integers(0, 8))
@settings(deadline=None)
def test_a_book_holds_what_was_put(zones: list[Zone], first: int) -> None:
    """Read at once or written one by one, a book says what its versions say, and goes on so."""
    written = numbered(zones)
    books = [ZoneBook.of(reversed(written[:first]))]
    for zone in written[first:]:
        books.append(books[-1].after(zone))
    for number, book in enumerate(books, min(first, len(written))):
        wanted = by_id(written[:number])
        assert dict(book) == wanted
        assert len(book) == len(wanted)
        assert all(each in book for each in wanted)
        assert dict(Histories(book)) == histories(written[:number])


@given(st.lists(ZONES, max_size=6), LONS, LONS, LATS, LATS)
@settings(deadline=None)
def test_a_zone_that_meets_a_box_is_found(
    zones: list[Zone], west: float, east: float, one: float, other: float
) -> None:
    """Whatever meets a box is among what is about it, and what is called so among the called."""
    written = numbered(zones)
    book = ZoneBook.of(written)
    box = (west, min(one, other), east, max(one, other))
    assert {each.zone_id for each in written if meets(each, box)} <= book.about(box)
    for text in ("a", "ann", "ss", "b"):
        named = {z.zone_id for z in written if text in f"{z.zone_id}\n{z.name}".casefold()}
        assert book.called(text) == named
