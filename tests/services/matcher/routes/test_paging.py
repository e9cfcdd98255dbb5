"""Lists of one's own: pages repeat nothing and leave out nothing, whatever comes meanwhile."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from models.errors import InvalidInput, StaleCursor
from models.tables import DeliveryRow
from services.matcher.routes.paging import own_page
from tests.matcher_fixtures import TENANT

HOOK = {"url": "https://apps.example.org/told", "events": ["job.finished"]}


def entries(*ids: int) -> list[dict[str, Any]]:
    return [{"id": id} for id in ids]


def test_what_comes_meanwhile_moves_no_page() -> None:
    first = own_page(entries(3, 2, 1), 2, None, "id")
    second = own_page(entries(4, 3, 2, 1), 2, first["next"], "id")
    assert [first["items"], second["items"]] == [entries(3, 2), entries(1)]
    assert second["next"] is None


def test_a_full_last_page_is_the_last() -> None:
    assert own_page(entries(2, 1), 2, None, "id")["next"] is None


def test_a_cursor_at_what_is_gone_is_stale_and_another_is_none() -> None:
    cursor = own_page(entries(2, 1), 1, None, "id")["next"]
    with pytest.raises(StaleCursor):
        own_page(entries(1), 1, cursor, "id")
    with pytest.raises(InvalidInput):
        own_page(entries(1), 1, "ä", "id")


def test_deliveries_are_read_to_their_end(client: TestClient, key: dict[str, str]) -> None:
    hook = client.post("/v1/webhooks", json=HOOK, headers=key).json()["id"]
    told = [f"msg_{number}" for number in range(5)]
    sessions: Any = client.app.state.every_tenant  # type: ignore[attr-defined]
    with sessions.begin() as session:
        session.add_all(
            DeliveryRow(
                tenant_id=TENANT,
                id=id,
                webhook_id=hook,
                event="job.finished",
                body="{}",
                state="told",
            )
            for id in told
        )
    url, query, found = f"/v1/webhooks/{hook}/deliveries", {"limit": "2"}, list[str]()
    for _ in told:
        page = client.get(url, params=query, headers=key).json()
        found += [one["id"] for one in page["items"]]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert len(found) == len(told)
    assert set(found) == set(told)
    assert client.delete(f"/v1/webhooks/{hook}", headers=key).status_code == 204


SEARCHES: list[tuple[str, dict[str, str]]] = [
    ("places", {"country": "ES"}),
    ("places", {"country": "GB"}),
    ("places", {"kind": "region"}),
    ("places", {"country": "ES", "kind": "city"}),
    ("places", {"q": "b"}),
    ("places", {}),
    ("collaborations", {}),
    ("collaborations", {"q": "c"}),
]


def test_a_cursor_goes_with_the_search_that_gave_it_and_no_other(client: TestClient) -> None:
    def asked(path: str, query: dict[str, str], cursor: str | None = None) -> Any:
        more = {"cursor": cursor} if cursor else {}
        return client.get(f"/v1/{path}", params={"limit": "1", **query, **more})

    cursors = [asked(*search).json()["next"] for search in SEARCHES]
    assert None not in cursors
    for given, cursor in zip(SEARCHES, cursors, strict=True):
        for search in SEARCHES:
            answer = asked(*search, cursor)
            assert answer.status_code == (200 if search == given else 422), answer.text
            if search != given:
                assert answer.headers["content-type"] == "application/problem+json"
                (error,) = answer.json()["errors"]
                assert (error["pointer"], error["code"]) == ("?cursor", "other_search")


def test_a_cursor_of_another_tenant_is_refused(client: TestClient, key: dict[str, str]) -> None:
    """A tenant sees places of its own between the public's, so that pages are parted elsewhere."""
    cursor = client.get("/v1/places?limit=1", headers=key).json()["next"]
    url = f"/v1/places?limit=1&cursor={cursor}"
    assert client.get(url, headers=key).status_code == 200
    assert client.get(url).json()["errors"][0]["code"] == "other_search"


@pytest.mark.parametrize("path", ["webhooks", "shares"])
def test_every_list_takes_a_limit_and_refuses_what_is_no_cursor(
    client: TestClient, key: dict[str, str], path: str
) -> None:
    answer = client.get(f"/v1/{path}?limit=1", headers=key)
    assert answer.status_code == 200, answer.text
    for query in ("limit=0", "cursor=abc"):
        wrong = client.get(f"/v1/{path}?{query}", headers=key)
        assert wrong.status_code == 422, wrong.text
        assert wrong.json()["errors"][0]["pointer"] == f"?{query.partition('=')[0]}"
