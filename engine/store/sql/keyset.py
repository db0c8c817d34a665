"""Lists are read page by page, each beginning after the last row seen, never by counting rows.

So no row is skipped or shown twice while others are being added.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, false, or_

from engine.store.page import Page
from engine.store.sql.session import AnySelect


class Sorting(NamedTuple):
    """One column of a list's order."""

    column: ColumnElement[Any]
    descending: bool = False

    def beyond(self, value: int | str) -> ColumnElement[bool]:
        """Return the condition that a row comes after this value."""
        return self.column < value if self.descending else self.column > value


def paged(query: AnySelect, order: Sequence[Sorting], page: Page) -> AnySelect:
    """Return the query for one page, sorted by columns that together are unique.

    Raises:
        ValueError: the cursor does not fit the order.
    """
    if page.after is not None:
        query = query.where(_after(order, page.after))
    sorted_by = [each.column.desc() if each.descending else each.column for each in order]
    return query.order_by(*sorted_by).limit(page.limit)


def _is_int64(value: object) -> bool:
    return isinstance(value, int) and -(2**63) <= value < 2**63


def check_cursor(cursor: Sequence[int | str], names: Sequence[str]) -> None:
    """Check that a cursor is one whole number of 64 bits for each of these names.

    Raises:
        ValueError: it is not.
    """
    if len(cursor) != len(names) or not all(map(_is_int64, cursor)):
        listed = ", ".join(names)
        raise ValueError(f"after is {cursor!r}: this list's cursor is ({listed}), whole numbers")


def _after(order: Sequence[Sorting], cursor: Sequence[int | str]) -> ColumnElement[bool]:
    check_cursor(cursor, [str(each.column.key) for each in order])
    later: ColumnElement[bool] = false()
    for each, value in reversed(list(zip(order, cursor, strict=True))):
        later = or_(each.beyond(value), and_(each.column == value, later))
    # Implied by the rest, but only this form lets an index be entered at the cursor.
    first, value = order[0].column, cursor[0]
    return and_(first <= value if order[0].descending else first >= value, later)
