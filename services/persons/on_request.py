"""A person's own data: handed out, corrected, erased; and erased again where a backup had it.

What was erased is kept in a file beside the database as keyed hashes of words, not as words. It
goes with no older backup: whoever restores one has it erased again by that file.
"""

import os
import secrets
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from models.database import connect, sessions
from models.settings import Settings
from models.tables import OutcomeRow, TenantDocumentRow
from services.matcher.decisions.audit import Entry, Ledger, Writing
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.digests import digests, match_key
from services.matcher.decisions.verify import RETENTION
from services.persons import stores
from services.persons.finding import Sought
from services.persons.stores import ANSWERS, RECORDS, Found

ERASED = "erased.jsonl"
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


def erase(settings: Settings, tenant: str, texts: Iterable[str]) -> tuple[str, Done]:
    """Put a pseudonym in the place of a person; answers with it."""
    sought, pseudonym = Sought.of(texts), f"person-{secrets.token_hex(6)}"
    # First: what a crash leaves half done is then done again by the file.
    _remember(settings.var / ERASED, tenant, pseudonym, sought)
    with _ledger(settings) as ledger:
        return pseudonym, _rewrite(ledger, tenant, ERASURE, sought, pseudonym)


def erase_again(settings: Settings, file: Path) -> Done:
    """Erase what was erased before, in a database that a backup was restored into."""
    done = Done()
    with _ledger(settings) as ledger:
        for line in file.read_bytes().splitlines():
            told = orjson.loads(line)
            hashes = {int(n): frozenset(found) for n, found in told["hashes"].items()}
            sought = Sought(bytes.fromhex(told["key"]), hashes)
            if not _is_kept(settings.var / ERASED, line):
                _append(settings.var / ERASED, line)
            more = _rewrite(ledger, told["tenant"], ERASURE, sought, told["pseudonym"])
            done.rows.update(more.rows)
    return done


@contextmanager
def _ledger(settings: Settings) -> Iterator[Ledger]:
    engine = connect(settings.url)
    try:
        yield Ledger(sessions(engine), head_file(settings))
    finally:
        engine.dispose()


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


def _remember(file: Path, tenant: str, pseudonym: str, sought: Sought) -> None:
    told = {
        "tenant": tenant,
        "pseudonym": pseudonym,
        "key": sought.key.hex(),
        "hashes": {str(n): sorted(found) for n, found in sought.hashes.items()},
    }
    _append(file, orjson.dumps(told))


def _append(file: Path, line: bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(handle, "ab") as opened:
        opened.write(line + b"\n")
        opened.flush()
        os.fsync(opened.fileno())


def _is_kept(file: Path, line: bytes) -> bool:
    return file.exists() and line in file.read_bytes().splitlines()
