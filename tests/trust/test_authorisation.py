"""Who may call what: a row for every operation of the OpenAPI document, tried with everybody."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI

from tests.trust.report import Tried
from tests.trust.whole_app import CONVENED, PLACE, THEIR_PLACE, Whole, published, whole

__all__ = ["published", "whole"]

MATRIX: dict[str, dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parent / "authorisation.yaml").read_text(encoding="utf-8")
)
SCOPES = {"read": "match", "decide": "match", "convene": "convene", "ingest": "ingest"}
UNKNOWN = ("nobody", "expired", "revoked", "wrong")
KNOWN = ("match", "convene", "ingest", "admin")
ABSENT = {
    "match": "m_" + "0" * 32,
    "screening": "s-0000000000000000",
    "share": "s_" + "0" * 32,
    "webhook": "wh_" + "0" * 32,
    "job": "0" * 32,
    "place": "x:none-such",
    "collaboration": "x:none-such",
}
NOT_TOLD = {"request_id", "instance"}


def operations(app: FastAPI) -> set[str]:
    document = app.openapi()
    return {
        f"{method.upper()} {path}" for path, item in document["paths"].items() for method in item
    }


def rowless(app: FastAPI) -> set[str]:
    return operations(app) - set(MATRIX)


def test_every_operation_has_a_row_and_every_row_an_operation(whole: Whole) -> None:
    assert rowless(whole.app) == set()
    assert set(MATRIX) - operations(whole.app) == set()


def filled(path: str, **names: str) -> str:
    """A path with its parameters filled: by what is given, else by something there is."""
    known = {"collaboration_id": CONVENED, "place_id": PLACE, "number": "1", "id": "x:mine"}
    return re.sub(r"\{(\w+)\}", lambda found: (known | names).get(found[1], "none"), path)


def expected(needs: str, who: str) -> set[int]:
    """What the statuses of refusal are for a caller; empty where there is no refusal."""
    if needs == "open":
        return set()
    if who in UNKNOWN:
        return {401}
    return set() if who in ("admin", SCOPES[needs]) else {403}


def judge(whole: Whole, rows: dict[str, dict[str, Any]], tried: Tried) -> None:
    """Call each operation as everybody, from another machine, and see who is refused."""
    for operation, row in rows.items():
        method, path = operation.split(" ")
        for who in (*UNKNOWN, *KNOWN):
            refusals = expected(row["needs"], who)
            if row.get("untried") and not refusals:
                continue
            status = whole.ask(method, filled(path), who).status_code
            open_to_none = row["needs"] == "open" and status in (200, 204, 401, 422)
            right = status in refusals if refusals else status not in (401, 403) or open_to_none
            tried((right and status < 500) or status == 503, f"{operation} as {who}: {status}")


@pytest.mark.check(29, "Every operation called as everybody", few=1, full=1)
def test_nobody_gets_in_where_he_should_not(whole: Whole, tried: Tried) -> None:
    judge(whole, MATRIX, tried)
    tried.done()


@pytest.mark.check(29, "On the machine itself, nobody known may read and no more", few=1, full=1)
def test_on_this_machine_reading_is_open(whole: Whole, tried: Tried) -> None:
    for operation, row in MATRIX.items():
        method, path = operation.split(" ")
        status = whole.near.request(method, filled(path)).status_code
        refused = row["needs"] not in ("open", "read")
        is_open = row["needs"] == "open"
        tried((status == 401) == refused or is_open, f"{operation}: {status}")
        proxied = whole.near.request(method, filled(path), headers={"X-Forwarded-For": "::1"})
        tried(proxied.status_code == 401 or is_open, f"{operation} by proxy")
    tried.done()


@pytest.mark.planted(29, "an operation without its dependency, and one without a row")
def test_an_open_operation_is_caught(whole: Whole) -> None:
    app = FastAPI()

    @app.get("/v1/leak")
    def leak() -> str:
        return "everything"

    assert rowless(app) == {"GET /v1/leak"}
    tried = Tried()
    judge(whole, {"GET /v1/taxonomy": {"needs": "convene"}}, tried)
    assert any("as match" in failure for failure in tried.failures)


def told(response: Any, *ids: str) -> tuple[int, str]:
    """An answer without what names the one thing asked for."""
    text: str = response.text
    for id in ids:
        text = text.replace(id, "…")
    for name in NOT_TOLD:
        text = re.sub(rf'"{name}":"[^"]*",?', "", text)
    return response.status_code, text


def pairs(whole: Whole) -> Iterator[tuple[str, str, str, dict[str, Any], list[str]]]:
    """Requests for something of the other tenant's, and the same for what does not exist."""
    for operation, row in MATRIX.items():
        if "theirs" not in row:
            continue
        method, path = operation.split(" ")
        kinds = row["theirs"]
        theirs = filled(path, **{name: whole.theirs[kind] for name, kind in kinds.items()})
        absent = filled(path, **{name: ABSENT[kind] for name, kind in kinds.items()})
        more = {"json": row["body"]} if "body" in row else {}
        ids = [whole.theirs[kind] for kind in kinds.values()]
        yield method, theirs, absent, more, [*ids, *(ABSENT[kind] for kind in kinds.values())]


@pytest.mark.check(29, "What is another tenant's is told as what does not exist", few=1, full=1)
def test_what_is_theirs_does_not_exist(whole: Whole, tried: Tried) -> None:
    for method, theirs, absent, more, ids in pairs(whole):
        one, two = (whole.ask(method, path, "admin", **more) for path in (theirs, absent))
        tried(one.status_code == 404, f"{method} {theirs}: {one.status_code} {one.text[:200]}")
        tried(told(one, *ids) == told(two, *ids), f"{theirs}: {one.text} / {two.text}")
        mine = whole.ask(method, theirs, "other", **more)
        tried(mine.status_code != 404 or method == "DELETE", f"{theirs}: lost to its own tenant")
    tried.done()


NAMING: list[tuple[str, dict[str, Any]]] = [
    ("/v1/matches/peers", {"place_id": "?"}),
    ("/v1/matches/collaborations", {"place_id": "?"}),
    ("/v1/matches/peers", {"place_id": PLACE, "among": ["?"]}),
    ("/v1/portfolios/review", {"place_id": "?"}),
    (f"/v1/collaborations/{CONVENED}/admissions/check", {"admit": ["?"]}),
    (f"/v1/collaborations/{CONVENED}/screenings", {"applicants": [{"place_id": "?"}]}),
    ("/v1/pairings", {"left": ["?", PLACE]}),
]


@pytest.mark.check(29, "Nor does naming it in a body tell of it", few=1, full=1)
def test_naming_theirs_in_a_body_tells_nothing(whole: Whole, tried: Tried) -> None:
    for path, body in NAMING:
        found = []
        for id in (THEIR_PLACE, ABSENT["place"]):
            text = yaml.safe_dump(body).replace("'?'", f"'{id}'")
            found.append(whole.ask("POST", path, "admin", json=yaml.safe_load(text)))
        one, two = (told(answer, THEIR_PLACE, ABSENT["place"]) for answer in found)
        strip = re.compile(r'"(match_id|screening_id|made_at|created_at)":"[^"]*"')
        same = one[0] == two[0] and strip.sub("", one[1]) == strip.sub("", two[1])
        tried(same, f"{path} {body}: {one} / {two}")
    tried.done()
