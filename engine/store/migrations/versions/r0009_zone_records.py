"""Who wrote a version of a zone, when and why."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; of versions from before nothing is known."""
    instant = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.add_column("zones", sa.Column("recorded_at", instant, nullable=True))
    op.add_column("zones", sa.Column("recorded_by", sa.Text(), nullable=True))
    op.add_column("zones", sa.Column("note", sa.Text(), nullable=True))
