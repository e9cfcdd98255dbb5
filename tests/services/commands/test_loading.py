"""`counterpart load`, `migrate`: what is told of a file, and of the schema."""

from pathlib import Path

import pytest
from sqlalchemy.engine import URL

from models.database import connect, is_migrated, sessions
from models.tables import PlaceRow
from tests.services.commands.ended import Ended, var

__all__ = ["var"]

HEADER = "id,name,kind,country,population\n"


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
