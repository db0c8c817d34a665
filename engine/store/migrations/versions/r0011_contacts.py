"""How people are reached."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the contacts."""
    op.create_table(
        "contacts",
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("contact_id", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("role", "contact_id", name="contacts_pkey"),
        sqlite_with_rowid=False,
    )
