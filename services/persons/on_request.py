"""A person's own data: handed out, corrected, erased; and erased again where a backup had it.

What was erased is kept in a file beside the database (`erased.py`), so that whoever restores an
older backup has it erased again.
"""

import secrets
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from models.database import database_at
from models.settings import Settings
from models.tables import OutcomeRow, TenantDocumentRow
from services.matcher.decisions.audit import Entry, Ledger, Writing
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.digests import digests, match_key
from services.matcher.decisions.verify import RETENTION
from services.persons import stores
from services.persons.erased import Erasure, remember
from services.persons.finding import Sought
from services.persons.stores import ANSWERS, RECORDS, Found

CORRECTION, ERASURE = "correction", "erasure"
_ACCOUNTED: dict[str, Any] = {"outcome": OutcomeRow, "tenant_document": TenantDocumentRow}


@dataclass
class Done:
    """What was changed: how many rows of each table; records want a new snapshot."""

    rows: Counter[str] = field(default_factory=Counter)

    @property
    def has_records(self) -> bool:
        return any(name in RECORDS for name in self.rows)


def export(settings: Settings, tenant: str, texts: Iterable[str]) -> list[dict[str, Any]]:
    """Everything on file with a tenant that names a person."""
    sought = Sought.of(texts)
    with _ledger(settings) as ledger, ledger.sessions() as session:
        return [
            {"table": row.table.name, "key": [str(part) for part in row.key], **row.texts}
            for row in stores.found(session, tenant, sought)
        ]


def correct(settings: Settings, tenant: str, texts: Iterable[str], right: str) -> Done:
    """Put what is right in the place of what is on file; answers stay as they were given."""
    sought = Sought.of(texts)
    with _ledger(settings) as ledger:
        return _rewrite(ledger, tenant, CORRECTION, sought, right)


def erasure_of(tenant: str, texts: Iterable[str]) -> Erasure:
    """What erases a person: its key goes to whoever asks for it, before anything is done."""
    return Erasure(tenant, f"person-{secrets.token_hex(6)}", Sought.of(texts))


def erase(settings: Settings, erasures: Sequence[Erasure]) -> Done:
    """Put pseudonyms in the place of persons, also of those erased before a backup came back."""
    done = Done()
    # First: what a crash leaves half done is then done again by the file.
    remember(settings.var, erasures)
    with _ledger(settings) as ledger:
        for one in erasures:
            more = _rewrite(ledger, one.tenant, ERASURE, one.sought, one.pseudonym)
            done.rows.update(more.rows)
    return done


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    with database_at(settings.url) as database:
        yield Ledger(database, head_file(settings))


def _rewrite(ledger: Ledger, tenant: str, kind: str, sought: Sought, by: str) -> Done:
    """Change every row in one transaction, accounted for in the log without a name."""
    done = Done()
    with ledger.writing() as writing:
        session = writing.session
        if session.get_bind().dialect.name == "sqlite":
            session.execute(text("PRAGMA secure_delete=ON"))
        rows = list(stores.found(session, tenant, sought))
        for row in rows:
            if row.table.name not in ANSWERS:
                stores.change(session, row, lambda part: sought.replaced(part, by))
            elif kind == ERASURE:
                stores.remove(session, row)
            else:
                continue
            done.rows[row.table.name] += 1
        _account(writing, tenant, kind, rows)
    return done


def _account(writing: Writing, tenant: str, kind: str, rows: list[Found]) -> None:
    changed = [_row(writing.session, row) for row in rows if row.table.name in _ACCOUNTED]
    if rows:
        writing.append(Entry(tenant, kind, "service", {"rows": digests(*changed)}))
    gone = [match_key(*row.key) for row in rows if row.table.name == "match_record"]
    if gone and kind == ERASURE:
        content = {"removed": gone, "because": kind}
        writing.append(Entry(tenant, RETENTION, "service", content))


def _row(session: Session, found: Found) -> Any:
    return session.get_one(_ACCOUNTED[found.table.name], found.key, populate_existing=True)
