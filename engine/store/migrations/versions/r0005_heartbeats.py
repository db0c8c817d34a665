"""Up to when the engine is known to have been well; episodes by their end."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the heartbeats, and an index that finds what had not ended by an instant."""
    op.create_table(
        "heartbeats",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("name", name="heartbeats_pkey"),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "episodes_ended",
        "episodes",
        ["ended_by"],
        sqlite_where=sa.text("newest = 1"),
        postgresql_where=sa.text("newest"),
    )
