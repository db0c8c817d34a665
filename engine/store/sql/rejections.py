"""Payloads that were not taken, whole, each with the reason."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select

from engine.core.rejection import Reason
from engine.store.page import Page
from engine.store.protocol import StoredRejection
from engine.store.sql.keyset import Sorting, paged
from engine.store.sql.plain_text import plain_text
from engine.store.sql.schema import rejections
from engine.store.sql.session import AnyRow, SqlSession

_ROW = rejections.c


class SqlRejections:
    """Payloads that were not taken."""

    def __init__(self, session: SqlSession) -> None:
        """Work inside one transaction."""
        self._session = session

    def insert(self, rows: Sequence[StoredRejection]) -> None:
        """Store rejections."""
        self._session.insert(rejections, map(_values, rows))

    def list(self, page: Page) -> Sequence[StoredRejection]:
        """Newest first; the cursor is (rejection_id,)."""
        order = (Sorting(_ROW.rejection_id, descending=True),)
        rows = self._session.rows(paged(select(rejections), order, page))
        return [_rejection(row) for row in rows]

    def count(self) -> int:
        """Return how many rejections are stored."""
        return self._session.number(select(func.count()).select_from(rejections))


def _values(row: StoredRejection) -> tuple[Any, ...]:
    return (
        row.rejection_id,
        row.received_at,
        plain_text(row.topic),
        row.payload,
        row.reason.value,
        plain_text(row.detail),
        None if row.field is None else plain_text(row.field),
    )


def _rejection(row: AnyRow) -> StoredRejection:
    return StoredRejection(
        rejection_id=row.rejection_id,
        received_at=row.received_at,
        topic=row.topic,
        payload=row.payload,
        reason=Reason(row.reason),
        detail=row.detail,
        field=row.field,
    )
