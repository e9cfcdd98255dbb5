"""Check 26: wrong rows among good ones, in each kind of file, through a whole import."""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import select

from models.database import Sessions, connect, sessions
from models.settings import Settings
from models.tables import PUBLIC, Job, JobError, PlaceRow
from services.access.callers import Caller, Scope
from services.files import tables
from services.ingest import jobs
from services.ingest.files import FileKind, Upload, load
from services.ingest.jobs import Report
from services.ingest.upsert import ensure_tenant
from tests.trust.report import Tried

COLUMNS = ["id", "name", "kind", "country", "population"]
Cells = list[Any]
Line = Callable[[int], Cells]
CELLS: list[Line] = [
    lambda n: [f"x:bad-{n}", f"City {n}", "village", "ES", 1],
    lambda n: [f"x:bad-{n}", f"City {n}", "city", "XX", 1],
    lambda n: [f"x:bad-{n}", f"City {n}", "city", "ES", "many"],
    lambda n: [f"x:bad-{n}", f"City {n}", "city", "ES", "1e400"],
    lambda n: [f"x:bad-{n}", f"City {n}", "city", "ES", 44197.5],
    lambda n: [f"x:bad-{n}", f"City {n}", "city", "ES", -5],
    lambda n: [f"x:bad-{n}", "", "city", "ES", 1],
    lambda n: [f"x:bad-{n}", "\u00a0", "city", "ES", 1],
    lambda n: [f"x:bad {n}", f"City {n}", "city", "ES", 1],
    lambda n: [f"x:bad\u202e{n}", f"City {n}", "city", "ES", 1],
    lambda n: ["", f"City {n}", "city", "ES", 1],
    lambda n: ["x:good-0", f"City {n}", "city", "ES", 1],
    lambda n: [f"x:bad-{n}", f"City {n}", "=city()", "ES", 1],
]
LINES: list[Callable[[int], str]] = [
    lambda n: f'{{"id": "x:bad-{n}", "name": "open',
    lambda n: f'["x:bad-{n}"]',
    lambda _: "null",
    lambda n: (
        f'{{"id": "x:bad-{n}", "name": "A", "kind": "city", "country": "ES", "population": NaN}}'
    ),
    lambda n: f'{{"id": "x:bad-{n}", "name": {{"a": 1}}, "kind": "city", "country": "ES"}}',
    lambda n: f'{{"id": ["x:bad-{n}"], "name": "A", "kind": "city", "country": "ES"}}',
    lambda n: (
        f'{{"id": "x:bad-{n}", "name": "A", "kind": "city", "country": "ES", "population": 1e400}}'
    ),
    lambda n: f'{{"id": "x:bad-{n}", "name": "A", "kind": ["city"], "country": "ES"}}',
    lambda n: (
        f'{{"id": "x:bad-{n}", "name": "A", "kind": "city", "country": "ES", "population": true}}'
    ),
    lambda n: f'{{"id": "x:bad-{n}", "name": "A", "kind": "city", "country": "ES", "capacity": 5}}',
    lambda n: f'{{"id": "x:bad-{n}", "name": "\\ud800", "kind": "city", "country": "ES"}}',
    lambda n: f'{{"id": "x:bad-{n}", "name": "A\\u0000", "kind": "city", "country": "ES"}}',
    lambda n: (
        f'{{"id": "x:bad-{n}", "name": "A", "kind": "city", "country": "ES", '
        '"capacity": 5, "capacity.officer_days": 3}'
    ),
]
BROKEN: list[Callable[[int], str]] = [
    lambda n: f'"x:bad-{n}"x,City {n},city,ES,1',
    lambda n: f'x:bad-{n},"open',
    lambda n: f"x:bad-{n},City {n},city,ES,1,too many",
    # As long as a file may hold some of.
    lambda n: f"x:bad-{n},{'a' * (140_000 if n % 200 == 0 else 40_000)},city,ES,1",
]


@dataclass(frozen=True)
class Sheet:
    """A file, the numbers of its wrong rows, and the ids of its good ones."""

    content: bytes
    wrong: set[int]
    good: set[str]


def _good(n: int) -> Cells:
    return [f"x:good-{n}", f"City, {n} “é”", "city", "ES", n + 1]


def _csv_line(cells: Cells) -> str:
    return ",".join('"' + str(cell).replace('"', '""') + '"' for cell in cells)


def _json_line(cells: Cells) -> str:
    return json.dumps(dict(zip(COLUMNS, cells, strict=True)))


