"""Pages of lists: reading one row more than asked tells whether there is a next page."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

from fastapi import Request

from api import cursor
from api.schemas.page import PageQuery
from engine.store.page import Page

Row = TypeVar("Row")
_Values = tuple[int | str, ...]


class Cut(NamedTuple):
    """Where the next page begins: its cursor and its URL; None on the last page."""

    next_cursor: str | None
    next: str | None


class Paging:
    """The page one request asks for."""

    def __init__(self, request: Request, query: PageQuery, *shape: type) -> None:
        """Read the cursor, values of the types of `shape`.

        Raises:
            ProblemError: it is none of this list with these filters.
        """
        self._url = request.url
        self._limit = query.limit
        filters = query.model_dump(mode="json", exclude={"limit", "cursor"})
        self._scope = (request.url.path, filters)
        self.after = cursor.decode(self._scope, query.cursor, shape)

    @property
    def page(self) -> Page:
        """The page to ask the store for: one row more than is shown."""
        return Page(limit=self._limit + 1, after=self.after)

    def cut(
        self, rows: Sequence[Row], values: Callable[[Row], _Values]
    ) -> tuple[Sequence[Row], Cut]:
        """Return the rows of the page, and where the next one begins.

        `values` gives the sort values of a row.
        """
        shown = rows[: self._limit]
        if len(rows) <= self._limit:
            return shown, Cut(None, None)
        text = cursor.encode(self._scope, values(shown[-1]))
        url = self._url.include_query_params(cursor=text)
        return shown, Cut(text, f"{url.path}?{url.query}")

    def rest(self, ids: Sequence[str]) -> Sequence[str]:
        """Return what follows the former page, of ids that are sorted; rows are sorted by them."""
        return ids if self.after is None else ids[bisect_right(ids, str(self.after[0])) :]

    def cut_sorted(
        self, rows: Sequence[Row], values: Callable[[Row], _Values]
    ) -> tuple[Sequence[Row], Cut]:
        """Do the same for a whole list in memory that is sorted by its values."""
        after = self.after
        rest = rows if after is None else [row for row in rows if values(row) > after]
        return self.cut(rest, values)
