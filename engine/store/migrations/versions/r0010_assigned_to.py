"""Alerts are in somebody's hands."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the operator, nobody for all that is stored, and find alerts by it."""
    hands = sa.Column("assigned_to", sa.Text(), server_default="", nullable=False)
    op.add_column("alerts", hands)
    op.create_index(
        "alerts_assigned_to",
        "alerts",
        ["assigned_to", "state_rank", "raised_at"],
        sqlite_where=sa.text("assigned_to <> ''"),
        postgresql_where=sa.text("assigned_to <> ''"),
    )
