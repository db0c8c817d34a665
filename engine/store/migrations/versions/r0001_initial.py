"""The first schema."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

INT64: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def _partial_index(
    name: str, table: str, columns: list[str], where: str, *, unique: bool = False
) -> None:
    op.create_index(
        name,
        table,
        columns,
        unique=unique,
        sqlite_where=sa.text(where.replace("newest", "newest = 1")),
        postgresql_where=sa.text(where),
    )


def upgrade() -> None:
    """Create every table."""
    _evidence()
    _judgement()
    _registry()


def _evidence() -> None:
    op.create_table(
        "journal_blocks",
        sa.Column("block_id", INT64, autoincrement=False, nullable=False),
        sa.Column("committed_at", INT64, nullable=False),
        sa.Column("messages", INT64, nullable=False),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=False),
        sa.Column("merkle_root", sa.LargeBinary(), nullable=False),
        sa.Column("block_hash", sa.LargeBinary(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("block_id", name="journal_blocks_pkey"),
    )
    op.create_table(
        "positions",
        sa.Column("activation_id", INT64, autoincrement=False, nullable=False),
        sa.Column("fix_time", INT64, autoincrement=False, nullable=False),
        sa.Column("seq", INT64, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("position_id", INT64, nullable=False),
        sa.Column("block_id", INT64, nullable=False),
        sa.Column("message_index", INT64, nullable=False),
        sa.Column("received_at", INT64, nullable=False),
        sa.Column("lat", sa.Double(), nullable=False),
        sa.Column("lon", sa.Double(), nullable=False),
        sa.Column("accuracy_m", sa.Double(), nullable=False),
        sa.Column("accuracy_assumed", sa.Boolean(), nullable=False),
        sa.Column("mechanism", sa.Text(), nullable=False),
        sa.Column("satellites", INT64, nullable=True),
        sa.Column("hdop", sa.Double(), nullable=True),
        sa.Column("speed_mps", sa.Double(), nullable=True),
        sa.Column("heading_deg", sa.Double(), nullable=True),
        sa.Column("altitude_m", sa.Double(), nullable=True),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("quarantine", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint(
            "activation_id", "fix_time", "seq", "digest", name="positions_pkey"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("positions_position_id", "positions", ["position_id"], unique=True)
    op.create_table(
        "device_events",
        sa.Column("activation_id", INT64, autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("time", INT64, nullable=False),
        sa.Column("received_at", INT64, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("activation_id", "digest", name="device_events_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index("device_events_time", "device_events", ["activation_id", "time"])
    op.create_table(
        "rejections",
        sa.Column("rejection_id", INT64, autoincrement=False, nullable=False),
        sa.Column("received_at", INT64, nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("payload", sa.LargeBinary(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("field", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("rejection_id", name="rejections_pkey"),
    )
    op.create_table(
        "checkpoints",
        sa.Column("activation_id", INT64, autoincrement=False, nullable=False),
        sa.Column("cut", INT64, autoincrement=False, nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("activation_id", "cut", name="checkpoints_pkey"),
    )
    op.create_table(
        "counters",
        sa.Column("counter", sa.Text(), nullable=False),
        sa.Column("value", INT64, nullable=False),
        sa.PrimaryKeyConstraint("counter", name="counters_pkey"),
        sqlite_with_rowid=False,
    )


def _judgement() -> None:
    op.create_table(
        "episodes",
        sa.Column("episode_id", INT64, autoincrement=False, nullable=False),
        sa.Column("revision", INT64, autoincrement=False, nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("wearer_id", sa.Text(), nullable=False),
        sa.Column("activation_id", INT64, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("started", INT64, nullable=False),
        sa.Column("ended_by", INT64, nullable=True),
        sa.Column("updated_at", INT64, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("episode_id", "revision", name="episodes_pkey"),
    )
    _partial_index("episodes_activation", "episodes", ["activation_id", "ended_by"], "newest")
    _partial_index("episodes_newest", "episodes", ["episode_id"], "newest", unique=True)
    _partial_index(
        "episodes_running",
        "episodes",
        ["episode_id"],
        "newest AND ended_by IS NULL AND state <> 'retracted'",
    )
    _partial_index("episodes_started", "episodes", ["started", "episode_id"], "newest")
    _partial_index("episodes_wearer", "episodes", ["wearer_id", "started", "episode_id"], "newest")
    op.create_table(
        "alerts",
        sa.Column("alert_id", INT64, autoincrement=False, nullable=False),
        sa.Column("state_rank", sa.SmallInteger(), nullable=False),
        sa.Column("severity_rank", sa.SmallInteger(), nullable=False),
        sa.Column("raised_at", INT64, nullable=False),
        sa.Column("wearer_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("collapse_key", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name="alerts_pkey"),
    )
    _partial_index("alerts_collapse_key", "alerts", ["collapse_key"], "state_rank < 2")
    op.create_index(
        "alerts_newest",
        "alerts",
        ["state_rank", sa.literal_column("raised_at DESC"), sa.literal_column("alert_id DESC")],
    )
    op.create_index("alerts_oldest", "alerts", ["state_rank", "raised_at", "alert_id"])
    op.create_index(
        "alerts_severity", "alerts", ["state_rank", "severity_rank", "raised_at", "alert_id"]
    )
    op.create_index("alerts_wearer", "alerts", ["wearer_id", "state_rank", "raised_at"])
    op.create_table(
        "alert_episodes",
        sa.Column("episode_id", INT64, autoincrement=False, nullable=False),
        sa.Column("alert_id", INT64, nullable=False),
        sa.PrimaryKeyConstraint("episode_id", name="alert_episodes_pkey"),
    )
    op.create_table(
        "alert_changes",
        sa.Column("change_id", INT64, autoincrement=False, nullable=False),
        sa.Column("alert_id", INT64, nullable=False),
        sa.Column("at", INT64, nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("change_id", name="alert_changes_pkey"),
    )
    op.create_index("alert_changes_alert", "alert_changes", ["alert_id", "change_id"])
    op.create_table(
        "outbox",
        sa.Column("outbox_id", INT64, autoincrement=False, nullable=False),
        sa.Column("alert_id", INT64, nullable=False),
        sa.Column("change_id", INT64, nullable=False),
        sa.Column("due_at", INT64, nullable=False),
        sa.Column("created_at", INT64, nullable=False),
        sa.PrimaryKeyConstraint("outbox_id", name="outbox_pkey"),
    )


def _registry() -> None:
    op.create_table(
        "wearers",
        sa.Column("wearer_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("wearer_id", name="wearers_pkey"),
    )
    op.create_table(
        "devices",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("model", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("vendor", "device_id", name="devices_pkey"),
    )
    op.create_table(
        "activations",
        sa.Column("activation_id", INT64, autoincrement=False, nullable=False),
        sa.Column("wearer_id", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("started_at", INT64, nullable=False),
        sa.Column("ended_at", INT64, nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["vendor", "device_id"],
            ["devices.vendor", "devices.device_id"],
            name="activations_vendor_fkey",
        ),
        sa.ForeignKeyConstraint(
            ["wearer_id"], ["wearers.wearer_id"], name="activations_wearer_id_fkey"
        ),
        sa.PrimaryKeyConstraint("activation_id", name="activations_pkey"),
    )
    op.create_index("activations_device", "activations", ["vendor", "device_id", "started_at"])
    op.create_index("activations_wearer", "activations", ["wearer_id"])
    op.create_table(
        "orders",
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, autoincrement=False, nullable=False),
        sa.Column("newest", sa.Boolean(), nullable=False),
        sa.Column("wearer_id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("officer", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["wearer_id"], ["wearers.wearer_id"], name="orders_wearer_id_fkey"),
        sa.PrimaryKeyConstraint("order_id", "version", name="orders_pkey"),
    )
    _partial_index("orders_agency", "orders", ["agency", "wearer_id"], "newest")
    _partial_index("orders_officer", "orders", ["officer", "wearer_id"], "newest")
    op.create_table(
        "zones",
        sa.Column("zone_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("zone_id", "version", name="zones_pkey"),
    )
