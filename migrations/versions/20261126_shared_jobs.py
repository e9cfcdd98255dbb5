"""jobs that any ingest service may do: what is to be done, by whom, and the file of each"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.row_security import isolate, release

revision: str = "3b7c9a20f1de"
down_revision: str | None = "5d1f0c9be7a4"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

OF_ITS_JOB = "EXISTS (SELECT FROM job WHERE job.id = job_id)"


def upgrade() -> None:
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.add_column(sa.Column("work", sa.Text(), nullable=True))
        batch_op.add_column(sa.Column("runner", sa.String(length=40), nullable=True))
    op.create_table(
        "job_file",
        sa.Column("job_id", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["job_id"], ["job.id"], name=op.f("fk_job_file_job_id_job"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("job_id", name=op.f("pk_job_file")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for statement in isolate("job_file", OF_ITS_JOB):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in release("job_file"):
            op.execute(statement)
    op.drop_table("job_file")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_column("runner")
        batch_op.drop_column("work")
