"""rosters and screenings of conveners"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.tables.base import UtcTime

revision: str = "c0a7e5d1b2f4"
down_revision: str | None = "75619c3a26da"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "roster",
        sa.Column("tenant_id", sa.String(length=60), nullable=False),
        sa.Column("collaboration_id", sa.String(length=130), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_roster_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "collaboration_id", "version", name=op.f("pk_roster")),
    )
    op.create_table(
        "screening",
        sa.Column("tenant_id", sa.String(length=60), nullable=False),
        sa.Column("id", sa.String(length=60), nullable=False),
        sa.Column("collaboration_id", sa.String(length=130), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_screening_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_screening")),
    )
    with op.batch_alter_table("screening", schema=None) as batch_op:
        batch_op.create_index(
            "ix_screening_collaboration", ["tenant_id", "collaboration_id"], unique=False
        )
    op.create_table(
        "screening_entry",
        sa.Column("tenant_id", sa.String(length=60), nullable=False),
        sa.Column("screening_id", sa.String(length=60), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("applicant", sa.Integer(), nullable=True),
        sa.Column("author", sa.String(length=300), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_screening_entry_tenant_id_tenant")
        ),
        sa.PrimaryKeyConstraint(
            "tenant_id", "screening_id", "number", name=op.f("pk_screening_entry")
        ),
    )


def downgrade() -> None:
    op.drop_table("screening_entry")
    with op.batch_alter_table("screening", schema=None) as batch_op:
        batch_op.drop_index("ix_screening_collaboration")
    op.drop_table("screening")
    op.drop_table("roster")
