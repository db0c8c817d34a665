"""What a transaction did, told to the caseload and to those who count or are told."""

from collections import Counter as Tally

import msgspec

from engine.case import Case
from engine.core.rejection import Rejection
from engine.core.topic import TelemetryTopic
from engine.lanes import QuietBatch
from engine.recent import Taken
from zones.instant import Instant


class Ruled(msgspec.Struct):
    """What a transaction did, for the caseload and for those who are told."""

    cases: dict[int, Case]
    newest_change_id: int = 0
    """0 if no alert changed."""
    positions: int = 0
    late: int = 0
    quiet: QuietBatch | None = None
    """What was taken without a case's moving."""
    taken: Taken = msgspec.field(default_factory=lambda: Taken.of(()))
    """Each message with new positions, the canary's left out."""
    messages: Tally[str] = msgspec.field(default_factory=Tally)
    """How many came from each vendor, the canary's left out."""
    heard: dict[str, Instant] = {}
    """When each vendor was heard last."""
    rejections: list[tuple[TelemetryTopic | None, Rejection]] = []
    episodes: int = 0
    alerts: int = 0
