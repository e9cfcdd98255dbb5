"""A place as its own people know it: changed without an account, kept, shared, taken back."""

import re
from collections.abc import Iterator

import pytest
from fastapi.testclient import TestClient

from models.database import database_at
from services.access.callers import create_key
from tests.matcher_fixtures import Published
from tests.services.matcher.pages.addresses import PLACE, REGION

HTML = {"Accept": "text/html"}
SAID = {
    "population": "350 000", "sectors": ["housing", "energy"], "officer_days": "20",
    "budget": "10000", "budget_currency": "eur", "readiness": "eager",
}  # fmt: skip


@pytest.fixture
def visitor(client: TestClient) -> Iterator[TestClient]:
    client.cookies.clear()
    yield client
    client.cookies.clear()


def test_each_fact_has_a_source_or_one_of_three_marks(visitor: TestClient) -> None:
    page = visitor.get(f"/places/{REGION}", headers=HTML).text
    rows = page.split('<div class="govuk-summary-list__row">')[1:]
    assert len(rows) > 15
    for row in rows:
        assert "cp-source" in row or "cp-mark--" in row
    for mark in ("missing", "not_applicable", "withheld"):
        assert f"cp-mark--{mark}" in page


def test_what_is_said_is_kept_counts_and_can_be_taken_back(visitor: TestClient) -> None:
    sent = visitor.post(f"/places/{PLACE}/edit", data=SAID, headers=HTML)
    assert sent.status_code == 200
    assert "350,000" in sent.text
    asked = f"/find/peers?place={PLACE}&sector=housing&stage=apply"
    match = visitor.get(asked, headers=HTML, follow_redirects=False).headers["location"]
    assert "you 350,000 (municipality)" in visitor.get(match, headers=HTML).text
    visitor.post(f"/places/{PLACE}/forget")
    assert "350,000" not in visitor.get(f"/places/{PLACE}", headers=HTML).text


def test_a_link_takes_the_changes_along_but_not_what_is_private(visitor: TestClient) -> None:
    visitor.post(f"/places/{PLACE}/edit", data=SAID)
    page = visitor.get(f"/places/{PLACE}", headers=HTML).text
    shared = re.search(r'id="share-link" readonly value="http://[^/]+([^"]+)"', page)
    assert shared
    visitor.cookies.clear()
    opened = visitor.get(shared[1].replace("&amp;", "&"), headers=HTML).text
    assert "350,000" in opened
    form = visitor.get(f"/places/{PLACE}/edit", headers=HTML).text
    assert 'value="eager" selected' not in form
    assert 'value="housing" checked' in form


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("population", "many"),
        ("population", "-5"),
        ("population", "9" * 30),
        ("officer_days", "1e9"),
        ("mayor_slots", "2.5"),
        ("sectors", "no such sector"),
        ("support_need", "none such"),
        ("own_budget", "5"),
    ],
)
def test_what_cannot_be_is_told_beside_its_field(
    visitor: TestClient, name: str, value: str
) -> None:
    answer = visitor.post(f"/places/{PLACE}/edit", data={name: value}, headers=HTML)
    assert answer.status_code == 422
    assert f'href="#{name}"' in answer.text
    assert f'id="{name}"' in answer.text


def test_a_correction_is_a_text_to_send_with_its_source(visitor: TestClient) -> None:
    asked = f"/places/{PLACE}/correct?fact=population&right=350000"
    assert 'href="#source"' in visitor.get(asked, headers=HTML).text
    ready = visitor.get(f"{asked}&source=City register 2026", headers=HTML).text
    assert "Residents: 350000" in ready
    assert "City register 2026" in ready
    assert 'href="mailto:?subject=' in ready


def test_with_an_account_changes_are_kept_for_the_organisation_alone(
    visitor: TestClient, published: Published
) -> None:
    """Whoever else of it signs in sees them, in another browser too; nobody else does."""

    def signed_in(tenant: str, person: str) -> TestClient:
        with database_at(published.settings.database_url) as database, database.begin() as session:
            key = create_key(session, tenant, ["match"], person)
        visitor.cookies.clear()
        assert visitor.post("/sign-in", data={"key": key}, headers=HTML).status_code == 200
        return visitor

    def page(person: TestClient, path: str = f"/places/{PLACE}") -> str:
        return person.get(path, headers=HTML).text

    first = signed_in("bilbao", "Ana")
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(first, f"/places/{PLACE}/edit"))
    assert token
    sent = first.post(f"/places/{PLACE}/edit", data=SAID | {"csrf_token": token[1]}, headers=HTML)
    assert "350,000" in sent.text
    assert "350,000" in page(signed_in("bilbao", "Jon"))
    assert "350,000" not in page(signed_in("porto", "Rui"))
    other = signed_in("bilbao", "Jon")
    asked = f"/find/peers?place={PLACE}&sector=housing&stage=apply"
    assert "you 350,000 (municipality)" in page(other, asked)
    checked = f"/ask/check?want=peers&place={PLACE}&sector=housing&stage=apply"
    assert "What you changed about your place" in page(other, checked)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(other))
    assert token
    other.post(f"/places/{PLACE}/forget", data={"csrf_token": token[1]})
    assert "350,000" not in page(signed_in("bilbao", "Ana"))
    visitor.cookies.clear()
    assert "350,000" not in page(visitor)
