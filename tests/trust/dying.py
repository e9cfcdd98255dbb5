"""What a child process does until it dies: `python -X dev -m tests.trust.dying WHAT VAR`."""

import sys
from pathlib import Path
from threading import Event

from pydantic import SecretStr

from models.database import Sessions, connect, sessions
from models.embedding import load_embedder
from models.settings import Settings
from models.snapshot import SnapshotStore
from models.tables import PUBLIC, Job
from services.access.callers import Caller, Scope
from services.ingest.files import FileKind, Upload, load
from services.ingest.jobs import Report
from services.ingest.publish import publish
from services.ingest.upsert import ensure_tenant
from services.matcher.decisions.audit import Entry, Ledger
from services.matcher.decisions.decisions import head_file

ENTRIES = 20


def settings_in(var: Path) -> Settings:
    return Settings(_env_file=None, var=var, secret=SecretStr("of the tests"))


def importing(settings: Settings, opened: Sessions) -> None:
    """Read a sheet as a job; says how many rows are acknowledged as it goes on."""
    caller = Caller(PUBLIC, frozenset({Scope.ADMIN}), has_key=True)
    with opened.begin() as session:
        ensure_tenant(session, PUBLIC)
        session.merge(Job(id="job", tenant_id=PUBLIC, kind="places"))
    path = settings.var / "places.csv"
    load(Upload(path, path.name, FileKind.PLACES, caller, False), Report("job", opened, Event()))


def publishing(settings: Settings, opened: Sessions) -> None:
    with opened.begin() as session:
        store = SnapshotStore(settings.snapshots)
        publish(session, store, load_embedder("auto"), keep=1, read_texts=False)


def deciding(settings: Settings, opened: Sessions) -> None:
    ledger = Ledger(opened, head_file(settings))
    for number in range(ENTRIES):
        with ledger.writing() as writing:
            writing.append(Entry(PUBLIC, "note", "key", {"number": number}))
        sys.stdout.write(f"{number + 1}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    what, var = sys.argv[1], Path(sys.argv[2])
    settings = settings_in(var)
    work = {"import": importing, "publish": publishing, "decide": deciding}[what]
    sys.stdout.write("begun\n")
    sys.stdout.flush()
    work(settings, sessions(connect(settings.url)))
