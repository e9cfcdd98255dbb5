"""The command line: what it prints, where, and how it ends."""

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.engine import URL
from sqlalchemy.orm import Session
from typer.testing import CliRunner

from models.database import connect, is_migrated, sessions
from models.records import Place
from models.settings import SMALLEST_CITY, Settings
from models.tables import PUBLIC, ApiKey, PlaceRow
from models.taxonomy import PlaceKind
from services import preparing
from services.access.callers import key_hash
from services.cli import app, create_app
from services.ingest.embed import Progress, no_progress
from services.ingest.upsert import Counts, ensure_tenant, upsert_places
from tests.matcher_fixtures import Published, published

__all__ = ["published"]

BILBAO = "gn:3128026"
HEADER = "id,name,kind,country,population\n"
Run = Callable[..., "Ended"]


class Ended:
    """How a command ended: its exit code, what it answered and what else it said."""

    def __init__(self, *arguments: str) -> None:
        result = CliRunner().invoke(app, list(arguments), env={"COLUMNS": "200"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        self.code, self.out, self.err = result.exit_code, result.stdout, result.stderr


@pytest.fixture
def var(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty data directory, which the commands of a test work on."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COUNTERPART_VAR", str(tmp_path / "var"))
    monkeypatch.delenv("COUNTERPART_DATABASE_URL", raising=False)
    return tmp_path / "var"


@pytest.fixture
def asked(published: Published, var: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the small published catalogue."""
    assert published.settings.var != var
    monkeypatch.setenv("COUNTERPART_VAR", str(published.settings.var))
    return Ended


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


def test_good_rows_land_and_bad_rows_are_listed(var: Path, tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text(HEADER + "x:good,Good,city,ES,1000\nx:bad,Bad,city,ES,many\n")
    ended = Ended("load", str(file), "--tenant", "tartu")
    assert ended.code == 1
    assert "2 rows read, 1 records written" in ended.err
    for shown in ("3", "population", "many", "expected a whole number"):
        assert shown in ended.err
    with sessions(connect(f"sqlite:///{var / 'counterpart.db'}"))() as session:
        assert session.get(PlaceRow, ("tartu", "x:good")) is not None
        assert session.get(PlaceRow, ("tartu", "x:bad")) is None


def test_a_file_sent_again_changes_nothing(var: Path, tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text(HEADER + "x:good,Good,city,ES,1000\n")
    first, again = (Ended("load", str(file), "--tenant", "tartu") for _ in range(2))
    assert (first.code, again.code) == (0, 0)
    assert "1 records written, 0 unchanged" in first.err
    assert "0 records written, 1 unchanged" in again.err
    assert var.exists()


@pytest.mark.usefixtures("var")
def test_a_file_that_cannot_be_read_is_refused_as_a_whole(tmp_path: Path) -> None:
    file = tmp_path / "places.csv"
    file.write_text("id,nmae\nx:1,One\n")
    ended = Ended("load", str(file))
    assert ended.code == 1
    assert "did you mean 'name'?" in ended.err
    missing = Ended("load", str(tmp_path / "none.csv"))
    assert (missing.code, "no file" in missing.err) == (1, True)


def test_a_key_is_printed_alone_and_stored_as_its_hash(var: Path) -> None:
    ended = Ended("keys", "create", "--scope", "match", "--scope", "ingest", "--tenant", "tartu")
    assert ended.code == 0
    with sessions(connect(f"sqlite:///{var / 'counterpart.db'}"))() as session:
        row = session.get(ApiKey, key_hash(ended.out.strip()))
    assert row is not None
    assert (row.tenant_id, row.scopes) == ("tartu", "ingest match")


@pytest.mark.usefixtures("var")
def test_keys_are_listed_rotated_and_revoked_by_name() -> None:
    make = ("keys", "create", "--scope", "match", "--tenant", "tartu", "--label", "the app")
    name = Ended(*make, "--days", "30").out.strip()[:11]
    assert Ended("keys", "rotate", name).out.startswith("cp_")
    assert Ended("keys", "revoke", name).code == 0
    listed = [
        line.split(" | ") for line in Ended("keys", "list", "--tenant", "tartu").out.splitlines()
    ]
    states = {line[0]: line[3].split()[0] for line in listed}
    assert (len(states), states[name], sorted(states.values())[0]) == (2, "revoked", "in")
    assert {line[4] for line in listed} == {"the app"}
    assert Ended("keys", "revoke", "cp_nobody00").code == 1


@pytest.mark.usefixtures("var")
def test_a_bad_setting_is_named_as_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPART_PORT", "eighty")
    ended = Ended("publish")
    assert ended.code == 1
    assert ended.err.startswith("error: COUNTERPART_PORT is 'eighty'")


@pytest.mark.usefixtures("var")
def test_a_bad_url_of_a_database_is_refused_without_its_password(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COUNTERPART_DATABASE_URL", "postgres://role:hunter2@host/counterpart")
    ended = Ended("migrate")
    assert ended.code == 1
    assert "COUNTERPART_DATABASE_URL is not right: say postgresql://" in ended.err
    assert "hunter2" not in ended.err


@pytest.mark.usefixtures("var")
@pytest.mark.parametrize(
    ("name", "value"),
    [("RATE_STORAGE", "nosuch://user:hunter2@host"), ("SNAPSHOT_STORE", "nosuch://bucket")],
)
def test_a_store_of_no_known_kind_is_told_before_anything_is_served(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"COUNTERPART_{name}", value)
    ended = Ended("serve", "--port", "0")
    assert ended.code == 1
    assert f"COUNTERPART_{name}" in ended.err
    assert "hunter2" not in ended.err


def test_a_misspelt_setting_is_told(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COUNTERPART_PUBLICREAD", "true")
    ended = Ended("migrate")
    assert ended.code == 0
    assert "is COUNTERPART_PUBLIC_READ meant?" in ended.err
    assert (var / "counterpart.db").exists()


def test_a_data_directory_that_cannot_be_made_is_said_in_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("COUNTERPART_VAR", str(tmp_path / "file" / "var"))
    ended = Ended("migrate")
    assert ended.code == 1
    assert ended.err.startswith("error: ")


def test_migrate_makes_the_newest_schema(var: Path) -> None:
    assert Ended("migrate").code == 0
    assert is_migrated(connect(f"sqlite:///{var / 'counterpart.db'}"))


@pytest.mark.usefixtures("var")
def test_only_the_embedded_database_is_migrated_unasked(
    postgres: URL, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.render_as_string(hide_password=False)
    monkeypatch.setenv("COUNTERPART_DATABASE_URL", url)
    ended = Ended("keys", "create", "--scope", "match", "--tenant", "tartu")
    assert ended.code == 1
    assert "counterpart migrate" in ended.err


@pytest.mark.usefixtures("var")
def test_a_port_in_use_is_said_before_anything_is_done() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = Ended("serve", "--prepare", "--port", str(port))
    assert ended.code == 1
    assert f"port {port}" in ended.err
    assert "--port" in ended.err


def test_both_services_answer_in_one_app(published: Published) -> None:
    with TestClient(create_app(published.settings), client=("127.0.0.1", 5000)) as client:
        assert client.get("/readyz").status_code == 200
        assert client.get(f"/v1/places/{BILBAO}").json()["name"] == "Bilbao"
        assert client.get("/v1/ingest/snapshots").status_code == 401
        paths = client.get("/openapi.json").json()["paths"]
    assert {"/v1/matches/peers", "/v1/ingest/files", "/healthz"} <= set(paths)


def test_not_ready_without_a_snapshot(var: Path) -> None:
    preparing.ready_database(Settings()).dispose()
    assert (var / "counterpart.db").exists()
    with TestClient(create_app()) as client:
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "counterpart publish" in answer.json()["detail"]


@pytest.fixture
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A default catalogue of one place, made of `data/table.csv`; grows with each load."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "table.csv").write_text("one")
    done: list[str] = []

    def load(session: Session, _: Progress, smallest: int) -> Counts:
        done.append("load" if smallest == SMALLEST_CITY else f"load from {smallest}")
        ensure_tenant(session, PUBLIC)
        place = Place(id=BILBAO, name="Bilbao", kind=PlaceKind.CITY, country="ES")
        return upsert_places(session, [place])

    monkeypatch.setattr(preparing, "DATA", tmp_path / "data")
    monkeypatch.setattr(preparing, "ROOT", tmp_path)
    monkeypatch.setattr(preparing, "load_default", load)
    return done


@contextmanager
def unwatched(_: str) -> Iterator[Progress]:
    yield no_progress


def test_the_catalogue_is_prepared_when_its_tables_changed(
    var: Path, tmp_path: Path, loads: list[str]
) -> None:
    settings = Settings()
    assert preparing.prepare(settings, unwatched)
    assert not preparing.prepare(settings, unwatched)
    assert loads == ["load"]
    (tmp_path / "data" / "table.csv").write_text("two")
    assert preparing.prepare(settings, unwatched)
    assert loads == ["load", "load"]
    assert preparing.prepare(Settings(smallest_city=1_000), unwatched)
    assert loads == ["load", "load", "load from 1000"]
    assert (var / "snapshots" / "CURRENT").exists()


def test_what_was_loaded_but_not_published_is_published(var: Path, loads: list[str]) -> None:
    assert Ended("load").code == 0
    assert not (var / "snapshots").exists()
    assert preparing.prepare(Settings(), unwatched)
    assert loads == ["load"]
    published = Ended("publish")
    assert (var / "snapshots" / "CURRENT").read_text() == published.out.strip()


def test_a_lost_database_is_loaded_again(var: Path, loads: list[str]) -> None:
    preparing.prepare(Settings(), unwatched)
    (var / "counterpart.db").unlink()
    preparing.prepare(Settings(), unwatched)
    assert loads == ["load", "load"]
