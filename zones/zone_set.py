"""The zones of a condition, found by id; thousands of wearers may share one set."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from zones.history import ZoneHistory
from zones.instant import Instant
from zones.interval import END


@dataclass(frozen=True, slots=True)
class ZoneSet:
    """Zones with all their versions, each zone once. Its size costs only once, when it is built.

    Raises:
        ValueError: a zone is there twice.
    """

    histories: tuple[ZoneHistory, ...] = ()
    by_id: Mapping[str, ZoneHistory] = field(init=False, compare=False, repr=False)
    changes: tuple[Instant, ...] = field(init=False, compare=False, repr=False)
    """Instants at which what is in effect of any of them changes, in order."""

    def __post_init__(self) -> None:
        by_id = {history.zone_id: history for history in self.histories}
        if len(by_id) < len(self.histories):
            raise ValueError("a zone is in the set twice: unite its histories first")
        changes = {each for history in self.histories for each in history.changes}
        object.__setattr__(self, "by_id", by_id)
        object.__setattr__(self, "changes", tuple(sorted(changes)))

    def next_change(self, after: Instant) -> Instant:
        """Return the first change of what is in effect after an instant; END if none."""
        index = bisect_right(self.changes, after)
        return self.changes[index] if index < len(self.changes) else END


NO_ZONES: Final = ZoneSet()
