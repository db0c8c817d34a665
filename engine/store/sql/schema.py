"""The tables. Every id and instant is a 64-bit integer; an instant is microseconds since 1970, UTC.

Values with an inner life (episodes, alerts, orders, zones) are kept whole as JSON in `body`, beside
the columns that queries filter and sort by. The migrations must end at exactly these tables.
"""

from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    text,
)

metadata: Final = MetaData(
    naming_convention={
        "pk": "%(table_name)s_pkey",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "ix": "%(table_name)s_%(column_0_N_name)s",
    }
)

INT64: Final = BigInteger().with_variant(Integer, "sqlite")
"""SQLite's INTEGER holds 64 bits, and only under that name is it the row's own key."""


def _id(name: str) -> "Column[int]":
    return Column(name, INT64, primary_key=True, autoincrement=False)


def _int(name: str, *, nullable: bool = False) -> "Column[int]":
    return Column(name, INT64, nullable=nullable)


def _subject() -> "Column[str]":
    return Column("subject", Text, nullable=False, server_default=text("''"))


def _text(name: str, *, nullable: bool = False, primary_key: bool = False) -> "Column[str]":
    return Column(name, Text, nullable=nullable, primary_key=primary_key)


def _bytes(name: str, *, primary_key: bool = False) -> "Column[bytes]":
    return Column(name, LargeBinary, nullable=False, primary_key=primary_key)


def _float(name: str, *, nullable: bool = False) -> "Column[float]":
    return Column(name, Double, nullable=nullable)


def _flag(name: str, *, nullable: bool = False) -> "Column[bool]":
    return Column(name, Boolean(create_constraint=False), nullable=nullable)


def _partial_index(name: str, where: str, *columns: "Column[Any]", unique: bool = False) -> Index:
    # SQLite has no booleans, and uses such an index only if a query repeats its very condition.
    return Index(
        name,
        *columns,
        unique=unique,
        sqlite_where=text(where.replace("newest", "newest = 1")),
        postgresql_where=text(where),
    )


counters: Final = Table(
    "counters", metadata, _text("counter", primary_key=True), _int("value"), sqlite_with_rowid=False
)
"""The last id given out of each kind, and the revision of the registry.

`registry_journaled` is there once everything in the registry is in the journal as well;
`registry_followed` is the revision that the dockets have followed."""

journal_blocks: Final = Table(
    "journal_blocks",
    metadata,
    _id("block_id"),
    _int("committed_at"),
    _int("messages"),
    _bytes("previous_hash"),
    _bytes("merkle_root"),
    _bytes("block_hash"),
    _bytes("body"),
)

position_batches: Final = Table(
    "position_batches",
    metadata,
    _id("first_position_id"),
    _int("block_id"),
    _int("positions"),
    _bytes("body"),
)
"""What was appended last, as it came: see `engine.store.sql.position_batches`."""

position_runs: Final = Table(
    "position_runs",
    metadata,
    _id("run_id"),
    _int("level"),
    _int("positions"),
    _int("min_fix_time"),
    _int("max_fix_time"),
    _int("target_run_id", nullable=True),
    _int("cut_activation_id"),
    _int("cut_fix_time"),
)
"""Sorted sequences of pages: see `engine.store.sql.position_pages`."""

position_pages: Final = Table(
    "position_pages",
    metadata,
    _id("page_id"),
    _int("run_id"),
    _int("first_activation_id"),
    _int("first_fix_time"),
    _int("last_activation_id"),
    _int("last_fix_time"),
    _int("min_fix_time"),
    _int("max_fix_time"),
    _bytes("body"),
)
Index(
    "position_pages_last",
    position_pages.c.run_id,
    position_pages.c.last_activation_id,
    position_pages.c.last_fix_time,
    position_pages.c.page_id,
    # Not to find a page by, but to pass over those not asked for without their bodies.
    position_pages.c.first_activation_id,
    position_pages.c.first_fix_time,
    position_pages.c.min_fix_time,
    position_pages.c.max_fix_time,
)

position_verdicts: Final = Table(
    "position_verdicts",
    metadata,
    _id("activation_id"),
    _id("fix_time"),
    _id("seq"),
    _bytes("digest", primary_key=True),
    _text("quarantine", nullable=True),
    sqlite_with_rowid=False,
)
"""Verdicts that are not in a page yet."""

