"""What a score is made of, and the words that are used."""

from fastapi.testclient import TestClient

from models.taxonomy import Mode, Sector, Stage
from tests.services.matcher.asking import BRISTOL, ask


def test_features_are_those_of_the_answers(client: TestClient) -> None:
    listed = client.get("/v1/features").json()
    for mode in Mode:
        answer = ask(client, "peers", {"place_id": BRISTOL, "mode": mode})
        told = {f["name"]: f["weights"][mode] for f in listed["peers"]}
        assert answer["weights"] == told
    answer = ask(client, "collaborations", {"place_id": BRISTOL})
    assert answer["weights"] == {f["name"]: f["weight"] for f in listed["collaborations"]}


def test_every_feature_says_what_it_says(client: TestClient) -> None:
    listed = client.get("/v1/features").json()
    for feature in [*listed["peers"], *listed["collaborations"]]:
        assert feature["says"].endswith(".")
        assert len(feature["says"]) > 20
    names = [f["name"] for f in listed["peers"]]
    assert len(names) == len(set(names))
    assert not {"popularity", "views", "member_count"} & set(names)


def test_taxonomy_has_the_enums_of_the_contract(client: TestClient) -> None:
    content = client.get("/v1/taxonomy").json()
    assert content["enums"]["sector"] == [str(s) for s in Sector]
    assert content["enums"]["stage"] == [str(s) for s in Stage]
    assert content["size_class_below"]["small"] == 50_000
    assert content["credits"]
    assert all({"source", "licence"} <= set(credit) for credit in content["credits"])
