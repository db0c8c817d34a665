"""Episodes and alerts can be about something other than a wearer."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the subject, empty for all that is stored, and make it part of the collapse keys."""
    for table in ("episodes", "alerts"):
        op.add_column(table, sa.Column("subject", sa.Text(), server_default="", nullable=False))
    _partial_index("episodes", ["subject", "started", "episode_id"], "newest AND subject <> ''")
    _partial_index("alerts", ["subject", "state_rank", "raised_at"], "subject <> ''")
    # A key is a JSON array; its newest part is the last one.
    op.execute(
        "UPDATE alerts SET collapse_key = "
        "substr(collapse_key, 1, length(collapse_key) - 1) || ',\"\"]'"
    )


def _partial_index(table: str, columns: list[str], where: str) -> None:
    op.create_index(
        f"{table}_subject",
        table,
        columns,
        sqlite_where=sa.text(where.replace("newest", "newest = 1")),
        postgresql_where=sa.text(where),
    )
