"""Keys: their form, how they are found, and how they end."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import text

from models.database import Sessions
from models.errors import InvalidInput, NotFound
from models.tables import ApiKey, now
from services.access.keys import (
    KEY_BYTES,
    create_key,
    find_key,
    is_wellformed,
    keys_of,
    revoke_key,
    rotate_key,
)


def make(sessions: Sessions, tenant: str = "city") -> str:
    with sessions.begin() as session:
        return create_key(session, tenant, ["match"])


def found(sessions: Sessions, key: str) -> ApiKey | None:
    with sessions() as session:
        return find_key(session, key)


def test_a_key_holds_256_random_bits_beside_its_name(sessions: Sessions) -> None:
    keys = {make(sessions) for _ in range(20)}
    assert len(keys) == 20
    assert KEY_BYTES * 8 >= 256
    for key in keys:
        assert re.fullmatch(r"cp_[a-z0-9]{8}[A-Za-z0-9_-]{43}[a-z2-7]{7}", key)


def test_a_mistyped_key_is_told_by_its_checksum(sessions: Sessions) -> None:
    key = make(sessions)
    assert is_wellformed(key)
    for place in range(3, len(key)):
        other = "a" if key[place] != "a" else "b"
        assert not is_wellformed(key[:place] + other + key[place + 1 :])


def test_the_database_holds_no_part_of_the_secret(sessions: Sessions) -> None:
    key = make(sessions)
    with sessions() as session:
        stored = str(session.execute(text("SELECT * FROM api_key")).all())
    secret = key[11:]
    assert key[:11] in stored
    assert not any(secret[i : i + 6] in stored for i in range(len(secret) - 6))


def test_a_key_is_found_until_it_is_revoked(sessions: Sessions) -> None:
    key = make(sessions)
    row = found(sessions, key)
    assert row is not None
    with sessions.begin() as session:
        revoke_key(session, row.prefix)
    assert found(sessions, key) is None


def test_a_key_is_found_until_it_expires(sessions: Sessions) -> None:
    with sessions.begin() as session:
        good = create_key(session, "city", ["match"], expires_at=now() + timedelta(minutes=1))
        over = create_key(session, "city", ["match"], expires_at=now() - timedelta(seconds=1))
    assert found(sessions, good) is not None
    assert found(sessions, over) is None


def test_a_rotated_key_works_on_for_the_overlap(sessions: Sessions) -> None:
    old = make(sessions)
    with sessions.begin() as session:
        new = rotate_key(session, old[:11], timedelta(hours=1))
    rows = [found(sessions, key) for key in (old, new)]
    assert all(row is not None and row.tenant_id == "city" for row in rows)
    with sessions.begin() as session:
        rotate_key(session, old[:11], timedelta(0))
    assert found(sessions, old) is None
    assert found(sessions, new) is not None
    with sessions() as session, pytest.raises(NotFound):
        rotate_key(session, old[:11], timedelta(0))


def test_keys_are_listed_by_tenant(sessions: Sessions) -> None:
    mine, other = make(sessions), make(sessions, "other")
    with sessions() as session:
        assert [row.prefix for row in keys_of(session, "city")] == [mine[:11]]
        assert {row.prefix for row in keys_of(session)} == {mine[:11], other[:11]}


def test_an_unknown_name_and_a_bad_scope_are_told(sessions: Sessions) -> None:
    with sessions() as session:
        with pytest.raises(NotFound):
            revoke_key(session, "cp_nobody00")
        with pytest.raises(InvalidInput):
            create_key(session, "city", ["everything"])
