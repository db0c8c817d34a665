"""Messages that are stored and acknowledged, and judged later."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INT64: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create their table."""
    op.create_table(
        "deferred",
        sa.Column("deferred_id", INT64, autoincrement=False, nullable=False),
        sa.Column("received_at", INT64, nullable=False),
        sa.Column("topic", sa.LargeBinary(), nullable=False),
        sa.Column("urgent", sa.Boolean(create_constraint=False), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("deferred_id", name="deferred_pkey"),
    )
