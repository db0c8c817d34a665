"""Groups of zones, and classes of wearers."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INT64: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create their tables."""
    for table, id_ in (("zone_groups", "group_id"), ("wearer_classes", "class_id")):
        op.create_table(
            table,
            sa.Column(id_, sa.Text(), nullable=False),
            sa.Column("version", INT64, autoincrement=False, nullable=False),
            sa.Column("body", sa.Text(), nullable=False),
            sa.PrimaryKeyConstraint(id_, "version", name=f"{table}_pkey"),
        )
