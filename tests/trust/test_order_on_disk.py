"""Check 4: what the system is told, in order: all is on disk before anything rests on it.

A kill cannot show this, since what a process wrote stays with the system; its calls can.
"""

import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from models.settings import Settings
from tests.trust.conftest import FULL
from tests.trust.mortals import started
from tests.trust.report import Tried
from tests.trust.tracing import TRACED
from tests.trust.work import ENTRIES, SAID, settings_in

pytestmark = TRACED
ROUNDS = 20 if FULL else 1
CALLS = "fsync,fdatasync,rename,renameat,renameat2,write"
_CALL = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= 0|^\d+\s+(write)\((.*)")
_PATH = re.compile(r"<([^>]+)>|\"([^\"]+)\"")


@dataclass(frozen=True)
class Call:
    """A call of the system that went well, with the paths it names."""

    name: str
    paths: tuple[str, ...]


Traced = dict[str, tuple[Settings, list[Call]]]


@pytest.fixture(scope="module")
def traced(migrated_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Traced:
    """What the system was told by each work of `work` and `faults`, each in a folder of its own."""
    base = tmp_path_factory.mktemp("traced")
    log = base / "log"
    tracer = ["strace", "-f", "--seccomp-bpf", "-y", "-e", f"trace={CALLS}", "-o", str(log)]
    works = [f"{what} {number}" for number in range(ROUNDS) for what in ("deciding", "publishing")]
    found: Traced = {}
    with started(*tracer) as mortals:
        for work in (*works, "deciding_unsynced", "publishing_unsynced"):
            settings = settings_in(base / work.replace(" ", "-"))
            settings.var.mkdir()
            shutil.copy(migrated_file, settings.var / "counterpart.db")
            assert mortals.begin(work.partition(" ")[0], settings).ended() == 0
            found[work] = settings, []
    for settings, calls in found.values():
        calls += _read(log.read_text(), f"{settings.var}/")
    return found


def _read(text: str, var: str) -> Iterator[Call]:
    for line in text.splitlines():
        found = _CALL.match(line)
        if found is None or var not in line:
            continue
        name, rest = (found[1], found[2]) if found[1] else (found[3], found[4])
        paths = (one or other for one, other in _PATH.findall(rest))
        yield Call(name, tuple(path for path in paths if path.startswith(var)))


def is_synced(calls: list[Call], path: str) -> bool:
    return any(c.name in ("fsync", "fdatasync") and c.paths == (path,) for c in calls)


def decisions(calls: list[Call], settings: Settings, tried: Tried) -> int:
    """Before each word of a decision: the head, its name, and the database; counts the words."""
    said, head = str(settings.var / SAID), str(settings.audit_head_file)
    since: list[Call] = []
    words = 0
    for call in calls:
        since.append(call)
        if call.name != "write" or call.paths != (said,):
            continue
        words += 1
        named = [n for n, c in enumerate(since) if "rename" in c.name and c.paths[-1] == head]
        tried(bool(named), "no head was named before a decision was told")
        first = named[0] if named else 0
        tried(is_synced(since[:first], since[first].paths[0]), "the head was not on disk")
        tried(is_synced(since[first:], str(Path(head).parent)), "the head's name was not on disk")
        database = str(settings.var / "counterpart.db")
        stored = is_synced(since[first:], database) or is_synced(since[first:], f"{database}-wal")
        tried(stored, "the database was not on disk")
        since = []
    return words


def snapshots(calls: list[Call], settings: Settings, tried: Tried) -> None:
    """Every file, its folder, then its name, then the pointer, then the pointer's name."""
    folder = str(settings.snapshots)
    (moved,) = (n for n, c in enumerate(calls) if "rename" in c.name and ".building-" in c.paths[0])
    pointed = next(
        n for n, c in enumerate(calls) if "rename" in c.name and c.paths[-1].endswith("CURRENT")
    )
    building, new = calls[moved].paths
    for file in Path(new).iterdir():
        tried(is_synced(calls[:moved], f"{building}/{file.name}"), f"{file.name} was not on disk")
    tried(is_synced(calls[:moved], building), "the names of the files were not on disk")
    tried(is_synced(calls[moved:pointed], folder), "the snapshot's name was not on disk")
    tried(is_synced(calls[moved:pointed], calls[pointed].paths[0]), "the pointer was not on disk")
    tried(is_synced(calls[pointed:], folder), "the pointer's name was not on disk")


@pytest.mark.check(4, "Calls of the system in decisions and publishes", few=1, full=1)
@pytest.mark.usefixtures("count")
def test_nothing_is_told_before_it_is_on_disk(traced: Traced, tried: Tried) -> None:
    for number in range(ROUNDS):
        settings, calls = traced[f"deciding {number}"]
        tried(decisions(calls, settings, tried) == ENTRIES, "decisions")
        settings, calls = traced[f"publishing {number}"]
        snapshots(calls, settings, tried)
    tried.note(f"{ROUNDS} publishes, {ROUNDS * ENTRIES} decisions")
    tried.done()


@pytest.mark.planted(4, "a name of the audit log's head that is not put on disk")
def test_an_unsynced_head_is_found(traced: Traced) -> None:
    tried = Tried()
    settings, calls = traced["deciding_unsynced"]
    decisions(calls, settings, tried)
    assert set(tried.failures) == {"the head's name was not on disk"}


@pytest.mark.planted(4, "files of a snapshot that are not put on disk")
def test_an_unsynced_snapshot_is_found(traced: Traced) -> None:
    tried = Tried()
    settings, calls = traced["publishing_unsynced"]
    snapshots(calls, settings, tried)
    assert len(tried.failures) > 10
