"""The match API at its edges: every bad question gets a problem that says where and what."""

import json
from typing import Any

import orjson
import pytest
from fastapi.testclient import TestClient

from tests.matcher_fixtures import Published, settings_of
from tests.services.matcher.asking import BRISTOL, ask, ids

KINDS = ("peers", "collaborations")
each_kind = pytest.mark.parametrize("kind", KINDS)
PLACE: dict[str, Any] = {"name": "A city", "kind": "city", "country": "DE"}
ODD_MONEY, ODD_MONEY_AT = {"amount": 1, "currency": "XXQ"}, "/place/own_budget/currency"
# A question but for its last member, so that what JSON cannot say can be added.
BEGUN = b'{"place": {"name": "A", "kind": "city", "country": "DE"}, "weights": {"shared_goals": '
BEGUN_PLACE = b'{"place": {"name": "A", "kind": "city", "country": "DE", "population": '


def needing(**need: str) -> dict[str, Any]:
    return {"place": PLACE, "needs": [need]}


def filtered(name: str, value: Any) -> dict[str, Any]:
    return {"place": PLACE, "filters": {name: value}}


def send(client: TestClient, kind: str, content: bytes, **headers: str) -> Any:
    sent = {"Content-Type": "application/json", **headers}
    return client.post(f"/v1/matches/{kind}", content=content, headers=sent)


def problem(client: TestClient, kind: str, body: Any, status: int = 422) -> Any:
    answer = send(client, kind, json.dumps(body).encode())
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    content = answer.json()
    assert {"type", "title", "status", "detail"} <= set(content)
    assert content["status"] == status
    return content


BAD: list[tuple[str, Any, str]] = [
    ("unknown field", {"place": PLACE, "colour": "red"}, "/colour"),
    ("unknown field inside", {"place": {**PLACE, "mayor": "A. N. Other"}}, "/place/mayor"),
    ("unknown kind", {"place": {**PLACE, "kind": "village"}}, "/place/kind"),
    ("national government", {"place": {**PLACE, "kind": "national"}}, "/place/kind"),
    ("unknown country", {"place": {**PLACE, "country": "ZZ"}}, "/place/country"),
    ("lower-case country", {"place": {**PLACE, "country": "de"}}, "/place/country"),
    ("no name", {"place": {"kind": "city", "country": "DE"}}, "/place/name"),
    ("empty name", {"place": {**PLACE, "name": " "}}, "/place/name"),
    ("negative population", {"place": {**PLACE, "population": -1}}, "/place/population"),
    ("population as text", {"place": {**PLACE, "population": "many"}}, "/place/population"),
    ("latitude off the globe", {"place": {**PLACE, "lat": 200, "lon": 0}}, "/place/lat"),
    ("longitude off the globe", {"place": {**PLACE, "lat": 0, "lon": 181}}, "/place/lon"),
    ("half a position", {"place": {**PLACE, "lat": 50}}, "/place"),
    ("unknown sector", needing(sector="magic", stage="apply"), "/needs/0/sector"),
    ("unknown stage", needing(sector="health", stage="now"), "/needs/0/stage"),
    ("no stage", needing(sector="health"), "/needs/0/stage"),
    ("limit 0", {"place": PLACE, "limit": 0}, "/limit"),
    ("limit 201", {"place": PLACE, "limit": 201}, "/limit"),
    ("limit as text", {"place": PLACE, "limit": "ten"}, "/limit"),
    ("limit true", {"place": PLACE, "limit": True}, "/limit"),
    ("weight true", {"place": PLACE, "weights": {"shared_goals": True}}, "/weights/shared_goals"),
    ("feature with a slash", {"place": PLACE, "weights": {"a/b~": 1}}, "/weights/a~1b~0"),
    ("as of a number", {"place": PLACE, "as_of": 0}, "/as_of"),
    ("as of a year", {"place": PLACE, "as_of": "2026"}, "/as_of"),
    ("negative weight", {"place": PLACE, "weights": {"shared_goals": -1}}, "/weights/shared_goals"),
    ("unknown feature", {"place": PLACE, "weights": {"charm": 1}}, "/weights/charm"),
    ("neither place", {}, ""),
    ("both places", {"place": PLACE, "place_id": BRISTOL}, ""),
    ("as of no day", {"place": PLACE, "as_of": "2020-02-30"}, "/as_of"),
    ("unknown include", {"place": PLACE, "include": ["secrets"]}, "/include/0"),
    ("among nobody", {"place": PLACE, "among": []}, "/among"),
    ("text of nothing", {"place": PLACE, "text": "  "}, "/text"),
    ("a control character", {"place": PLACE, "text": "a\u0000b"}, "/text"),
    ("powers above one", {"place": {**PLACE, "powers": {"fiscal": 1.1}}}, "/place/powers/fiscal"),
    ("unknown currency", {"place": {**PLACE, "own_budget": ODD_MONEY}}, ODD_MONEY_AT),
    ("a list", [PLACE], ""),
    ("nothing", None, ""),
]  # fmt: skip


