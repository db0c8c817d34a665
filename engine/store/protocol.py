"""The one Store protocol: what the engine and the API need of durable storage, and no more.

A store hands out transactions. Everything a batch does happens inside one of them, so a batch is
either wholly there or not at all; readers see only committed batches. One part per concern, each in
the file of its name, so that a caller's need can be read from the part it touches.

Ids come from `Transaction.next_ids`, a counter row that is locked until the commit: ids become
visible in their own order on every store, so a reader that has seen change 10 never later finds 9.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Literal, NamedTuple, Protocol

import msgspec

from engine.core.alert import Alert, AlertChange, AlertState, CollapseKey
from engine.core.capacity import StoreSize
from engine.core.contact import Contact, ContactRole
from engine.core.device_event import DeviceEvent
from engine.core.episode import EpisodeKind, EpisodeState, Severity, StoredEpisode
from engine.core.journal import JournalBlock
from engine.core.position import PositionKey
from engine.core.rejection import Reason
from engine.store.deferred_part import DeferredPart
from engine.store.page import Page
from engine.store.positions_part import PositionsPart
from engine.store.registry_part import RegistryPart
from zones.instant import Duration, Instant
from zones.interval import END

Counter = Literal[
    "block", "position", "event", "rejection", "episode", "alert", "change", "outbox", "deferred"
]


class StoredRejection(msgspec.Struct, frozen=True, kw_only=True):
    """A payload that was not taken, whole, with the reason."""

    rejection_id: int
    received_at: Instant
    topic: str
    payload: bytes
    reason: Reason
    detail: str
    field: str | None


class Checkpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The state of an activation's fold after every report earlier than `cut`."""

    activation_id: int
    cut: Instant
    state: bytes
    """Itself, or what it followed: see `engine.core.quiet_cut`."""


class StoredDocket(msgspec.Struct, frozen=True, kw_only=True):
    """An activation's docket as its fold left it."""

    activation_id: int
    state: bytes
    """See `engine.core.packed_state`."""
    newest: PositionKey | None
    """Greatest key stored then; what has a greater one came since, and was quiet."""
    shown: tuple[int, ...]
    """Episodes shown that the next fold may still change."""
    due: Instant
    due_by_itself: Instant
    """When it is due whatever positions come that are quiet."""
    next_change: Instant
    """When what is in force changes next."""
    max_age: Duration
    """How long a position holds."""
    lane: bytes | None = None
    """See `engine.core.packed_lane`; None if there is none."""


class OutboxEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Something people have to be told, and from when on."""

    outbox_id: int
    alert_id: int
    change_id: int
    due_at: Instant
    created_at: Instant


class JournalPart(Protocol):
    """Raw journal blocks."""

    def append(self, block: JournalBlock) -> None:
        """Store a new block."""

    def rewrite(self, block: JournalBlock) -> None:
        """Replace the body of a stored block by one in which messages are expunged.

        Raises:
            ConflictError: there is no block with that id and hash.
        """

    def head(self) -> tuple[int, bytes] | None:
        """Return id and hash of the newest block; None if there is none."""

    def block(self, block_id: int) -> JournalBlock | None:
        """Return one block."""

    def blocks(self, after_block_id: int = 0, limit: int = 100) -> Sequence[JournalBlock]:
        """Return the blocks after one, oldest first."""


class EventsPart(Protocol):
    """Device events."""

    def insert(self, events: Sequence[DeviceEvent]) -> None:
        """Store events; one that is stored already (same activation and digest) changes nothing."""

    def known(self, activation_id: int, digests: Collection[bytes]) -> set[bytes]:
        """Return those of the digests that are stored already."""

    def among(self, activation_ids: Collection[int]) -> set[int]:
        """Return those of the activations of which any event is stored."""

    def since(self, activation_id: int, instant: Instant) -> Sequence[DeviceEvent]:
        """Return the events with time >= instant, ordered by (time, digest)."""


class RejectionsPart(Protocol):
    """Payloads that were not taken."""

    def insert(self, rows: Sequence[StoredRejection]) -> None:
        """Store rejections."""

    def list(self, page: Page) -> Sequence[StoredRejection]:
        """Newest first; the cursor is (rejection_id,)."""

    def count(self) -> int:
        """Return how many rejections are stored."""


class CheckpointsPart(Protocol):
    """States of the fold to restart and to re-judge from."""

    def save(self, checkpoints: Sequence[Checkpoint]) -> None:
        """Store checkpoints; one with the same activation and cut is replaced."""

    def newest(self) -> Iterable[Checkpoint]:
        """Return each activation's newest checkpoint."""

    def at(self, activation_id: int, instant: Instant) -> Checkpoint | None:
        """Return the newest checkpoint with cut <= instant."""

    def drop_after(self, activation_id: int, instant: Instant) -> None:
        """Delete the checkpoints with cut > instant."""


