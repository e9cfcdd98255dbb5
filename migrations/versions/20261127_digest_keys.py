"""what the log's digest of a row is keyed with, in the row alone"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "f08c2d64ab17"
down_revision: str | None = "e3a91b7d5c20"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TABLES = ("match_record", "outcome", "tenant_document")


def upgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("digest_key", sa.String(length=32), nullable=True))


def downgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("digest_key")
