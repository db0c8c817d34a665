"""A mapping as it was: what has been written since is shown as it stood before.

It costs what has been written, not what there is. Of a key written twice the first former value
counts: it is the one that the mapping began with.
"""

from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Former(Mapping[K, V], Generic[K, V]):
    """A view of a mapping that changes, as of when the view was made or last cleared."""

    def __init__(self, now: Mapping[K, V]) -> None:
        self._now = now
        self._was: dict[K, V | None] = {}

    @property
    def changed(self) -> bool:
        """True if anything was written."""
        return bool(self._was)

    def note(self, key: K) -> None:
        """Keep what stands under a key; to be called before it is written."""
        if key not in self._was:
            self._was[key] = self._now.get(key)

    def clear(self) -> None:
        """Forget what was: from here on the mapping is as it is now."""
        self._was.clear()

    def __getitem__(self, key: K) -> V:
        """Return what stood under a key.

        Raises:
            KeyError: nothing did.
        """
        if key not in self._was:
            return self._now[key]
        value = self._was[key]
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[K]:
        """Iterate over the keys there were."""
        yield from (key for key in self._now if self._was.get(key, key) is not None)

    def __len__(self) -> int:
        """Return how many keys there were."""
        return sum(1 for _ in self)