class DocketsPart(Protocol):
    """Dockets as they stand, to start from."""

    def save(self, dockets: Sequence[StoredDocket]) -> None:
        """Store dockets, each in place of the former one of its activation."""

    def of(self, activation_id: int) -> StoredDocket | None:
        """Return the docket of an activation; None if none is stored."""

    def all(self) -> Iterator[StoredDocket]:
        """Yield every docket, in any order."""


class EpisodesPart(Protocol):
    """Episodes, each revision kept."""

    def save(self, rows: Sequence[StoredEpisode]) -> None:
        """Store new episodes and new revisions; the former revision stays readable."""

    def running(self) -> Sequence[StoredEpisode]:
        """Return every episode without an end that was not retracted."""

    def touching(
        self, activation_id: int, since: Instant, until: Instant = END
    ) -> Sequence[StoredEpisode]:
        """Return the episodes that run or whose end's `by` >= `since`, not retracted.

        Those whose start's estimate is not before `until` are left out.
        """

    def reaching(self, since: Instant) -> Sequence[StoredEpisode]:
        """Return the episodes of wearers that run or whose end's `by` >= `since`, not retracted."""

    def get(self, episode_ids: Collection[int]) -> Sequence[StoredEpisode]:
        """Return the newest revisions of episodes, by id."""

    def confirmed_about(
        self, subject: str, kind: EpisodeKind, limit: int
    ) -> Sequence[StoredEpisode]:
        """Return the confirmed episodes of a kind about a subject that began last, newest first."""

    def revisions(self, episode_id: int) -> Sequence[StoredEpisode]:
        """Return every revision, oldest first."""

    def list(
        self,
        page: Page,
        *,
        wearer_id: str | None = None,
        subject: str | None = None,
        kinds: Collection[EpisodeKind] = (),
        states: Collection[EpisodeState] = (),
    ) -> Sequence[StoredEpisode]:
        """Newest start first; the cursor is (started estimate, episode_id).

        The canary's are left out unless asked for by `wearer_id`.
        """

    def count(self) -> int:
        """Return how many episodes are stored, the canary's not."""


class OpenCount(NamedTuple):
    """How many alerts that are not closed stand alike."""

    state: AlertState
    severity: Severity
    age: int
    """How many of the instants they were asked by are later than they were raised."""
    alerts: int


