"""What a convener decides is in the audit log, by kind and actor, before the answer."""

from typing import Any

import pytest
from sqlalchemy import select

from models.database import Sessions
from models.tables import AuditRow
from tests.services.matcher.convening.conftest import DC, Desk, region


def kinds(sessions: Sessions, tenant: str) -> list[str]:
    with sessions() as session:
        query = (
            select(AuditRow.kind).where(AuditRow.tenant_id == tenant).order_by(AuditRow.sequence)
        )
        return list(session.scalars(query))


def test_rosters_screenings_and_overrides_are_entered(
    desks: tuple[Desk, Desk], sessions: Sessions
) -> None:
    ours, theirs = desks
    ours.roster(["iso:ES-CT"])
    applicant = {"place": region("A new region", "PT")}
    screening = ours.post(f"/collaborations/{DC}/screenings", {"applicants": [applicant]})
    path = f"/collaborations/{DC}/screenings/{screening['screening_id']}/entries"
    note: dict[str, Any] = {"kind": "note", "author": "Jury", "text": "Ask for the mandate."}
    ours.post(path, note, 201)
    assert kinds(sessions, "first") == ["roster", "screening", "screening_note"]
    assert kinds(sessions, "second") == []
    assert theirs.ask("POST", path, note, 404)
    assert kinds(sessions, "second") == []


@pytest.mark.parametrize("members", [["iso:ZZ-ZZ"]])
def test_what_is_refused_is_not_entered(
    desks: tuple[Desk, Desk], sessions: Sessions, members: list[str]
) -> None:
    desks[0].ask("PUT", f"/collaborations/{DC}/roster", {"members": members}, 404)
    assert kinds(sessions, "first") == []
