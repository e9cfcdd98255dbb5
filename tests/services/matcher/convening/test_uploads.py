"""A sheet of applicants: good rows are screened, each bad one is told by row and column."""

import csv
import io
import json
from typing import Any

import pytest

from tests.services.files.test_sheets import book
from tests.services.matcher.convening.conftest import Desk

OPEN = "city-possible"
HEADER = [
    "place_id", "id", "name", "kind", "country", "population", "population_basis",
    "metro_population", "lat", "lon", "needs", "offers", "sectors", "powers.fiscal",
    "capacity.officer_days", "capacity.budget", "readiness", "languages", "region",
]  # fmt: skip
GOOD = {"name": "Goodtown", "kind": "city", "country": "NO"}
# One bad row each: what is changed in a good row, and the column that is to blame.
BAD: list[tuple[dict[str, str], str]] = [
    ({"name": ""}, "name"),
    ({"kind": ""}, "kind"),
    ({"kind": "national"}, "kind"),
    ({"kind": "village"}, "kind"),
    ({"country": ""}, "country"),
    ({"country": "ZZ"}, "country"),
    ({"country": "Norway"}, "country"),
    ({"population": "many"}, "population"),
    ({"population": "-5"}, "population"),
    ({"population": "1.5"}, "population"),
    ({"population": "99999999999"}, "population"),
    ({"metro_population": "abc"}, "metro_population"),
    ({"population_basis": "guess"}, "population_basis"),
    ({"lat": "91", "lon": "10"}, "lat"),
    ({"lat": "60", "lon": "181"}, "lon"),
    ({"lat": "north", "lon": "1"}, "lat"),
    ({"needs": "housing"}, "needs"),
    ({"needs": "housing:never"}, "needs"),
    ({"needs": "castles:apply"}, "needs"),
    ({"offers": "water:sometime"}, "offers"),
    ({"sectors": "castles"}, "sectors"),
    ({"powers.fiscal": "1.2"}, "powers.fiscal"),
    ({"powers.fiscal": "high"}, "powers.fiscal"),
    ({"capacity.officer_days": "-1"}, "capacity.officer_days"),
    ({"capacity.budget": "1000 EUR"}, "capacity.budget"),
    ({"readiness": "keen"}, "readiness"),
    ({"languages": "Norwegian"}, "languages"),
    ({"id": "zz:1"}, "id"),
    ({"id": "gn:999999999"}, "id"),
    ({"place_id": "gn:999999999", "name": "", "kind": "", "country": ""}, "place_id"),
    ({"place_id": "gn:3674962"}, "place_id"),
]


def sheet(rows: list[dict[str, str]]) -> bytes:
    file = io.StringIO()
    writer = csv.DictWriter(file, HEADER)
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue().encode()


def upload(desk: Desk, content: bytes, name: str, status: int = 200, **terms: str) -> Any:
    path = f"/collaborations/{OPEN}/screenings"
    return desk.ask("POST", path, status=status, files={"file": (name, content)}, data=terms)


def test_thirty_kinds_of_bad_rows(desk: Desk) -> None:
    rows: list[dict[str, str]] = []
    for number, (change, _) in enumerate(BAD):
        rows.append({**GOOD, "name": f"Goodtown {number:02}", "population": str(1000 * number)})
        rows.append({**GOOD, "name": f"Badtown {number:02}", **change})
    answer = upload(desk, sheet(rows), "applicants.csv", as_of="2020-06-01")
    assert len(BAD) >= 30
    assert answer["counts"] == {"eligible": len(BAD)}
    assert {r["applicant"]["row"] for r in answer["results"]} == set(range(2, 2 * len(BAD) + 2, 2))
    told = {(e["row"], e["column"]) for e in answer["errors"]}
    assert told == {(2 * n + 3, column) for n, (_, column) in enumerate(BAD)}
    assert all(e["code"] and e["detail"] for e in answer["errors"])


def test_a_file_and_json_give_the_same_verdicts(desk: Desk) -> None:
    answer = upload(desk, sheet([GOOD]), "a.csv", as_of="2020-06-01")
    body = {"applicants": [{"place": GOOD}], "as_of": "2020-06-01"}
    same = desk.post(f"/collaborations/{OPEN}/screenings", body)
    (by_file,), (by_json,) = answer["results"], same["results"]
    assert by_file["applicant"].pop("row") == 2
    assert by_file == by_json


def test_ndjson_and_stored_places(desk: Desk) -> None:
    lines = [json.dumps(GOOD), json.dumps({"place_id": "gn:3674962"}), "{broken", json.dumps(GOOD)]
    answer = upload(desk, "\n".join(lines).encode(), "a.ndjson", as_of="2020-06-01")
    assert sorted(r["applicant"]["name"] for r in answer["results"])[0] == "Goodtown"
    assert len(answer["results"]) == 2
    assert [(e["row"], e["code"], e["other_row"]) for e in answer["errors"]] == [
        (3, "broken_row", None), (4, "duplicate", 1),
    ]  # fmt: skip


def test_the_sheets_of_a_workbook_that_were_not_read_are_told(desk: Desk) -> None:
    head, row = list(GOOD), list(GOOD.values())
    content = book(Cities=[head, row], Empty=[], Notes=[["Call Ana"]])
    answer = upload(desk, content, "a.xlsx", as_of="2020-06-01")
    (told,) = (c for c in answer["cautions"] if c["code"] == "sheets_unread")
    assert told["args"] == {"sheet": "Cities", "others": ["Notes"]}
    alone = upload(desk, book(Cities=[head, row], Empty=[]), "a.xlsx", as_of="2020-06-01")
    assert "cautions" not in alone


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"naam,kind\nA,city\n", "a.csv"),
        (b"name,kind,country\n,city,NO\n", "a.csv"),
        (b"%PDF-1.7", "a.csv"),
        (b"", "a.csv"),
    ],
)
def test_files_without_applicants_are_refused(desk: Desk, content: bytes, name: str) -> None:
    upload(desk, content, name, 422)


def test_a_form_without_a_file_and_a_wrong_term_are_refused(desk: Desk) -> None:
    path = f"/collaborations/{OPEN}/screenings"
    desk.ask("POST", path, status=422, files={"other": ("a.csv", b"x")})
    upload(desk, sheet([GOOD]), "a.csv", 422, until="2020")
