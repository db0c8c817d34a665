"""Lists are read page by page, each from the last row of the one before it."""

import msgspec


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Which part of a list: at most `limit` rows after the cursor."""

    limit: int = 100
    after: tuple[int | str, ...] | None = None
    """Sort values of the last row already seen; None for the beginning."""
