"""Places come out in the order of their keys, whatever a database takes for order."""

import pytest

from models.database import Sessions
from models.records import Place
from models.tables import PUBLIC, PlaceRow
from services.ingest import place_files
from services.ingest.embed import no_progress
from services.ingest.place_files import stored_places
from services.ingest.upsert import ensure_tenant, upsert_places

IDS = ["cp:b", "cp:B", "cp:a-1", "cp:a.1", "cp:a1", "cp:A_1", "gn:10", "gn:9"]


def write(sessions: Sessions, tenant: str, *ids: str) -> None:
    with sessions.begin() as session:
        ensure_tenant(session, tenant)
        places = [
            Place.model_validate({"id": id, "kind": "city", "name": id, "country": "FR"})
            for id in ids
        ]
        upsert_places(session, places, tenant)


def test_pages_follow_each_other_in_the_order_of_bytes(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_files, "PAGE", 3)
    write(sessions, PUBLIC, *IDS)
    write(sessions, "first", "x:b", "x:a")
    write(sessions, "second", "x:a", "x:a-1")
    seen = []
    with sessions() as session:
        found = list(stored_places(session, lambda *told: seen.append(told)))
    keys = [place.key for place in found]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(IDS) + 4
    assert [place.tenant for place in found if place.key.startswith(b"x:a\x1f")] == [
        "first",
        "second",
    ]
    assert seen == [(3, 12), (6, 12), (9, 12), (12, 12)]


def test_a_place_taken_away_meanwhile_is_left_out(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(place_files, "PAGE", 1)
    write(sessions, PUBLIC, "cp:a", "cp:b", "cp:c")
    with sessions() as session:
        found = stored_places(session, no_progress)
        assert next(found).key == b"cp:a"
        with sessions.begin() as other:
            other.delete(other.get_one(PlaceRow, (PUBLIC, "cp:b")))
        assert [place.key for place in found] == [b"cp:c"]
