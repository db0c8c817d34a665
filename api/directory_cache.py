"""The directory is kept for as long as the registry's revision stays the same.

Loading it reads the whole registry. What this process writes itself is added to the kept one, so
that storing many things one after the other does not read everything each time.
"""

import threading
from collections.abc import Sequence

from api.directory import Directory, Entry, load
from engine.resident import loading_beside
from engine.store.registry_part import RegistryPart


class DirectoryCache:
    """Hands out the directory of a transaction. May be used by many threads."""

    def __init__(self) -> None:
        """Begin with none."""
        self._lock = threading.Lock()
        self._kept: Directory | None = None

    def of(self, registry: RegistryPart) -> Directory:
        """Return the directory as a transaction sees it that has not written to the registry."""
        revision = registry.revision()
        kept = self._kept
        if kept is not None and kept.revision == revision:
            return kept
        with self._lock:
            kept = self._kept
            if kept is not None and kept.revision == revision:
                return kept
            with loading_beside():
                loaded = load(registry, revision)
            if kept is None or kept.revision < revision:
                self._kept = loaded
            return loaded

    def committed(self, before: Directory, entries: Sequence[Entry]) -> None:
        """Take note of what was written after `before`, each write raising the revision by one."""
        with self._lock:
            if self._kept is not before:
                return
            after = before
            for entry in entries:
                after = after.after(entry, after.revision + 1)
            self._kept = after
