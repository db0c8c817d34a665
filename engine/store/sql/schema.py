"""The tables of what is received, judged and told; `tables` has all there are.

Every id and instant is a 64-bit integer; an instant is microseconds since 1970, UTC. Values with an
inner life (episodes, alerts) are kept whole as JSON in `body`, beside the columns that queries
filter and sort by.
"""

from typing import Final

from sqlalchemy import (
    Column,
    Index,
    LargeBinary,
    SmallInteger,
    Table,
    Text,
    text,
)

from engine.store.sql.columns import (
    INT64,
    NEWEST,
    flag,
    key,
    metadata,
    octets,
    partial_index,
    real,
    subject,
    whole,
    words,
)

counters: Final = Table(
    "counters",
    metadata,
    words("counter", primary_key=True),
    whole("value"),
    sqlite_with_rowid=False,
)
"""The last id given out of each kind, and the revision of the registry.

`registry_journaled` is there once everything in the registry is in the journal as well;
`registry_followed` is the revision that the dockets have followed."""

journal_blocks: Final = Table(
    "journal_blocks",
    metadata,
    key("block_id"),
    whole("committed_at"),
    whole("messages"),
    octets("previous_hash"),
    octets("merkle_root"),
    octets("block_hash"),
    octets("body"),
)

position_batches: Final = Table(
    "position_batches",
    metadata,
    key("first_position_id"),
    whole("block_id"),
    whole("positions"),
    octets("body"),
)
"""What was appended last, as it came: see `engine.store.sql.position_batches`."""

position_runs: Final = Table(
    "position_runs",
    metadata,
    key("run_id"),
    whole("level"),
    whole("positions"),
    whole("min_fix_time"),
    whole("max_fix_time"),
    whole("target_run_id", nullable=True),
    whole("cut_activation_id"),
    whole("cut_fix_time"),
)
"""Sorted sequences of pages: see `engine.store.sql.position_pages`."""

position_pages: Final = Table(
    "position_pages",
    metadata,
    key("page_id"),
    whole("run_id"),
    whole("first_activation_id"),
    whole("first_fix_time"),
    whole("last_activation_id"),
    whole("last_fix_time"),
    whole("min_fix_time"),
    whole("max_fix_time"),
    octets("body"),
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
    key("activation_id"),
    key("fix_time"),
    key("seq"),
    octets("digest", primary_key=True),
    words("quarantine", nullable=True),
    sqlite_with_rowid=False,
)
"""Verdicts that are not in a page yet."""

position_newest: Final = Table(
    "position_newest",
    metadata,
    key("shard"),
    octets("body"),
)
"""Each activation's newest position, as far as it is not in a batch or a run of level 1."""

device_events: Final = Table(
    "device_events",
    metadata,
    key("activation_id"),
    octets("digest", primary_key=True),
    whole("time"),
    whole("received_at"),
    words("type"),
    words("state"),
    words("beacon_id", nullable=True),
    whole("seq", nullable=True),
    real("battery_pct", nullable=True),
    flag("charging", nullable=True),
    sqlite_with_rowid=False,
)
Index("device_events_time", device_events.c.activation_id, device_events.c.time)

rejections: Final = Table(
    "rejections",
    metadata,
    key("rejection_id"),
    whole("received_at"),
    words("topic"),
    octets("payload"),
    words("reason"),
    words("detail"),
    words("field", nullable=True),
)

checkpoints: Final = Table(
    "checkpoints", metadata, key("activation_id"), key("cut"), octets("state")
)

dockets: Final = Table(
    "dockets",
    metadata,
    key("activation_id"),
    octets("state"),
    whole("newest_fix_time", nullable=True),
    whole("newest_seq", nullable=True),
    Column("newest_digest", LargeBinary, nullable=True),
    Column("shown", LargeBinary, nullable=True),
    whole("due"),
    whole("due_by_itself"),
    whole("next_change"),
    whole("max_age"),
    Column("lane", LargeBinary, nullable=True),
)
"""Each activation's docket as its fold left it: a start reads them all."""

episodes: Final = Table(
    "episodes",
    metadata,
    key("episode_id"),
    key("revision"),
    flag("newest"),
    words("wearer_id"),
    whole("activation_id"),
    words("kind"),
    words("state"),
    whole("started"),
    whole("ended_by", nullable=True),
    whole("updated_at"),
    words("body"),
    subject(),
    Column("registry_revision", INT64, nullable=False, server_default="0"),
)
_RUNNING: Final = "newest AND ended_by IS NULL AND state <> 'retracted'"
partial_index("episodes_newest", NEWEST, episodes.c.episode_id, unique=True)
partial_index("episodes_started", NEWEST, episodes.c.started, episodes.c.episode_id)
partial_index(
    "episodes_wearer", NEWEST, episodes.c.wearer_id, episodes.c.started, episodes.c.episode_id
)
partial_index(
    "episodes_subject",
    "newest AND subject <> ''",
    episodes.c.subject,
    episodes.c.started,
    episodes.c.episode_id,
)
partial_index("episodes_activation", NEWEST, episodes.c.activation_id, episodes.c.ended_by)
partial_index("episodes_ended", NEWEST, episodes.c.ended_by)
partial_index("episodes_running", _RUNNING, episodes.c.episode_id)

alerts: Final = Table(
    "alerts",
    metadata,
    key("alert_id"),
    Column("state_rank", SmallInteger, nullable=False),
    Column("severity_rank", SmallInteger, nullable=False),
    whole("raised_at"),
    words("wearer_id"),
    words("kind"),
    words("collapse_key"),
    words("body"),
    subject(),
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
partial_index(
    "alerts_subject",
    "subject <> ''",
    alerts.c.subject,
    alerts.c.state_rank,
    alerts.c.raised_at,
)
partial_index(
    "alerts_assigned_to",
    "assigned_to <> ''",
    alerts.c.assigned_to,
    alerts.c.state_rank,
    alerts.c.raised_at,
)
partial_index("alerts_collapse_key", "state_rank < 2", alerts.c.collapse_key)

alert_episodes: Final = Table(
    "alert_episodes",
    metadata,
    key("episode_id"),
    whole("alert_id"),
)

alert_changes: Final = Table(
    "alert_changes",
    metadata,
    key("change_id"),
    whole("alert_id"),
    whole("at"),
    words("actor"),
    words("action"),
    words("body"),
)
Index("alert_changes_alert", alert_changes.c.alert_id, alert_changes.c.change_id)

outbox: Final = Table(
    "outbox",
    metadata,
    key("outbox_id"),
    whole("alert_id"),
    whole("change_id"),
    whole("due_at"),
    whole("created_at"),
)

contacts: Final = Table(
    "contacts",
    metadata,
    words("role", primary_key=True),
    words("contact_id", primary_key=True),
    words("body"),
    sqlite_with_rowid=False,
)
"""How people are reached. No evidence: not in the journal, and what is written over is gone."""

heartbeats: Final = Table(
    "heartbeats", metadata, words("name", primary_key=True), whole("at"), sqlite_with_rowid=False
)
"""Up to when something is known to have been well."""

deferred: Final = Table(
    "deferred",
    metadata,
    key("deferred_id"),
    whole("received_at"),
    octets("topic"),
    flag("urgent"),
    octets("body"),
)
"""Messages that are stored and acknowledged, and judged later: see `engine.core.urgency`."""
