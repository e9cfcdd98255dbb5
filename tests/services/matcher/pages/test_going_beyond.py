"""Lots, members, and decisions for which there is no room, as the convener's pages tell them."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from services.files.rows import SheetRow
from services.files.sheets import rows as rows_of
from services.matcher.pages.words import page_wording
from tests.services.matcher.pages.convener import Convener

WORDS = page_wording("en")
GRCN = "global-resilient-cities-network"
BEYOND = WORDS.text("jury.beyond", {})
BY_LOT = WORDS.text("screening.by_lot", {})
MEMBER = 12


@pytest.fixture
def here(client: TestClient, conveners_key: str) -> str:
    """A screening for a round of ten places: twelve equals, and one that is in already."""
    cities: list[Any] = [
        {"place": {"name": f"Equal {n:02}", "kind": "city", "country": "NO"}} for n in range(13)
    ]
    cities[MEMBER]["place"]["commitments"] = [{"collaboration": GRCN, "level": "officer"}]
    answer = client.post(
        f"/v1/collaborations/{GRCN}/screenings",
        json={"applicants": cities, "call": "2020"},
        headers={"Authorization": f"Bearer {conveners_key}"},
    )
    assert answer.status_code == 200, answer.text
    return f"/calls/{GRCN}/screenings/{answer.json()['screening_id']}"


def test_lots_and_members_are_told_on_the_pages_and_in_the_sheet(
    convener: Convener, here: str
) -> None:
    page = convener.get(here)
    assert BY_LOT in page
    assert page.count(WORDS.text("screening.member", {})) == 1
    waiting = convener.get(f"{here}?verdict=waitlisted")
    assert waiting.count("equal fit, by lot") == 2
    number = convener.at(waiting, r"/applicants/(\d+)")
    assert "equal fit, by lot" in convener.get(f"{here}/applicants/{number}")
    assert (
        convener.get(f"{here}/cohort?low=2&high=3").count(WORDS.text("screening.member", {})) == 1
    )
    sheet = convener.raw_get(f"{here}/table").content
    rows = [line.cells for line in rows_of(sheet, "a.xlsx") if isinstance(line, SheetRow)]
    member, behind = (
        WORDS.text(f"screening.{name}", {}) for name in ("sheet_member", "sheet_behind")
    )
    assert [row["Applicant"] for row in rows if row[member]] == [f"Equal {MEMBER:02}"]
    assert sum("equal fit, by lot" in str(row[behind]) for row in rows) == 2


def test_a_decision_without_room_is_told_before_and_after(convener: Convener, here: str) -> None:
    page = convener.get(here)
    assert (
        WORDS.text("screening.room", {"call": "2020", "places": 10, "admitted": 10, "left": 0})
        in page
    )
    asked: dict[str, Any] = {
        "every": "yes",
        "shown": "waitlisted",
        "verdict": "eligible",
        "text": "All of them",
    }
    over = WORDS.text(
        "convening.over_places", {"call": "2020", "room": 10, "admitted": 12, "over": 2}
    )
    page = convener.post(f"{here}/decisions", **asked)
    assert BEYOND in page
    assert over in page
    assert WORDS.text("screening.by_person", {}) not in convener.get(here)
    told = convener.at(page, r'name="told" value="(\w+)"')
    page = convener.post(f"{here}/decisions", **asked, told=told)
    assert BEYOND not in page
    assert over in page
    assert WORDS.text("screening.nobody", {}) in page
    assert over in convener.get(f"{here}/minutes")
    # What makes it no worse is not asked about; one more by itself is.
    number = convener.at(convener.get(here), r"/applicants/(\d+)")
    person = f"{here}/applicants/{number}"
    convener.get(person)
    convener.post(f"{person}/entries", kind="override", verdict="refused", text="One fewer")
    page = convener.post(f"{person}/entries", kind="override", verdict="eligible", text="Back in")
    assert BEYOND in page
    assert "Back in" in page
    told = convener.at(page, r'name="told" value="(\w+)"')
    sent: dict[str, Any] = {
        "kind": "override",
        "verdict": "eligible",
        "text": "Back in",
        "told": told,
    }
    assert BEYOND not in convener.post(f"{person}/entries", **sent)
