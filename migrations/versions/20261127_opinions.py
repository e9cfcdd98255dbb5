"""who told an outcome, and what it says of which features"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "9b40d7c6e215"
down_revision: str | None = "f08c2d64ab17"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_by", sa.String(length=80), nullable=True))
        batch_op.add_column(sa.Column("opinion", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("outcome", schema=None) as batch_op:
        batch_op.drop_column("opinion")
        batch_op.drop_column("told_by")
