"""Matches on the command line: what is printed, where, and how it ends."""

import json
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from services.cli import create_app
from tests.matcher_fixtures import Published, published
from tests.services.commands.ended import Ended, Run, asked, var

__all__ = ["asked", "published", "var"]

BILBAO = "gn:3128026"


def test_peers_of_a_name_are_a_ranked_table_with_reasons(asked: Run) -> None:
    ended = asked("peers", "Bilbao", "--limit", "2", "--need", "regeneration:implement")
    assert ended.code == 0
    assert f"Peers of Bilbao ({BILBAO})" in ended.out
    first, second = ended.out.index(" 1 "), ended.out.index(" 2 ")
    assert first < ended.out.index("•") < second


def test_json_is_the_answer_of_the_api(asked: Run, published: Published) -> None:
    ended = asked("peers", BILBAO, "--limit", "3", "--need", "housing:discover", "--json")
    body = {
        "place_id": BILBAO,
        "limit": 3,
        "needs": [{"sector": "housing", "stage": "discover"}],
    }
    with TestClient(create_app(published.settings), client=("127.0.0.1", 5000)) as client:
        answer = client.post("/v1/matches/peers", json=body).json()
    assert json.loads(ended.out)["results"] == answer["results"]
    assert len(answer["results"]) == 3


def test_peers_may_be_asked_for_in_one_country(asked: Run) -> None:
    ended = asked("peers", BILBAO, "--country", "DE", "--limit", "5", "--json")
    countries = {result["place"]["country"] for result in json.loads(ended.out)["results"]}
    assert countries == {"DE"}


def test_at_most_so_many_peers_of_one_country(asked: Run) -> None:
    question = ("peers", BILBAO, "--limit", "20", "--max-per-country", "1")
    found = json.loads(asked(*question, "--json").out)
    countries = [result["place"]["country"] for result in found["results"]]
    assert len(countries) == len(set(countries)) == 20
    assert found["passed_over"][0]["text"] in " ".join(asked(*question).out.split())


def test_collaborations_of_one_type(asked: Run) -> None:
    ended = asked("collaborations", BILBAO, "--type", "expertise_platform", "--json")
    found = [result["collaboration"] for result in json.loads(ended.out)["results"]]
    assert found
    assert all("expertise_platform" in (one["type"], *one.get("labels", ())) for one in found)


def test_an_ambiguous_name_lists_whom_it_may_mean(asked: Run) -> None:
    ended = asked("peers", "Barcelona")
    assert ended.code == 2
    assert ended.out == ""
    assert "gn:3128760" in ended.err
    assert "gn:3648559" in ended.err


def test_a_name_is_read_with_its_country_and_a_misspelling_is_only_offered(asked: Run) -> None:
    clear = asked("peers", "Bristol, United Kingdom", "--json")
    assert clear.code == 0
    unclear = asked("peers", "Bristoll")
    assert (unclear.code, unclear.out) == (2, "")
    assert "gn:2654675" in unclear.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("peers", "gn:1"), "'gn:1'"),
        (("peers", "Nowhere at all"), "'Nowhere at all'"),
        (("peers", "Bilbao, ZZ"), "'Bilbao, ZZ'"),
        (("peers", BILBAO, "--need", "housing"), "sector:stage"),
        (("peers", BILBAO, "--need", "housing:someday"), "/needs/0/stage"),
        (("peers", BILBAO, "--country", "ZZ"), "unknown country 'ZZ'"),
    ],
)
def test_what_cannot_be_answered_is_said_in_a_line(
    asked: Run, arguments: tuple[str, ...], said: str
) -> None:
    ended = asked(*arguments)
    assert ended.code == 1
    assert ended.err.startswith("error: ")
    assert said in ended.err
    assert ended.out == ""


def test_without_a_snapshot_it_is_said_what_to_run(var: Path) -> None:
    ended = Ended("peers", BILBAO)
    assert ended.code == 1
    assert "counterpart publish" in ended.err
    assert not (var / "snapshots").exists()
