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
from tests.trust.dying import ENTRIES, SAID
from tests.trust.mortals import started
from tests.trust.report import Tried

pytestmark = pytest.mark.skipif(shutil.which("strace") is None, reason="strace is not installed")
CALLS = "fsync,fdatasync,rename,renameat,renameat2,write"
_CALL = re.compile(r"^\d+\s+(\w+)\((.*)\)\s+= 0|^\d+\s+(write)\((.*)")
_PATH = re.compile(r"<([^>]+)>|\"([^\"]+)\"")


@dataclass(frozen=True)
class Call:
    """A call of the system that went well, with the paths it names."""

    name: str
    paths: tuple[str, ...]


def calls(what: str, settings: Settings, log: Path) -> list[Call]:
    """What the system was told while some work of `dying` was done."""
    tracer = ["strace", "-f", "--seccomp-bpf", "-y", "-e", f"trace={CALLS}", "-o", str(log)]
    with started(*tracer) as mortals:
        assert mortals.begin(what, settings).ended() == 0
    return list(_read(log.read_text(), str(settings.var)))


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


@pytest.mark.check(4, "Calls of the system in decisions and publishes", few=1, full=20)
def test_nothing_is_told_before_it_is_on_disk(
    doomed: Settings, tmp_path: Path, count: int, tried: Tried
) -> None:
    for number in range(count):
        told = calls("deciding", doomed, tmp_path / f"decide-{number}")
        tried(decisions(told, doomed, tried) == ENTRIES, "decisions")
        shutil.rmtree(doomed.snapshots, ignore_errors=True)
        snapshots(calls("publishing", doomed, tmp_path / f"publish-{number}"), doomed, tried)
    tried.done()


@pytest.mark.planted(4, "a name of the audit log's head that is not put on disk")
def test_an_unsynced_head_is_found(doomed: Settings, tmp_path: Path) -> None:
    tried = Tried()
    decisions(calls("deciding_unsynced", doomed, tmp_path / "log"), doomed, tried)
    assert set(tried.failures) == {"the head's name was not on disk"}


@pytest.mark.planted(4, "files of a snapshot that are not put on disk")
def test_an_unsynced_snapshot_is_found(doomed: Settings, tmp_path: Path) -> None:
    tried = Tried()
    snapshots(calls("publishing_unsynced", doomed, tmp_path / "log"), doomed, tried)
    assert len(tried.failures) > 10
