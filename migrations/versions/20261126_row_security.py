"""on PostgreSQL each row is its tenant's alone"""

from collections.abc import Sequence

from alembic import op

from models.row_security import MINE, TENANT, isolate, readable_by_all, release

revision: str = "7e9a9715a8f1"
down_revision: str | None = "8820ba318683"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_OF_TENANTS = (
    "api_key",
    "audit",
    "collaboration",
    "commitment",
    "job",
    "match_record",
    "outcome",
    "place",
    "roster",
    "screening",
    "screening_entry",
    "sign_in",
    "tenant_document",
)
_READ_BY_ALL = ("place", "collaboration", "commitment")
_BY_ANOTHER_COLUMN = {
    "tenant": MINE.format(column="id"),
    "share": f"offered_by = {TENANT} OR {MINE.format(column='accepted_by')}",
    "job_error": "EXISTS (SELECT FROM job WHERE job.id = job_id)",
}


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in _OF_TENANTS:
        for statement in isolate(table):
            op.execute(statement)
    for table, mine in _BY_ANOTHER_COLUMN.items():
        for statement in isolate(table, mine):
            op.execute(statement)
    for table in _READ_BY_ALL:
        op.execute(readable_by_all(table))


def downgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in (*_OF_TENANTS, *_BY_ANOTHER_COLUMN):
        for statement in release(table):
            op.execute(statement)
