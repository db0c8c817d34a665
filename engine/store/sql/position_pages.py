"""Positions in sorted pages, and pages in runs: how one activation's are found without an index.

- A page holds about a thousand positions in their order (`core.placed_positions`), packed
  (`core.packed_positions`), with its first and last key beside it: an index entry a thousand.
- A run is a sequence of pages each of which begins where the one before it ends, or after. In each
  run the pages that may hold what is asked for are neighbours: a step into the index finds them.
- Every position is in one batch or one page. While runs are merged, what comes before their cut has
  left them for the run they are merged into (`position_merging`): it is passed over in them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final, NamedTuple

from sqlalchemy import bindparam, select, text, update

from engine.core.number_coding import Press
from engine.core.packed_positions import pack_page, pack_page_quickly
from engine.core.placed_positions import PlacedPositions
from engine.store.sql.counters import take_ids
from engine.store.sql.schema import position_pages
from engine.store.sql.session import AnyRow, SqlSession
from zones.instant import Instant

PAGE: Final = 1024
"""Positions in a page."""

_FOUND: Final = text(
    """
    SELECT p.page_id, p.first_activation_id, p.first_fix_time, p.last_activation_id,
           p.last_fix_time, p.min_fix_time, p.max_fix_time, r.cut_activation_id, r.cut_fix_time
    FROM position_runs r CROSS JOIN position_pages p
    WHERE r.min_fix_time <= :until AND r.max_fix_time >= :since
      AND p.run_id = r.run_id AND p.last_activation_id = :wanted AND p.last_fix_time >= :since
      AND (p.first_activation_id < :wanted OR p.first_fix_time <= :until)
    UNION ALL
    SELECT p.page_id, p.first_activation_id, p.first_fix_time, p.last_activation_id,
           p.last_fix_time, p.min_fix_time, p.max_fix_time, r.cut_activation_id, r.cut_fix_time
    FROM position_runs r CROSS JOIN position_pages p
    WHERE r.min_fix_time <= :until AND r.max_fix_time >= :since
      AND p.page_id = (
        SELECT q.page_id FROM position_pages q
        WHERE q.run_id = r.run_id AND q.last_activation_id > :wanted
        ORDER BY q.last_activation_id, q.last_fix_time, q.page_id LIMIT 1)
      AND p.first_activation_id <= :wanted
      AND (p.first_activation_id < :wanted OR p.first_fix_time <= :until)
    """
)
_BODY: Final = select(position_pages.c.page_id, position_pages.c.body).where(
    position_pages.c.page_id.in_(bindparam("page_ids", expanding=True))
)

_REWRITE: Final = (
    update(position_pages)
    .where(position_pages.c.page_id == bindparam("page"))
    .values(body=bindparam("packed"))
)


class Found(NamedTuple):
    """A page that may hold positions of the activation asked for, from `since` on."""

    page_id: int
    earliest: Instant
    """No position of the activation in it is earlier, nor later than `latest`."""
    latest: Instant
    since: Instant
    """What is earlier is no longer there."""


class PackedPage(NamedTuple):
    """A page as it is stored: its first and last key, its first and last instant, its bytes."""

    first_activation_id: int
    first_fix_time: Instant
    last_activation_id: int
    last_fix_time: Instant
    min_fix_time: Instant
    max_fix_time: Instant
    body: bytes


class SqlPages:
    """The pages, inside one transaction."""

    def __init__(self, session: SqlSession, press: Press) -> None:
        self._session = session
        self._press = press

    def find(self, activation_id: int, since: Instant, until: Instant) -> list[Found]:
        """Return the pages that may hold an activation's with since <= fix_time <= until."""
        asked = {"wanted": activation_id, "since": since, "until": until}
        rows = self._session.connection.execute(_FOUND, asked)
        found = (_found(row, activation_id, since) for row in rows)
        return [
            each
            for each in found
            if each is not None and each.latest >= each.since and each.earliest <= until
        ]

    def bodies(self, found: Iterable[Found], at_once: int = 16) -> Iterator[tuple[Found, bytes]]:
        """Yield pages with their bodies, in the order given, so many fetched at once."""
        pages = iter(found)
        while some := list(islice(pages, at_once)):
            asked = {"page_ids": [each.page_id for each in some]}
            rows = self._session.connection.execute(_BODY, asked)
            bodies = {row.page_id: row.body for row in rows}
            yield from ((each, bodies[each.page_id]) for each in some)

    def add(self, run_id: int, pages: Sequence[PackedPage]) -> None:
        """Store pages, all after those that the run holds, as its next ones."""
        page_ids = take_ids(self._session, "position_page", len(pages))
        rows = ((id_, run_id, *page) for id_, page in zip(page_ids, pages, strict=True))
        self._session.insert(position_pages, rows)

    def are_as(self, bodies: Mapping[int, bytes]) -> bool:
        """Tell whether all these pages are stored, and hold these bytes."""
        rows = self._session.connection.execute(_BODY, {"page_ids": list(bodies)})
        return {row.page_id: row.body for row in rows} == bodies

    def rewrite(self, page_id: int, positions: PlacedPositions) -> None:
        """Replace what a page holds by the same positions, judged otherwise."""
        body = pack_page(self._press, positions)
        self._session.change(_REWRITE, [{"page": page_id, "packed": body}])


def divided(positions: PlacedPositions) -> list[PlacedPositions]:
    """Return positions in their order as those of one page after the other."""
    return [positions.take(slice(start, start + PAGE)) for start in range(0, len(positions), PAGE)]


def packed(press: Press, page: PlacedPositions, *, quickly: bool) -> PackedPage:
    """Return a page as it is stored; quickly packed are those that are soon merged."""
    ids, times = page.columns.activation_id, page.columns.fix_time
    return PackedPage(
        *(int(ids[0]), int(times[0]), int(ids[-1]), int(times[-1])),
        *(int(times.min()), int(times.max())),
        pack_page_quickly(page) if quickly else pack_page(press, page),
    )


def _found(row: AnyRow, wanted: int, since: Instant) -> Found | None:
    (
        page_id,
        first_id,
        first_time,
        last_id,
        last_time,
        earliest,
        latest,
        cut_id,
        cut_time,
    ) = row
    if cut_id > wanted:
        return None
    if cut_id == wanted:
        since = max(since, cut_time)
    if first_id == wanted:
        earliest = first_time
    if last_id == wanted:
        latest = last_time
    return Found(page_id, earliest, latest, since)
