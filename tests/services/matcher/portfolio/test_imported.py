"""A sheet of commitments from the departments, through a publish, to the review of the place."""

from pathlib import Path
from threading import Event
from typing import Any

from fastapi.testclient import TestClient
from xlsxwriter import Workbook  # type: ignore[import-untyped]

from models.database import connect, sessions
from models.embedding import load_embedder
from models.records import Commitment
from models.snapshot import SnapshotStore
from models.tables import Job
from services.ingest.commitments import load_commitments
from services.ingest.jobs import Report
from services.ingest.publish import publish
from services.ingest.upsert import replace_commitments
from tests.matcher_fixtures import TENANT, Published
from tests.services.matcher.decisions.test_records import as_tenant, asked, own

__all__ = ["asked", "own"]
BRISTOL = "gn:2654675"
SHEET: list[list[Any]] = [
    ["place", "collaboration", "place_id", "level", "department", "owner_role", "term_ends",
     "fee.amount", "fee.currency", "officer_days", "since", "review_due"],
    [BRISTOL, "C40", "", "mayor", "Climate", "Head of climate", "2026-08-01", "", "", 20, "", ""],
    [BRISTOL, "c40", "", "officer", "Transport", "", "", "", "", 5, "", ""],
    [BRISTOL, "Eurocities", "", "officer", "", "", "", 19000, "GBP", 30, "", "2027-01-01"],
    [BRISTOL, "", "gn:3128026", "officer", "", "", "", "", "", 6, "1947-01-01", ""],
]  # fmt: skip


def as_xlsx(folder: Path) -> Path:
    path = folder / "commitments.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate(SHEET):
            sheet.write_row(at, 0, row)
    return path


def test_a_workbook_of_two_departments_becomes_one_portfolio(
    own: Published, asked: TestClient, tmp_path: Path
) -> None:
    engine = connect(own.settings.url)
    opened = sessions(engine)
    with opened.begin() as session:
        session.add(Job(id="job", tenant_id=TENANT, kind="commitments"))
    report = Report("job", opened, Event())
    path = as_xlsx(tmp_path)
    load_commitments(path, path.name, TENANT, False, report)
    assert (report.refused, report.counts.written) == (0, 4)
    # A record too may name a collaboration as its department does.
    with opened.begin() as session:
        by_alias = [(BRISTOL, Commitment(collaboration="GCoM"))]
        replace_commitments(session, "record", by_alias, TENANT)
        publish(session, SnapshotStore(own.settings.snapshots), load_embedder("auto"))
    engine.dispose()
    body = {"place_id": BRISTOL, "as_of": "2026-06-01"}
    headers = as_tenant(own, TENANT)
    answer = asked.post("/v1/portfolios/review", json=body, headers=headers).json()
    held = {(c.get("place") or c["collaboration"])["id"]: c for c in answer["commitments"]}
    mine = {"c40", "eurocities", "gn:3128026", "global-covenant-of-mayors"}
    assert mine <= set(held)
    c40 = held["c40"]
    assert (c40["entries"], c40["level"], c40["owners"]) == (2, "mayor", ["Climate", "Transport"])
    assert answer["budgets"]["days"]["used"] == 61
    why = {(r.get("place") or r["collaboration"])["id"]: r["why"] for r in answer["reassess"]}
    assert "Owner: Head of climate." in why["c40"]
    assert "gn:3128026" in why
    strangers = asked.post("/v1/portfolios/review", json=body).json()["commitments"]
    assert not mine & {(c.get("place") or c["collaboration"])["id"] for c in strangers}
