"""Each activation's docket as its fold left it."""

from typing import Final

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INT64: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create their table; those of whom there is no row are folded again at a start."""
    op.create_table(
        "dockets",
        sa.Column("activation_id", INT64, autoincrement=False, nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("newest_fix_time", INT64, nullable=True),
        sa.Column("newest_seq", INT64, nullable=True),
        sa.Column("newest_digest", sa.LargeBinary(), nullable=True),
        sa.Column("shown", sa.LargeBinary(), nullable=True),
        sa.Column("due", INT64, nullable=False),
        sa.Column("due_by_itself", INT64, nullable=False),
        sa.Column("next_change", INT64, nullable=False),
        sa.Column("max_age", INT64, nullable=False),
        sa.PrimaryKeyConstraint("activation_id", name="dockets_pkey"),
    )
