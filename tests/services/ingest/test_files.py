"""Files that are sent: good rows land, bad ones are told, and no row is lost in silence."""

from fastapi.testclient import TestClient

from models.database import Sessions
from models.tables import PlaceRow
from tests.services.files.test_sheets import book
from tests.services.ingest.over_http import admin, client, finished, own, send

__all__ = ["admin", "client", "own"]


def test_good_rows_land_and_bad_rows_are_reported(
    client: TestClient, own: dict[str, str], sessions: Sessions
) -> None:
    sheet = (
        "id,name,kind,country,population,needs\n"
        "x:a,Aalst,city,BE,88000,housing:apply|mobility:identify:Trams\n"
        "x:b,Bern,city,CH,-5,\n"
        "x:c,Cork,city,IE,n/a,\n"
        "x:c,Cork,city,IE,210000,\n"
        "gn:1,Public,city,IE,1,\n"
        'x:d,"broken"x,city,IE,1,\n'
        "x:e,Essen,city,DE,1,parks:apply\n"
    )
    job = send(client, own, sheet)
    assert job["state"] == "done"
    assert job["rows"] == {"read": 7, "written": 2, "unchanged": 0, "refused": 5}
    assert [(e["row"], e["column"], e["code"]) for e in job["errors"]] == [
        (3, "population", "greater_than_equal"),
        (5, "id", "duplicate_id"),
        (6, "id", "missing_scope"),
        (7, None, "broken_row"),
        (8, "needs", "unknown_value"),
    ]
    assert job["errors"][0]["value"] == "-5"
    assert [e["other_row"] for e in job["errors"]] == [None, 4, None, None, None]
    with sessions() as session:
        assert session.get(PlaceRow, ("tenant-a", "x:c")) is not None
    again = send(client, own, sheet)
    assert again["rows"] == {"read": 7, "written": 0, "unchanged": 2, "refused": 5}


def test_a_line_of_ndjson_has_fields_of_its_own(client: TestClient, own: dict[str, str]) -> None:
    bern = '"name": "Bern", "kind": "city", "country": "CH"'
    content = f'{{"id": "x:b1", {bern}}}\n{{"id": "x:b2", {bern}, "popluation": null}}\n'
    files = {"file": ("a.ndjson", content.encode())}
    answer = client.post("/v1/ingest/files?kind=places", files=files, headers=own)
    job = finished(client, answer, own)
    assert (job["state"], job["rows"]["written"], job["rows"]["refused"]) == ("done", 1, 1)
    (error,) = job["errors"]
    assert (error["row"], error["column"]) == (2, "popluation")
    assert "did you mean 'population'?" in error["detail"]


def test_the_sheets_of_a_workbook_that_were_not_read_are_told(
    client: TestClient, own: dict[str, str]
) -> None:
    lines = [["id", "name", "kind", "country"], ["x:one", "One", "city", "NO"]]
    files = {"file": ("a.xlsx", book(Cities=lines, Notes=[["Call Ana"]]))}
    job = finished(
        client, client.post("/v1/ingest/files?kind=places", files=files, headers=own), own
    )
    assert (job["state"], job["rows"]["written"]) == ("done", 1)
    assert job["detail"] == "Of the workbook the sheet 'Cities' was read. Not read: 'Notes'."


def test_a_dry_run_counts_and_keeps_nothing(
    client: TestClient, own: dict[str, str], sessions: Sessions
) -> None:
    sheet = "id,name,kind,country\nx:a,Aalst,city,BE\n"
    assert send(client, own, sheet, query="&dry_run=true")["rows"]["written"] == 1
    with sessions() as session:
        assert session.get(PlaceRow, ("tenant-a", "x:a")) is None


def test_an_unknown_column_fails_the_file_and_is_told_once(
    client: TestClient, own: dict[str, str]
) -> None:
    job = send(client, own, "id,name,kind,country,popluation\nx:a,A,city,BE,1\nx:b,B,city,BE,2\n")
    assert job["state"] == "failed"
    assert job["rows"]["written"] == 0
    (error,) = job["errors"]
    assert (error["row"], error["column"], error["code"]) == (1, "popluation", "unknown_column")
    assert "did you mean 'population'" in error["detail"]


def test_applicants_get_ids_of_their_tenant(
    client: TestClient, own: dict[str, str], sessions: Sessions
) -> None:
    job = send(client, own, "id;name;kind;country\nA 17;Graz;city;AT\n", "applicants")
    assert job["rows"]["written"] == 1
    with sessions() as session:
        assert session.get(PlaceRow, ("tenant-a", "x:A-17")) is not None


def test_a_file_that_is_no_sheet_fails_its_job(client: TestClient, own: dict[str, str]) -> None:
    for content in ("", "%PDF-1.7", "PK\x03\x04 no zip"):
        job = send(client, own, content)
        assert job["state"] == "failed"
        assert job["detail"]


def test_a_value_that_no_database_holds_is_still_reported(
    client: TestClient, own: dict[str, str]
) -> None:
    content = b'{"id": "x:a", "name": "A\\u0000", "kind": "city", "country": "BE"}\n'
    files = {"file": ("a.ndjson", content)}
    response = client.post("/v1/ingest/files?kind=places", files=files, headers=own)
    job = finished(client, response, own)
    assert job["state"] == "done"
    assert [(e["row"], e["column"]) for e in job["errors"]] == [(1, "name")]
