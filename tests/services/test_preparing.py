"""What must be there before an answer: a catalogue made of today's tables and settings."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from models.records import Place
from models.settings import SMALLEST_CITY, Settings
from models.tables import PUBLIC
from models.taxonomy import PlaceKind
from services import preparing
from services.ingest import publish
from services.ingest.embed import Progress, no_progress
from services.ingest.upsert import Counts, ensure_tenant, upsert_places
from services.preparing import fingerprint
from tests.services.commands.ended import Ended, var

__all__ = ["var"]

BILBAO = "gn:3128026"


@pytest.fixture
def loads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A default catalogue of one place, made of `data/table.csv`; grows with each load.

    Of the 520 phrases that needs are read by it has one: each test reads them afresh.
    """
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "table.csv").write_text("one")
    (tmp_path / "data" / "need_anchors.csv").write_text("phrase\ndrinking water\n")
    monkeypatch.setattr(publish, "ANCHORS", tmp_path / "data" / "need_anchors.csv")
    done: list[str] = []

    def load(session: Session, _: Progress, smallest: int, over_sent: bool) -> Counts:
        assert not over_sent
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


def test_another_smallest_city_makes_another_catalogue() -> None:
    assert fingerprint(Settings(smallest_city=5_000)) != fingerprint(Settings())
    assert fingerprint(Settings()) == fingerprint(Settings())
