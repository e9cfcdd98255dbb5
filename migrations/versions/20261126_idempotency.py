"""answers kept for requests that are sent again"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.row_security import isolate, release
from models.tables.base import UtcTime

revision: str = "862b0c614ae9"
down_revision: str | None = "7e9a9715a8f1"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "idempotency",
        sa.Column("tenant_id", sa.String(length=60), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=False),
        sa.Column("request_hash", sa.String(length=64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "key_hash", name=op.f("pk_idempotency")),
    )
    with op.batch_alter_table("idempotency", schema=None) as batch_op:
        batch_op.create_index("ix_idempotency_created_at", ["created_at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        for statement in isolate("idempotency"):
            op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for statement in release("idempotency"):
            op.execute(statement)
    op.drop_table("idempotency")
