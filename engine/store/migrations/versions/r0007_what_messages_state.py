"""Positions and events keep what their message states of number, battery and charging."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what is stored from before states nothing."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("device_events", sa.Column("seq", number, nullable=True))
    for table in ("positions", "device_events"):
        op.add_column(table, sa.Column("battery_pct", sa.Double(), nullable=True))
        kind = sa.Boolean(create_constraint=False)
        op.add_column(table, sa.Column("charging", kind, nullable=True))