class AlertsPart(Protocol):
    """Alerts, their history, and what people are to be told."""

    def save(self, alerts: Sequence[Alert]) -> None:
        """Insert or replace alerts."""

    def append_changes(self, changes: Sequence[AlertChange]) -> None:
        """Add to the history."""

    def append_outbox(self, entries: Sequence[OutboxEntry]) -> None:
        """Add what people are to be told."""

    def outbox_after(self, outbox_id: int, limit: int = 500) -> Sequence[OutboxEntry]:
        """Return the entries after one, oldest first."""

    def get(self, alert_id: int) -> Alert | None:
        """Return one alert; in a writing transaction nobody else changes it until the commit."""

    def get_many(self, alert_ids: Collection[int]) -> Mapping[int, Alert]:
        """Return alerts by their ids."""

    def not_closed(self, keys: Collection[CollapseKey]) -> Mapping[CollapseKey, Alert]:
        """Return the alerts into which further episodes with these keys collapse."""

    def of_episodes(self, episode_ids: Collection[int]) -> Mapping[int, Alert]:
        """Return the alert of each episode that has one."""

    def history(self, alert_id: int) -> Sequence[AlertChange]:
        """Return everything that happened to an alert, oldest first."""

    def changes_after(self, change_id: int, limit: int = 500) -> Sequence[AlertChange]:
        """Return the changes after one, oldest first."""

    def newest_change_id(self) -> int:
        """Return the id of the newest change; 0 if there is none."""

    def list(
        self,
        page: Page,
        *,
        states: Collection[AlertState] = (AlertState.OPEN, AlertState.ACKNOWLEDGED),
        severities: Collection[Severity] = (),
        kinds: Collection[EpisodeKind] = (),
        wearer_id: str | None = None,
        subject: str | None = None,
        officer: str | None = None,
        agency: str | None = None,
        assigned_to: str | None = None,
        text: str | None = None,
        sort: Literal["oldest", "newest", "severity"] = "oldest",
    ) -> Sequence[Alert]:
        """Open ones first, then by `sort`; officer and agency are those of the wearer's orders.

        Those assigned to "" are assigned to nobody. A text is looked for, in capital letters or
        small, in the wearer's id and name, the kind (blanks stand for underscores) and the subject;
        a number is also the id of an alert.

        The cursor is (state rank, severity rank if sorted by it, raised_at, alert_id).
        """

    def count_not_closed(self, wearer_ids: Collection[str]) -> Mapping[str, Mapping[Severity, int]]:
        """Return how many alerts of each severity are not closed, by wearer; none is left out."""

    def count_by_state(self) -> Mapping[AlertState, int]:
        """Return how many alerts are in each state."""

    def count_open(self, before: Sequence[Instant]) -> Sequence[OpenCount]:
        """Return how many alerts that are not closed are of each state, severity and age.

        An alert's age is how many instants of `before` (descending) it was raised before.
        """


class ContactsPart(Protocol):
    """How people are reached; no part of the registry, and not in the journal."""

    def save(self, contact: Contact) -> None:
        """Store a contact in place of the former one with its role and id."""

    def get(
        self, keys: Collection[tuple[ContactRole, str]]
    ) -> Mapping[tuple[ContactRole, str], Contact]:
        """Return the contacts that are stored of these, by role and id."""


class HeartbeatsPart(Protocol):
    """Up to when something is known to have been well, for whoever comes after it."""

    def beat(self, name: str, at: Instant) -> None:
        """Store an instant under a name, in place of the former one."""

    def last(self, name: str) -> Instant | None:
        """Return the instant under a name; None if there never was one."""


class ConflictError(Exception):
    """What was asked contradicts what is stored; the message says what and how to go on."""


class Transaction(Protocol):
    """A unit of work: all of it is committed, or none of it."""

    journal: JournalPart
    positions: PositionsPart
    events: EventsPart
    rejections: RejectionsPart
    checkpoints: CheckpointsPart
    dockets: DocketsPart
    episodes: EpisodesPart
    alerts: AlertsPart
    registry: RegistryPart
    contacts: ContactsPart
    heartbeats: HeartbeatsPart
    deferred: DeferredPart

    def next_ids(self, counter: Counter, count: int) -> range:
        """Return the next `count` ids of a counter, from 1; a rolled-back range is given again."""


class Store(Protocol):
    """Durable storage."""

    url: str
    """Where another process opens it. It may hold a password: never log it."""

    def write(self) -> AbstractContextManager[Transaction]:
        """Begin a writing transaction: commit at the end of the block, else roll back."""

    def read(self) -> AbstractContextManager[Transaction]:
        """Begin a reading transaction on one consistent snapshot; writing in it is an error."""

    def check(self) -> None:
        """Raise StoreUnavailableError if the store is out of reach or its schema not current."""

    def size(self) -> StoreSize:
        """Return what the store takes and has left.

        Raises:
            StoreUnavailableError: it cannot be asked.
        """

    def close(self) -> None:
        """Close all connections."""


class StoreUnavailableError(Exception):
    """The store cannot be reached, or its schema is not the one this engine needs."""
