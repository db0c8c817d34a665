"""What a quiet position is asked, beside the docket it follows from."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add it; of whom there is none, the next position is folded."""
    op.add_column("dockets", sa.Column("lane", sa.LargeBinary(), nullable=True))
