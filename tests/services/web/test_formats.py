"""Lists as tables and maps, and operations that will go away."""

import csv
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import Any

import orjson
import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient
from python_calamine import CalamineWorkbook

from services.web import app as web
from services.web.app import answer
from services.web.contract.operation import Deprecation, Operation, tell
from services.web.formats import flattened

PLACES = [
    {"id": "x:a", "name": "=cmd()", "lat": 1.5, "lon": 2.5, "languages": ["es", "eu"]},
    {
        "id": "x:b",
        "name": "Bâ",
        "open": True,
        "inner": {"deep": {"n": 3}},
        "reasons": [{"text": "T"}],
    },
]
OLD = Deprecation(
    datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, 12, tzinfo=UTC), "/v1/places"
)


@pytest.fixture
def client() -> TestClient:
    app = FastAPI(title="Test", docs_url=None, redoc_url=None)
    tell(
        app,
        {
            "GET /v1/things/{id}": Operation("list_things", table=True),
            "GET /v1/old": Operation("old", deprecated=OLD),
        },
    )
    web.install(app, list)

    @app.get("/v1/things/{id}")
    def things(id: str) -> Response:
        lists: dict[str, Any] = {
            "all": {"items": PLACES, "next": "c1"},
            "nowhere": {"items": [{"id": "x:c"}], "next": None},
            "one": {"id": "x:a"},
        }
        return answer(lists[id])

    @app.get("/v1/old")
    def old() -> Response:
        return answer({})

    return TestClient(app)


def test_a_table_holds_what_the_answer_says(client: TestClient) -> None:
    said = client.get("/v1/things/all", params={"format": "csv"})
    assert said.headers["content-type"] == "text/csv; charset=utf-8"
    assert said.headers["link"] == '</v1/things/all?format=csv&cursor=c1>; rel="next"'
    rows = list(csv.DictReader(StringIO(said.content.decode("utf-8-sig"))))
    assert rows[0]["name"] == "'=cmd()"
    assert (rows[0]["languages"], rows[0]["lat"]) == ("es; eu", "1.5")
    assert (rows[1]["inner.deep.n"], rows[1]["open"], rows[1]["reasons"]) == ("3", "true", "T")
    assert rows[1]["lat"] == ""


def test_a_workbook_and_lines_by_accept(client: TestClient) -> None:
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    book = client.get("/v1/things/all", headers={"Accept": f"{kind}, */*"})
    assert book.headers["content-type"] == kind
    sheet = CalamineWorkbook.from_filelike(BytesIO(book.content)).get_sheet_by_index(0)
    assert sheet.to_python()[1][:2] == ["x:a", "'=cmd()"]
    lines = client.get("/v1/things/all", headers={"Accept": "application/x-ndjson"})
    assert [orjson.loads(line) for line in lines.text.splitlines()] == PLACES


def test_a_map_has_points_where_they_are_known(client: TestClient) -> None:
    said = client.get("/v1/things/all", params={"format": "geojson"}).json()
    first, second = said["features"]
    assert first["geometry"] == {"type": "Point", "coordinates": [2.5, 1.5]}
    assert second["geometry"] is None
    nowhere = client.get("/v1/things/nowhere", params={"format": "geojson"})
    assert (nowhere.status_code, nowhere.json()["type"]) == (406, "/problems/not-acceptable")


def test_json_stays_what_it_was(client: TestClient) -> None:
    plain = client.get("/v1/things/all")
    assert client.get("/v1/things/all", params={"format": "json"}).content == plain.content
    assert client.get("/v1/things/all", headers={"Accept": "text/html"}).content == plain.content
    assert plain.headers["etag"]


def test_what_is_no_list_and_no_format_is_told(client: TestClient) -> None:
    assert client.get("/v1/things/one", params={"format": "csv"}).status_code == 406
    unknown = client.get("/v1/things/all", params={"format": "pdf"})
    assert unknown.status_code == 422
    assert unknown.json()["errors"][0]["pointer"] == "?format"


def test_a_row_without_anything_is_a_row() -> None:
    assert flattened({}) == {}
    assert flattened({"a": [], "b": None}) == {"a": "", "b": None}


def test_what_will_go_away_says_so(client: TestClient) -> None:
    said = client.get("/v1/old")
    assert said.headers["deprecation"] == f"@{int(OLD.since.timestamp())}"
    assert said.headers["sunset"] == "Sat, 01 Jan 2028 12:00:00 GMT"
    assert '</v1/places>; rel="successor-version"' in said.headers["link"]
    assert "deprecation" not in client.get("/v1/things/all").headers
