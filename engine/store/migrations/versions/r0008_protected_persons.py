"""Protected persons, who carry devices too."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create their table; an activation is of a wearer or of a protected person."""
    op.create_table(
        "protected_persons",
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="protected_persons_pkey"),
    )
    with op.batch_alter_table("activations") as activations:
        activations.alter_column("wearer_id", existing_type=sa.Text(), nullable=True)
        activations.add_column(sa.Column("protected_person_id", sa.Text(), nullable=True))
        activations.create_foreign_key(
            "activations_protected_person_id_fkey",
            "protected_persons",
            ["protected_person_id"],
            ["person_id"],
        )
