"""A sheet of commitments: kept as the tenant's own, line by line."""

from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import select

from models.database import Sessions
from models.records import Collaboration, Place
from models.tables import PUBLIC, CommitmentRow, Job, JobError
from services.ingest.commitments import load_commitments
from services.ingest.jobs import Report
from services.ingest.upsert import ensure_tenant, upsert_collaborations, upsert_places

HEADER = "place,collaboration,place_id,level,department,fee.amount,fee.currency,since\n"
GOOD = (
    "gn:1,c40,,mayor,Climate,1000,EUR,2020-05-01\n"
    "gn:1,c40,,officer,Transport,,,\n"
    "gn:1,,gn:2,mayor,,,,\n"
)


def a_collaboration(id: str, name: str, *aliases: str) -> Collaboration:
    facts = {"type": "managed_network", "goals": ["policy"], "theme": "dedicated", "sectors": []}
    more = {"stages": [], "entry_rules_known": False, "intake": "unknown"}
    words = {"id": id, "name": name, "aliases": list(aliases), "description": "A group."}
    return Collaboration.model_validate(facts | more | words)


@pytest.fixture
def report(sessions: Sessions) -> Report:
    places = [
        Place.model_validate({"id": f"gn:{n}", "name": "P", "kind": "city", "country": "ES"})
        for n in (1, 2)
    ]
    with sessions.begin() as session:
        ensure_tenant(session, PUBLIC)
        ensure_tenant(session, "a")
        ensure_tenant(session, "b")
        upsert_places(session, places)
        upsert_collaborations(session, [a_collaboration("c40", "C40 Cities", "Climate 40")])
        upsert_collaborations(session, [a_collaboration("x:club", "The Club")], "a")
        upsert_collaborations(session, [a_collaboration("x:other", "Of Others")], "b")
        session.add(Job(id="job", tenant_id="a", kind="commitments"))
    return Report("job", sessions, Event())


def load(folder: Path, lines: str, report: Report, dry_run: bool = False) -> None:
    path = folder / "commitments.csv"
    path.write_text(HEADER + lines, encoding="utf-8")
    load_commitments(path, path.name, "a", dry_run, report)


def stored(sessions: Sessions) -> list[CommitmentRow]:
    with sessions() as session:
        return list(session.scalars(select(CommitmentRow).order_by(CommitmentRow.record)))


def test_good_lines_land_as_the_tenants_own(
    tmp_path: Path, sessions: Sessions, report: Report
) -> None:
    load(tmp_path, GOOD, report)
    found = stored(sessions)
    assert {row.tenant_id for row in found} == {"a"}
    assert sorted((row.collaboration_id or "", row.partner_id or "") for row in found) == [
        ("", "gn:2"),
        ("c40", ""),
        ("c40", ""),
    ]
    assert (report.counts.written, report.refused) == (3, 0)


def test_a_sheet_sent_again_changes_nothing(
    tmp_path: Path, sessions: Sessions, report: Report
) -> None:
    load(tmp_path, GOOD, report)
    load(tmp_path, GOOD, report)
    assert (report.counts.written, report.counts.unchanged) == (3, 3)
    assert len(stored(sessions)) == 3


def test_bad_lines_are_refused_and_the_others_land(
    tmp_path: Path, sessions: Sessions, report: Report
) -> None:
    bad = "gn:9,c40,,officer,,,,\ngn:1,,,officer,,,,\ngn:1,c40,,king,,,,\n"
    load(tmp_path, bad + GOOD, report)
    assert report.refused == 3
    assert len(stored(sessions)) == 3


def test_a_dry_run_writes_nothing(tmp_path: Path, sessions: Sessions, report: Report) -> None:
    load(tmp_path, GOOD, report, dry_run=True)
    assert stored(sessions) == []
    assert report.counts.written == 3


@pytest.mark.parametrize("name", ["C40 Cities", "CLIMATE 40", "C40", "the club"])
def test_a_collaboration_is_known_by_any_of_its_names(
    tmp_path: Path, sessions: Sessions, report: Report, name: str
) -> None:
    load(tmp_path, f"gn:1,{name},,mayor,,,,\n", report)
    (found,) = stored(sessions)
    assert found.collaboration_id == ("x:club" if "club" in name else "c40")


@pytest.mark.parametrize("name", ["Nobody Knows It", "Of Others", "x:other"])
def test_what_is_not_on_file_is_refused_by_row_and_column(
    tmp_path: Path, sessions: Sessions, report: Report, name: str
) -> None:
    load(tmp_path, GOOD + f"gn:1,{name},,mayor,,,,\n", report)
    assert (len(stored(sessions)), report.refused) == (3, 1)
    with sessions() as session:
        (error,) = session.scalars(select(JobError))
    assert (error.row, error.column, error.value) == (5, "collaboration", name)
    assert error.code == "unknown_collaboration"
