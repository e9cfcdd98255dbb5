"""keys with a label and an end; sessions of signed-in people"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.tables.base import UtcTime

revision: str = "5e551075ab1e"
down_revision: str | None = "b00460067099"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.add_column(sa.Column("label", sa.String(length=200), nullable=True))
        batch_op.add_column(sa.Column("expires_at", UtcTime(timezone=True), nullable=True))
        batch_op.create_index("ix_api_key_prefix", ["prefix"], unique=True)
    op.create_table(
        "sign_in",
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("tenant_id", sa.String(length=60), nullable=False),
        sa.Column("person", sa.String(length=200), nullable=False),
        sa.Column("scopes", sa.String(length=100), nullable=False),
        sa.Column("expires_at", UtcTime(timezone=True), nullable=False),
        sa.Column("key_hash", sa.String(length=64), nullable=True),
        sa.Column("created_at", UtcTime(timezone=True), nullable=False),
        sa.Column("ended_at", UtcTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["tenant_id"], ["tenant.id"], name=op.f("fk_sign_in_tenant_id_tenant")
        ),
        sa.ForeignKeyConstraint(
            ["key_hash"], ["api_key.key_hash"], name=op.f("fk_sign_in_key_hash_api_key")
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_in")),
    )
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_expires_at", ["expires_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("sign_in", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_expires_at")
    op.drop_table("sign_in")
    with op.batch_alter_table("api_key", schema=None) as batch_op:
        batch_op.drop_index("ix_api_key_prefix")
        batch_op.drop_column("expires_at")
        batch_op.drop_column("label")
