"""Whom to approach, and what sets a network apart."""

from typing import Any

import pytest

from models.database import Sessions
from models.records import Place
from services.ingest.upsert import upsert_places
from tests.services.matcher.convening.conftest import DC, NAMED, STRONG, Desk, region

C40 = "c40"


def test_members_are_not_approached_and_no_fixed_rule_is_broken(desk: Desk) -> None:
    desk.roster(NAMED)
    answer = desk.get(f"/collaborations/{DC}/approach-list?limit=50&as_of=2020-06-01")
    ids = [item["place"]["id"] for item in answer["items"]]
    assert ids
    assert not set(ids) & {m for m in NAMED if isinstance(m, str)}
    assert {item["verdict"] for item in answer["items"]} <= {
        "eligible", "conditional", "undetermined",
    }  # fmt: skip
    for item in answer["items"]:
        assert set(item["sub_scores"]) == {"appetite", "capacity", "expertise", "powers"}
        assert item["reasons"]


def test_caps_of_the_roster_shut_out_whom_they_would_refuse(desk: Desk) -> None:
    members = [*NAMED, {"name": "Land", "kind": "region", "country": "FR"},
               {"name": "Gau", "kind": "region", "country": "AT"}]  # fmt: skip
    desk.roster(members)
    answer = desk.get(f"/collaborations/{DC}/approach-list?limit=50&as_of=2020-06-01")
    # A place of two continents stays in, undetermined: it may count for the other one.
    values = {
        rule["value"]
        for item in answer["items"]
        for rule in item["rules"]
        if (rule["rule_id"], rule["outcome"]) == ("continent_cap", "pass")
    }
    assert values
    assert "EU" not in values


def test_a_place_with_all_four_high_comes_first(
    desk: Desk, stranger: Desk, sessions: Sessions
) -> None:
    place = Place.model_validate({**region("Strongland", "NO", **STRONG), "id": "x:strong"})
    with sessions.begin() as session:
        upsert_places(session, [place], "first")
    desk.roster([*NAMED[:1], *NAMED[6:], region("Oslofjord", "NO")])
    path = f"/collaborations/{DC}/approach-list?as_of=2020-06-01"
    first = desk.get(path)["items"][0]
    assert (first["place"]["id"], first["all_four_high"]) == ("x:strong", True)
    assert all(sub["evidence"] for sub in first["sub_scores"].values())
    assert [m["name"] for m in first["members_at_home"]] == ["Oslofjord"]
    assert "x:strong" not in [i["place"]["id"] for i in stranger.get(path)["items"]]


def test_the_nearest_networks_and_what_differs(desk: Desk) -> None:
    answer = desk.get(f"/collaborations/{C40}/distinctiveness?as_of=2020-06-01")
    likeness = [near["likeness"] for near in answer["nearest"]]
    assert len(likeness) == 5
    assert likeness == sorted(likeness, reverse=True)
    for near in answer["nearest"]:
        assert near["id"] != C40
        assert near["differs"]
        share = near["eligible_in_common"]["share"]
        assert share is None or 0 <= share <= 1


@pytest.mark.parametrize(
    ("network", "points"), [("international-urban-cooperation", 3), (DC, None)]
)
def test_clarity_of_objectives_is_a_checklist(desk: Desk, network: str, points: Any) -> None:
    answer = desk.get(f"/collaborations/{network}/distinctiveness")
    clear = answer["objective_clarity"]
    assert (clear["points"], clear["of"]) == (points, 3)
    assert set(clear["checklist"]) == {"duration", "duties", "outcomes"}


def test_the_desk_needs_its_scope(desk: Desk) -> None:
    desk.headers = {}
    desk.get(f"/collaborations/{DC}/approach-list", status=401)
    desk.get(f"/collaborations/{C40}/distinctiveness", status=401)
