"""The tables in which a tenant's rows may name a person, and how such rows are changed."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, LargeBinary, String, and_, delete, or_, select, update
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import Session

from models.tables import Job, Table, now
from models.tables.decisions import new_digest_key
from services.matcher.decisions.packing import unpacked
from services.persons.finding import Sought, rewritten

# The log holds ids and digests, vectors are no texts, and a tenant's name is no person's. A file
# goes with its job, and where a webhook leads is an address of a server.
_NEVER = {"audit", "text_vector", "snapshot", "tenant", "job_file", "webhook"}
# Rows that go whole: an answer that is not as it was given is none.
ANSWERS = {"match_record", "idempotency"}
RECORDS = {"place", "collaboration"}
DIGEST_KEY = "digest_key"
BATCH = 500


@dataclass(frozen=True)
class Found:
    """A row that names somebody: what each of its columns says that does."""

    table: SqlTable
    key: tuple[Any, ...]
    texts: dict[str, str]

    @property
    def where(self) -> ColumnElement[bool]:
        columns = self.table.primary_key.columns
        return and_(*(column == value for column, value in zip(columns, self.key, strict=True)))


def found(session: Session, tenant: str, sought: Sought) -> Iterator[Found]:
    """Every row of a tenant that names somebody, table by table."""
    for table in Table.metadata.sorted_tables:
        own = _own(table, tenant)
        if own is None:
            continue
        query = select(table).where(own).execution_options(yield_per=BATCH)
        for row in session.execute(query):
            texts = {name: text for name, text in _texts(table, row) if _names(sought, text)}
            if texts:
                key = tuple(row._mapping[column.name] for column in table.primary_key.columns)
                yield Found(table, key, texts)


def _own(table: SqlTable, tenant: str) -> ColumnElement[bool] | None:
    """Whose rows they are; None where a table holds nothing of persons."""
    if table.name in _NEVER:
        return None
    if table.name == "job_error":
        return table.c.job_id.in_(select(Job.id).where(Job.tenant_id == tenant))
    if table.name == "share":
        return or_(table.c.offered_by == tenant, table.c.accepted_by == tenant)
    own: ColumnElement[bool] = table.c.tenant_id == tenant
    return own


def _texts(table: SqlTable, row: Any) -> Iterator[tuple[str, str]]:
    for column in table.columns:
        value = row._mapping[column.name]
        if value is None or column.primary_key or column.name.endswith("_hash"):
            continue
        if isinstance(column.type, LargeBinary):
            content = unpacked(value) if column.name == "answer" else value
            yield column.name, content.decode("utf-8", "replace")
        elif isinstance(column.type, String):
            yield column.name, value


def _names(sought: Sought, text: str) -> bool:
    named = False

    def look(part: str) -> str:
        nonlocal named
        named = named or sought.is_in(part)
        return part

    rewritten(text, look)
    return named


def change(session: Session, row: Found, by: Callable[[str], str]) -> None:
    """Write a row's texts anew; a record's hash, and what the log's digest is keyed with."""
    values: dict[str, Any] = {name: rewritten(text, by) for name, text in row.texts.items()}
    if row.table.name in RECORDS and "record" in values:
        values["content_hash"] = hashlib.sha256(values["record"].encode()).hexdigest()
        values["updated_at"] = now()
    if DIGEST_KEY in row.table.c:
        values[DIGEST_KEY] = new_digest_key()
    session.execute(update(row.table).where(row.where).values(**values))


def remove(session: Session, row: Found) -> None:
    session.execute(delete(row.table).where(row.where))
