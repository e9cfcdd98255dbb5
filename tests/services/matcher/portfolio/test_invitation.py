"""An invitation against the portfolio: join, decline or swap, with the checklist."""

from typing import Any

from fastapi.testclient import TestClient

from models.snapshot import Snapshot
from tests.matcher_fixtures import OTHER_TENANT, Published
from tests.services.matcher.portfolio.test_review import ground_of, held

Json = dict[str, Any]


def invite(client: TestClient, place: Json, **invitation: Any) -> Json:
    where = {"name": "Anywhere", "kind": "city", "country": "GB"} | place
    body = {"place": where, "as_of": "2026-06-01"} | invitation
    given = client.post("/v1/portfolios/invitation", json=body)
    assert given.status_code == 200, given.text
    return dict(given.json())


def answers(answer: Json) -> dict[str, str]:
    return {line["code"]: line["answer"] for line in answer["checklist"]["lines"]}


def test_a_network_redundant_with_two_commitments_is_declined(
    client: TestClient, snapshot: Snapshot
) -> None:
    """Of three collaborations of one type, one covers what the two others cover already."""
    records = [
        c
        for c in snapshot.collaborations
        if c["tenant"] == "public"
        and not c.get("ends")
        and ground_of(c)
        and c["type"] == "managed_network"
        and not c.get("rules")
        and not c.get("labels")
    ]
    invited, *two = next(
        (a, b, c)
        for a in records
        for b in records
        for c in records
        if len({a["id"], b["id"], c["id"]}) == 3
        and ground_of(a) <= ground_of(b)
        and ground_of(a) <= ground_of(c)
    )
    need = [{"sector": s, "stage": g} for s, g, _ in sorted(ground_of(invited))]
    answer = invite(
        client, held([c["id"] for c in two]) | {"needs": need}, collaboration=invited["id"]
    )
    assert answer["decision"] == "decline"
    assert {c["id"] for c in answer["redundant_with"]} == {c["id"] for c in two}
    assert all(c["name"] in answer["why"] for c in two)
    assert answers(answer)["adds-something"] == "no"


def test_what_covers_a_need_is_joined(client: TestClient) -> None:
    place = {"needs": [{"sector": "climate", "stage": "influence"}]}
    answer = invite(client, place, collaboration="global-covenant-of-mayors")
    assert (answer["decision"], answer["level"]) == ("join", "officer")
    assert answer["because"][0]["code"] == "portfolio.add.need"
    assert answers(answer)["serves-a-need"] == "yes"


def test_a_member_declines(client: TestClient) -> None:
    answer = invite(client, held(["c40"]), collaboration="c40")
    assert answer["decision"] == "decline"
    assert [item["code"] for item in answer["because"]] == ["portfolio.invitation.member"]


FOUR = ["c40", "eurocities", "iclei", "global-resilient-cities-network"]


def test_full_slots_give_a_swap_with_the_weakest_named(client: TestClient) -> None:
    place = held(FOUR) | {"capacity": {"officer_slots": 4}, "sectors": ["mobility"]}
    answer = invite(client, place, collaboration="city-possible")
    assert (answer["decision"], answer["replaces"]["id"]) == ("swap", "iclei")
    assert "only in place of ICLEI, which adds least" in answer["why"]
    assert answers(answer)["capacity"] == "no"


def test_what_has_ended_makes_room_first(client: TestClient) -> None:
    place = held([*FOUR, "100-resilient-cities"]) | {"sectors": ["mobility"]}
    answer = invite(
        client, place | {"capacity": {"officer_slots": 5}}, collaboration="city-possible"
    )
    assert (answer["decision"], answer["replaces"]["id"]) == ("swap", "100-resilient-cities")
    assert answer["because"][-1]["code"] == "portfolio.swap.ended"


def test_room_is_told_apart_from_the_advice(client: TestClient) -> None:
    """Declined for another reason, and there would be room."""
    answer = invite(client, held(["c40"]) | {"capacity": {"officer_slots": 4}}, collaboration="c40")
    assert (answer["decision"], answers(answer)["capacity"]) == ("decline", "yes")


def test_rules_that_are_not_met_are_quoted(client: TestClient) -> None:
    answer = invite(client, {}, collaboration="asean-smart-cities-network")
    assert (answer["decision"], answer["verdict"]) == ("decline", "refused")
    assert "Not met: “The place lies in a member state of ASEAN”." in answer["why"]
    assert answers(answer)["may-join"] == "no"


def test_words_that_tell_nothing_are_said_to(client: TestClient) -> None:
    answer = invite(client, held(["c40"]), text="hello")
    assert [item["code"] for item in answer["because"]] == ["portfolio.invitation.unread"]
    assert answers(answer)["adds-something"] == "unknown"
    assert "redundant_with" not in answer


def test_free_text_names_a_collaboration_or_is_read(client: TestClient) -> None:
    named = invite(client, {}, text="You are invited to join City Possible this spring.")
    assert named["collaboration"]["id"] == "city-possible"
    read = invite(
        client,
        held(["c40"]) | {"needs": [{"sector": "water", "stage": "identify"}]},
        text="Our group of cities exchanges on drinking water and sewage.",
    )
    assert "collaboration" not in read
    assert read["read"]["sectors"] == ["water"]
    assert read["decision"] == "join"
    assert read["because"][0]["code"] == "portfolio.add.need"


def test_the_checklist_is_the_tenants_own_and_versioned(
    client: TestClient, published: Published, key: dict[str, str]
) -> None:
    default = client.get("/v1/portfolios/checklist", headers=key).json()
    assert default["version"] == 0
    own = {"lines": [{"code": "adds-something", "text": "New?"}, {"code": "ours", "text": "Ours?"}]}
    for version in (1, 2):
        written = client.put("/v1/portfolios/checklist", json=own, headers=key)
        assert written.json()["version"] == version
    body = {"place": {"name": "A", "kind": "city", "country": "GB"}, "collaboration": "c40"}
    given = client.post("/v1/portfolios/invitation", json=body, headers=key).json()
    assert [line["code"] for line in given["checklist"]["lines"]] == ["adds-something", "ours"]
    assert answers(given)["ours"] == "unknown"
    stranger = {"Authorization": f"Bearer {published.keys[OTHER_TENANT]}"}
    assert client.get("/v1/portfolios/checklist", headers=stranger).json() == default
    assert client.put("/v1/portfolios/checklist", json=own).status_code == 401
