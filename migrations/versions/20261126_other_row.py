"""which row of a file a refused one repeats"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "c41d7be2905a"
down_revision: str | None = "3b7c9a20f1de"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("job_error", schema=None) as batch_op:
        batch_op.add_column(sa.Column("other_row", sa.Integer(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("job_error", schema=None) as batch_op:
        batch_op.drop_column("other_row")
