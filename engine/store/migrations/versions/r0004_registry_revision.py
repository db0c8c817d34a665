"""Episodes pin the revision of the registry by which they were judged."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; episodes from before do not know theirs: 0."""
    number = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    column = sa.Column("registry_revision", number, nullable=False, server_default="0")
    op.add_column("episodes", column)