position_newest: Final = Table(
    "position_newest",
    metadata,
    _id("shard"),
    _bytes("body"),
)
"""Each activation's newest position, as far as it is not in a batch or a run of level 1."""

device_events: Final = Table(
    "device_events",
    metadata,
    _id("activation_id"),
    _bytes("digest", primary_key=True),
    _int("time"),
    _int("received_at"),
    _text("type"),
    _text("state"),
    _text("beacon_id", nullable=True),
    _int("seq", nullable=True),
    _float("battery_pct", nullable=True),
    _flag("charging", nullable=True),
    sqlite_with_rowid=False,
)
Index("device_events_time", device_events.c.activation_id, device_events.c.time)

rejections: Final = Table(
    "rejections",
    metadata,
    _id("rejection_id"),
    _int("received_at"),
    _text("topic"),
    _bytes("payload"),
    _text("reason"),
    _text("detail"),
    _text("field", nullable=True),
)

checkpoints: Final = Table(
    "checkpoints", metadata, _id("activation_id"), _id("cut"), _bytes("state")
)

dockets: Final = Table(
    "dockets",
    metadata,
    _id("activation_id"),
    _bytes("state"),
    _int("newest_fix_time", nullable=True),
    _int("newest_seq", nullable=True),
    Column("newest_digest", LargeBinary, nullable=True),
    Column("shown", LargeBinary, nullable=True),
    _int("due"),
    _int("due_by_itself"),
    _int("next_change"),
    _int("max_age"),
)
"""Each activation's docket as its fold left it: a start reads them all."""

episodes: Final = Table(
    "episodes",
    metadata,
    _id("episode_id"),
    _id("revision"),
    _flag("newest"),
    _text("wearer_id"),
    _int("activation_id"),
    _text("kind"),
    _text("state"),
    _int("started"),
    _int("ended_by", nullable=True),
    _int("updated_at"),
    _text("body"),
    _subject(),
    Column("registry_revision", INT64, nullable=False, server_default="0"),
)
_NEWEST: Final = "newest"
_RUNNING: Final = "newest AND ended_by IS NULL AND state <> 'retracted'"
_partial_index("episodes_newest", _NEWEST, episodes.c.episode_id, unique=True)
_partial_index("episodes_started", _NEWEST, episodes.c.started, episodes.c.episode_id)
_partial_index(
    "episodes_wearer", _NEWEST, episodes.c.wearer_id, episodes.c.started, episodes.c.episode_id
)
_partial_index(
    "episodes_subject",
    "newest AND subject <> ''",
    episodes.c.subject,
    episodes.c.started,
    episodes.c.episode_id,
)
_partial_index("episodes_activation", _NEWEST, episodes.c.activation_id, episodes.c.ended_by)
_partial_index("episodes_ended", _NEWEST, episodes.c.ended_by)
_partial_index("episodes_running", _RUNNING, episodes.c.episode_id)

alerts: Final = Table(
    "alerts",
    metadata,
    _id("alert_id"),
    Column("state_rank", SmallInteger, nullable=False),
    Column("severity_rank", SmallInteger, nullable=False),
    _int("raised_at"),
    _text("wearer_id"),
    _text("kind"),
    _text("collapse_key"),
    _text("body"),
    _subject(),
    Column("assigned_to", Text, nullable=False, server_default=text("''")),
)
Index("alerts_oldest", alerts.c.state_rank, alerts.c.raised_at, alerts.c.alert_id)
Index("alerts_newest", alerts.c.state_rank, alerts.c.raised_at.desc(), alerts.c.alert_id.desc())
Index(
    "alerts_severity",
    alerts.c.state_rank,
    alerts.c.severity_rank,
    alerts.c.raised_at,
    alerts.c.alert_id,
)
Index("alerts_wearer", alerts.c.wearer_id, alerts.c.state_rank, alerts.c.raised_at)
_partial_index(
    "alerts_subject",
    "subject <> ''",
    alerts.c.subject,
    alerts.c.state_rank,
    alerts.c.raised_at,
)
_partial_index(
    "alerts_assigned_to",
    "assigned_to <> ''",
    alerts.c.assigned_to,
    alerts.c.state_rank,
    alerts.c.raised_at,
)
_partial_index("alerts_collapse_key", "state_rank < 2", alerts.c.collapse_key)

