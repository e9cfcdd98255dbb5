"""webhooks, their deliveries, and matches that are watched"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.row_security import isolate, release
from models.tables.base import UtcTime

revision: str = "5d1f0c9be7a4"
down_revision: str | None = "862b0c614ae9"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

TABLES = ("webhook", "webhook_delivery", "watch")


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("tenant_id", sa.String(length=60), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("events", sa.String(length=200), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook")),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("tenant_id", sa.String(length=60), nullable=False),
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("webhook_id", sa.String(length=40), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcTime(timezone=True), nullable=False),
        sa.Column("told", sa.String(length=200), nullable=True),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_webhook_delivery")),
    )
    with op.batch_alter_table("webhook_delivery", schema=None) as batch_op:
        batch_op.create_index("ix_webhook_delivery_due", ["state", "next_at"], unique=False)
        batch_op.create_index(
            "ix_webhook_delivery_webhook", ["tenant_id", "webhook_id"], unique=False
        )
    op.create_table(
        "watch",
        sa.Column("tenant_id", sa.String(length=60), nullable=False),
        sa.Column("match_id", sa.String(length=60), nullable=False),
        sa.Column("seen_with", sa.String(length=64), nullable=False),
        sa.Column("verdicts", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("tenant_id", "match_id", name=op.f("pk_watch")),
    )
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in isolate(table):
                op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        for table in TABLES:
            for statement in release(table):
                op.execute(statement)
    for table in reversed(TABLES):
        op.drop_table(table)
