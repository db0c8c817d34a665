"""Beacons, and which of them a position or an event is about."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INT64: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create their table; what is stored is about none."""
    op.create_table(
        "beacons",
        sa.Column("vendor", sa.Text(), nullable=False),
        sa.Column("beacon_id", sa.Text(), nullable=False),
        sa.Column("version", INT64, autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("vendor", "beacon_id", "version", name="beacons_pkey"),
    )
    op.add_column("positions", sa.Column("beacon_id", sa.Text(), nullable=True))
    op.add_column("positions", sa.Column("beacon_zone_id", sa.Text(), nullable=True))
    op.add_column("device_events", sa.Column("beacon_id", sa.Text(), nullable=True))