alert_episodes: Final = Table(
    "alert_episodes",
    metadata,
    _id("episode_id"),
    _int("alert_id"),
)

alert_changes: Final = Table(
    "alert_changes",
    metadata,
    _id("change_id"),
    _int("alert_id"),
    _int("at"),
    _text("actor"),
    _text("action"),
    _text("body"),
)
Index("alert_changes_alert", alert_changes.c.alert_id, alert_changes.c.change_id)

outbox: Final = Table(
    "outbox",
    metadata,
    _id("outbox_id"),
    _int("alert_id"),
    _int("change_id"),
    _int("due_at"),
    _int("created_at"),
)

contacts: Final = Table(
    "contacts",
    metadata,
    _text("role", primary_key=True),
    _text("contact_id", primary_key=True),
    _text("body"),
    sqlite_with_rowid=False,
)
"""How people are reached. No evidence: not in the journal, and what is written over is gone."""

heartbeats: Final = Table(
    "heartbeats", metadata, _text("name", primary_key=True), _int("at"), sqlite_with_rowid=False
)
"""Up to when something is known to have been well."""

wearers: Final = Table(
    "wearers",
    metadata,
    _text("wearer_id", primary_key=True),
    _text("name"),
    _text("timezone"),
    _text("agency"),
)

protected_persons: Final = Table(
    "protected_persons",
    metadata,
    _text("person_id", primary_key=True),
    _text("agency"),
    _text("body"),
)

devices: Final = Table(
    "devices",
    metadata,
    _text("vendor", primary_key=True),
    _text("device_id", primary_key=True),
    _text("model"),
)

activations: Final = Table(
    "activations",
    metadata,
    _id("activation_id"),
    Column("wearer_id", Text, ForeignKey("wearers.wearer_id"), nullable=True),
    _text("vendor"),
    _text("device_id"),
    _int("started_at"),
    _int("ended_at", nullable=True),
    _text("end_reason", nullable=True),
    Column("protected_person_id", Text, ForeignKey("protected_persons.person_id"), nullable=True),
    ForeignKeyConstraint(["vendor", "device_id"], ["devices.vendor", "devices.device_id"]),
)
Index("activations_wearer", activations.c.wearer_id)
Index(
    "activations_device",
    activations.c.vendor,
    activations.c.device_id,
    activations.c.started_at,
)

orders: Final = Table(
    "orders",
    metadata,
    _text("order_id", primary_key=True),
    _id("version"),
    _flag("newest"),
    Column("wearer_id", Text, ForeignKey("wearers.wearer_id"), nullable=False),
    _text("agency"),
    _text("officer"),
    _text("body"),
)
_partial_index("orders_officer", _NEWEST, orders.c.officer, orders.c.wearer_id)
_partial_index("orders_agency", _NEWEST, orders.c.agency, orders.c.wearer_id)

zones: Final = Table(
    "zones",
    metadata,
    _text("zone_id", primary_key=True),
    _id("version"),
    _text("body"),
    _int("recorded_at", nullable=True),
    _text("recorded_by", nullable=True),
    _text("note", nullable=True),
)

zone_groups: Final = Table(
    "zone_groups",
    metadata,
    _text("group_id", primary_key=True),
    _id("version"),
    _text("body"),
)

wearer_classes: Final = Table(
    "wearer_classes",
    metadata,
    _text("class_id", primary_key=True),
    _id("version"),
    _text("body"),
)

beacons: Final = Table(
    "beacons",
    metadata,
    _text("vendor", primary_key=True),
    _text("beacon_id", primary_key=True),
    _id("version"),
    _text("body"),
)

registry_writes: Final = Table(
    "registry_writes",
    metadata,
    _id("revision"),
    _text("kind"),
    _text("name"),
    _text("vendor", nullable=True),
    _int("version", nullable=True),
)
"""What the newest revisions of the registry wrote, so that nobody has to read all of it again."""