def as_csv(count: int, chance: random.Random) -> Sheet:
    lines, wrong = [",".join(COLUMNS)], set()
    for n in range(count):
        lines.append(_csv_line(_good(n)))
        lines.append(
            chance.choice(BROKEN)(n) if n % 10 == 0
            else _csv_line(chance.choice(CELLS)(n))
        )  # fmt: skip
        wrong.add(len(lines))
    text = chance.choice(["\n", "\r\n"]).join(lines)
    encoding = chance.choice(["utf-8", "utf-8-sig", "utf-16"])
    return Sheet(text.encode(encoding), wrong, {f"x:good-{n}" for n in range(count)})


def as_ndjson(count: int, chance: random.Random) -> Sheet:
    lines: list[str] = []
    for n in range(count):
        lines.append(_json_line(_good(n)))
        lines.append(
            chance.choice(LINES)(n) if chance.random() < 0.5
            else _json_line(chance.choice(CELLS)(n))
        )  # fmt: skip
    wrong = set(range(2, 2 * count + 1, 2))
    return Sheet("\n".join(lines).encode(), wrong, {f"x:good-{n}" for n in range(count)})


def as_xlsx(count: int, chance: random.Random) -> Sheet:
    rows = [row for n in range(count) for row in (_good(n), chance.choice(CELLS)(n))]
    content = tables.as_xlsx("Places", COLUMNS, rows)
    wrong = set(range(3, 2 * count + 2, 2))
    return Sheet(content, wrong, {f"x:good-{n}" for n in range(count)})


KINDS = {"csv": as_csv, "ndjson": as_ndjson, "xlsx": as_xlsx}


@pytest.fixture
def opened(doomed: Settings, monkeypatch: pytest.MonkeyPatch) -> Sessions:
    monkeypatch.setattr(jobs, "ERRORS_KEPT", 10**6)
    opened = sessions(connect(doomed.url))
    with opened.begin() as session:
        ensure_tenant(session, PUBLIC)
    return opened


def imported(path: Path, opened: Sessions, dry_run: bool = False) -> tuple[Job, list[JobError]]:
    """The job of a file, and what it said of which row."""
    with opened.begin() as session:
        job = Job(
            tenant_id=PUBLIC, kind="places", id=f"job-{len(session.scalars(select(Job)).all())}"
        )
        session.add(job)
    caller = Caller(PUBLIC, frozenset({Scope.ADMIN}), has_key=True)
    load(Upload(path, path.name, FileKind.PLACES, caller, dry_run), Report(job.id, opened, Event()))
    with opened() as session:
        errors = session.scalars(select(JobError).where(JobError.job_id == job.id)).all()
        return session.get_one(Job, job.id), list(errors)


def stored(opened: Sessions) -> set[str]:
    with opened() as session:
        return set(session.scalars(select(PlaceRow.id)))


def judged(path: Path, sheet: Sheet, opened: Sessions, tried: Tried) -> None:
    dry, foretold = imported(path, opened, dry_run=True)
    tried(stored(opened) == set(), "a dry run kept something")
    job, errors = imported(path, opened)
    told = {error.row for error in errors}
    for row in sheet.wrong:
        tried(row in told, f"{path.name}: row {row} is not told")
    tried(told == sheet.wrong, f"{path.name}: told of {told - sheet.wrong}")
    for error in errors:
        tried(bool(error.code and error.detail), f"{path.name}: row {error.row} has no reason")
    tried(stored(opened) == sheet.good, f"{path.name}: stored {len(stored(opened))}")

    def said(found: list[JobError]) -> list[tuple[Any, ...]]:
        return [(e.row, e.column, e.value, e.code, e.detail) for e in found]

    same = said(foretold) == said(errors) and dry.rows_refused == job.rows_refused
    tried(same, f"{path.name}: the dry run said something else")
    again, _ = imported(path, opened)
    tried(again.rows_written == 0, f"{path.name}: {again.rows_written} changes, sent again")


@pytest.mark.check(26, "Wrong rows of each kind of file, imported", few=100, full=10_000)
@pytest.mark.parametrize("kind", KINDS)
def test_every_wrong_row_is_told_and_every_good_one_lands(
    kind: str, opened: Sessions, tmp_path: Path, count: int, chance: random.Random, tried: Tried
) -> None:
    sheet = KINDS[kind](count, chance)
    path = tmp_path / f"places.{kind}"
    path.write_bytes(sheet.content)
    judged(path, sheet, opened, tried)
    tried.done()


@pytest.mark.planted(26, "an import that passes over what it refuses")
def test_rows_that_are_passed_over_are_found(
    opened: Sessions, tmp_path: Path, chance: random.Random, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Report, "refuse", lambda *_: None)
    sheet = as_ndjson(5, chance)
    path = tmp_path / "places.ndjson"
    path.write_bytes(sheet.content)
    tried = Tried()
    judged(path, sheet, opened, tried)
    assert any("is not told" in failure for failure in tried.failures)