@each_kind
@pytest.mark.parametrize(("body", "pointer"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_bad_input_says_where_it_stands(
    client: TestClient, kind: str, body: Any, pointer: str
) -> None:
    content = problem(client, kind, body)
    errors = content["errors"]
    assert all({"pointer", "detail", "code"} <= set(error) for error in errors)
    assert pointer in [error["pointer"] for error in errors]


PEERS_ONLY: list[tuple[str, Any, str]] = [
    ("unknown mode", {"place": PLACE, "mode": "marriage"}, "/mode"),
    ("unknown ties", {"place": PLACE, "ties": "none"}, "/ties"),
    ("min above max", filtered("population", {"min": 2, "max": 1}), "/filters/population"),
    ("negative min", filtered("population", {"min": -2}), "/filters/population/min"),
    ("unknown continent", filtered("continents", ["Europe"]), "/filters/continents/0"),
    ("unknown country", filtered("countries", ["XX"]), "/filters/countries/0"),
    ("unknown filter", filtered("weather", "fine"), "/filters/weather"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "pointer"), [b[1:] for b in PEERS_ONLY], ids=[b[0] for b in PEERS_ONLY]
)
def test_bad_questions_about_peers(client: TestClient, body: Any, pointer: str) -> None:
    assert pointer in [error["pointer"] for error in problem(client, "peers", body)["errors"]]


@each_kind
def test_all_weights_at_nought_leave_nothing_to_sort_by(client: TestClient, kind: str) -> None:
    answer = ask(client, kind, {"place": PLACE})
    body = {"place": PLACE, "weights": dict.fromkeys(answer["weights"], 0)}
    assert problem(client, kind, body)["errors"][0]["pointer"] == "/weights"


@each_kind
def test_an_unknown_place_is_not_found(client: TestClient, kind: str) -> None:
    for place_id in ("gn:999999999", "x:somebody-s", "no id at all", "", "gn:\u00e9"):
        content = problem(client, kind, {"place_id": place_id}, 404)
        assert content["type"].endswith("place-not-found")


@each_kind
@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"",
        b"\xff\xfe\x00",
        b'{"place_id": "gn:1", }',
        BEGUN + b"NaN}}",
        BEGUN + b"Infinity}}",
        b'{"place": {"name": "\\ud800", "kind": "city", "country": "DE"}}',
        b"[" * 100_000,
        b'{"place_id": ' + b"[" * 1_000 + b"]" * 1_000 + b"}",
        b'{"place_id": ' + b"[" * 300 + b"9" * 30 + b"]" * 300 + b"}",
        BEGUN_PLACE + b"1e999}}",
        BEGUN_PLACE + b"9" * 5_000 + b"}}",
    ],
    ids=[
        *("open", "empty", "bytes", "comma", "nan", "infinity", "surrogate"),
        *("deep", "closed", "written", "huge", "long"),
    ],
)  # fmt: skip
def test_broken_json_is_refused(client: TestClient, kind: str, content: bytes) -> None:
    answer = send(client, kind, content)
    assert answer.status_code in (400, 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"]


@each_kind
def test_an_unknown_parameter_is_refused(client: TestClient, kind: str) -> None:
    answer = client.post(f"/v1/matches/{kind}?limit=3", json={"place_id": BRISTOL})
    assert answer.status_code == 422, answer.text
    assert answer.json()["errors"][0]["pointer"] == "?limit"
    assert client.post(f"/v1/matches/{kind}?format=csv", json={"place_id": BRISTOL}).is_success


@each_kind
def test_a_megabyte_of_text_is_refused(client: TestClient, kind: str) -> None:
    content = problem(client, kind, {"place": PLACE, "text": "a" * 1_000_000})
    assert content["errors"][0]["pointer"] == "/text"
    assert len(json.dumps(content)) < 5_000
    answer = send(client, kind, b'{"text": "' + b"a" * 3_000_000 + b'"}')
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


@each_kind
def test_text_in_any_script_is_read(client: TestClient, kind: str) -> None:
    for text in ("住宅政策", "сoциальное жильё", "🚲🚲🚲", "x", "логистика " * 200):
        assert ask(client, kind, {"place": PLACE, "text": text})["results"]


@each_kind
def test_an_answer_names_its_snapshot_day_and_language(client: TestClient, kind: str) -> None:
    answer = send(client, kind, orjson.dumps({"place_id": BRISTOL, "as_of": "2020-06-01"}))
    content = answer.json()
    assert answer.headers["content-language"] == "en"
    assert content["as_of"] == "2020-06-01"
    assert content["snapshot_id"]
    assert content["match_id"]
    other = send(client, kind, orjson.dumps({"place_id": BRISTOL, "as_of": "2020-06-02"})).json()
    assert other["match_id"] != content["match_id"]


@each_kind
def test_an_unknown_language_falls_back(client: TestClient, kind: str) -> None:
    body = orjson.dumps({"place_id": BRISTOL})
    answer = send(client, kind, body, **{"Accept-Language": "tlh, xx;q=0.3"})
    assert answer.headers["content-language"] == "en"


def test_numbers_in_answers_are_numbers(client: TestClient) -> None:
    for kind in KINDS:
        body = {"place": PLACE, "limit": 200, "include": ["refused"]}
        text = send(client, kind, orjson.dumps(body)).text
        assert "NaN" not in text
        assert "Infinity" not in text


@each_kind
def test_the_limit_is_kept(client: TestClient, kind: str) -> None:
    for limit in (1, 7):
        assert len(ids(ask(client, kind, {"place": PLACE, "limit": limit}))) == limit


@each_kind
def test_a_wrong_key_is_no_key(client: TestClient, kind: str) -> None:
    body = orjson.dumps({"place_id": BRISTOL})
    for header in ("Bearer cp_wrong", "Bearer ", "Basic abc", "cp_wrong", "Bearer"):
        answer = send(client, kind, body, Authorization=header)
        assert answer.status_code == 401
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["www-authenticate"] == "Bearer"


def test_without_a_key_only_loopback_may_ask(published: Published, client: TestClient) -> None:
    away = TestClient(client.app, client=("203.0.113.9", 5000))
    assert away.post("/v1/matches/peers", json={"place_id": BRISTOL}).status_code == 401
    assert settings_of(published.settings.var).public_read is False


def test_another_method_or_path_is_told_as_a_problem(client: TestClient) -> None:
    for answer, statuses in (
        (client.get("/v1/matches/peers"), {404, 405}),
        (client.post("/v1/matches/friends", json={}), {404, 405}),
        (client.get("/v1/nothing/here"), {404}),
    ):
        assert answer.status_code in statuses
        assert answer.headers["content-type"] == "application/problem+json"
