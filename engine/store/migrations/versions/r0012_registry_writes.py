"""What the newest revisions of the registry wrote."""

import sqlalchemy as sa
from alembic import op

from engine.store.sql.columns import INT64

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the log; it begins empty: who is behind it reads everything."""
    op.create_table(
        "registry_writes",
        sa.Column("revision", INT64, autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("vendor", sa.Text(), nullable=True),
        sa.Column("version", INT64, nullable=True),
        sa.PrimaryKeyConstraint("revision", name="registry_writes_pkey"),
    )
