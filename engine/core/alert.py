"""An alert is what a person handles; it is made from episodes and never disappears.

Open -> acknowledged -> closed, by people only. `restored` (the condition holds again) is a flag,
not a closure. Repeats of one kind collapse into the alert that is not closed yet, with a count.
"""

from enum import StrEnum
from typing import Final, NamedTuple

import msgspec

from engine.core.episode import Episode, EpisodeKind, Severity
from engine.core.gist import Gist
from zones.instant import Instant


class AlertState(StrEnum):
    """Where an alert stands in the hands of people."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class AlertAction(StrEnum):
    """Everything that can happen to an alert; its history is a list of these."""

    RAISED = "raised"
    REPEATED = "repeated"
    PROGRESSED = "progressed"
    AMENDED = "amended"
    RETRACTED = "retracted"
    RESTORED = "restored"
    ACKNOWLEDGED = "acknowledged"
    NOTED = "noted"
    ASSIGNED = "assigned"
    CLOSED = "closed"
    COVERAGE_GAP = "coverage_gap"
    """A coverage gap of the engine (`episode_id`) touches one of its episodes."""


TRANSITIONS: Final[dict[tuple[AlertState, AlertAction], AlertState]] = {
    (AlertState.OPEN, AlertAction.ACKNOWLEDGED): AlertState.ACKNOWLEDGED,
    (AlertState.OPEN, AlertAction.NOTED): AlertState.OPEN,
    (AlertState.OPEN, AlertAction.ASSIGNED): AlertState.OPEN,
    (AlertState.OPEN, AlertAction.CLOSED): AlertState.CLOSED,
    (AlertState.ACKNOWLEDGED, AlertAction.NOTED): AlertState.ACKNOWLEDGED,
    (AlertState.ACKNOWLEDGED, AlertAction.ASSIGNED): AlertState.ACKNOWLEDGED,
    (AlertState.ACKNOWLEDGED, AlertAction.CLOSED): AlertState.CLOSED,
    (AlertState.CLOSED, AlertAction.NOTED): AlertState.CLOSED,
}
"""What people may do; a pair that is missing is refused (acknowledging twice changes nothing)."""


class CloseCode(StrEnum):
    """Why an alert was closed."""

    VIOLATION = "violation"
    AUTHORISED = "authorised"
    FALSE_ALARM = "false_alarm"
    EQUIPMENT = "equipment"
    RESOLVED = "resolved"
    OTHER = "other"


class CollapseKey(NamedTuple):
    """Episodes with equal keys collapse into one alert while that alert is not closed."""

    wearer_id: str
    group: str
    condition_id: str | None
    zone_id: str | None
    subject: str = ""


_TOGETHER: Final = frozenset({"curfew", "inclusion", "attendance"})
_FAMILIES: Final = _TOGETHER | {"exclusion"}


def collapse_group(kind: EpisodeKind) -> str:
    """Return the part of a kind that does not change while an episode runs.

    A curfew's kind is known only at its end ("absent at start" becomes "late return"), an
    exclusion's start may be moved by late evidence; such kinds share a group.
    """
    family = kind.partition("_")[0]
    return family if family in _FAMILIES else kind.value


def judged_together(kind: EpisodeKind) -> bool:
    """Tell whether an episode of a kind is about all zones of its condition together."""
    return collapse_group(kind) in _TOGETHER


class Alert(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as it stands."""

    alert_id: int
    wearer_id: str
    """Empty if it is about no wearer; then `subject` says what it is about."""
    activation_id: int
    key: CollapseKey
    kind: EpisodeKind
    """Kind of the newest of those of its episodes that make it an alert; if none does any more, of
    those that were not retracted. Severity, start, `restored` and gist are of the same ones."""
    severity: Severity
    """Worst severity among them."""
    state: AlertState
    raised_at: Instant
    """When the engine raised it (receive time); the queue is ordered by this."""
    updated_at: Instant
    started: Instant
    """Best estimate of when the first of them began (event time)."""
    episode_ids: tuple[int, ...]
    count: int
    """Episodes that make it an alert: confirmed, or brief; 0 if all were retracted or are in doubt
    again."""
    confirmed: bool
    restored: bool
    """True while none of them still runs."""
    retracted: bool
    """True if every one of its episodes was retracted."""
    page_due_at: Instant | None = None
    """When people are told: confirmation of what runs (or of what ran, if nothing does) plus its
    grace (`core.paging`); None before confirmation, and of what is advisory."""
    close_code: CloseCode | None = None
    coverage_gaps: tuple[int, ...] = ()
    """Episodes that are coverage gaps of the engine and touch what is uncertain of its own."""
    engine_version: str = ""
    """Version of the engine that last judged it."""
    gist: Gist | None = None
    """Of the newest of them, of the newest that stood once all are retracted; None in what was
    stored before there were gists."""
    amended: bool = False
    """Evidence that came late changed what had been shown of an episode of it."""
    assigned_to: str | None = None
    """Name of the operator in whose hands it is."""
    acknowledged_at: Instant | None = None
    acknowledged_by: str | None = None
    """Actor who acknowledged it."""

    @property
    def subject(self) -> str:
        """What it is about if not about a wearer, by the names of `core.subject`; else empty."""
        return self.key.subject


class AlertChange(msgspec.Struct, frozen=True, kw_only=True):
    """One step in the history of an alert: who, when, what. Its id orders the live feed."""

    change_id: int
    alert_id: int
    at: Instant
    actor: str
    action: AlertAction
    note: str | None = None
    episode_id: int | None = None
    episode_revision: int | None = None
    before: Episode | None = None
    """An amended or retracted episode as it was shown; the note then says why it changed."""
    assigned_to: str | None = None
    """Of what changes it, in whose hands the alert is after it; None also: in nobody's."""


ENGINE_ACTOR: Final = "engine"
"""Actor of everything the engine itself does to an alert."""
