"""a shortlist shared by two tenants"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.tables.base import UtcTime

revision: str = "8820ba318683"
down_revision: str | None = "5e551075ab1e"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "share",
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("offered_by", sa.String(length=60), nullable=False),
        sa.Column("offered", sa.Text(), nullable=False),
        sa.Column("offered_at", UtcTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(length=60), nullable=True),
        sa.Column("accepted", sa.Text(), nullable=True),
        sa.Column("accepted_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["tenant.id"], name=op.f("fk_share_accepted_by_tenant")
        ),
        sa.ForeignKeyConstraint(
            ["offered_by"], ["tenant.id"], name=op.f("fk_share_offered_by_tenant")
        ),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_share")),
    )
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.create_index("ix_share_accepted_by", ["accepted_by"], unique=False)
        batch_op.create_index("ix_share_offered_by", ["offered_by"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("share", schema=None) as batch_op:
        batch_op.drop_index("ix_share_offered_by")
        batch_op.drop_index("ix_share_accepted_by")

    op.drop_table("share")
