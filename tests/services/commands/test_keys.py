"""`counterpart keys`: a key is shown once, listed, rotated and revoked."""

from pathlib import Path

import pytest

from models.database import connect, sessions
from models.tables import ApiKey
from services.access.callers import key_hash
from tests.services.commands.ended import Ended, var

__all__ = ["var"]


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
