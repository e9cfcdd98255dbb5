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
