"""What names a person is found and changed on both databases, and with one tenant alone."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from models.database import Sessions
from models.records import Place
from models.settings import Settings
from services.access.keys import create_key
from services.ingest.upsert import upsert_places
from services.persons.on_request import ERASED, correct, erase, erase_again, export

NAME = "Ana Ruiz"
TOWN = {"id": "x:town", "name": "Town", "kind": "city", "country": "ES"}


@pytest.fixture
def settings(database_url: str, tmp_path: Path, sessions: Sessions) -> Settings:
    with sessions.begin() as session:
        for tenant in ("a", "b"):
            create_key(session, tenant, ["match"], f"{NAME}, {tenant}")
        office = {"contact_office": f"Housing, {NAME}"}
        upsert_places(session, [Place.model_validate(TOWN | office)], "a")
    secret = SecretStr("of the tests")
    return Settings(_env_file=None, var=tmp_path / "var", database_url=database_url, secret=secret)


def tables(settings: Settings, tenant: str, text: str = NAME) -> list[str]:
    return sorted(row["table"] for row in export(settings, tenant, [text]))


def test_one_tenants_rows_are_erased_and_no_others(settings: Settings) -> None:
    assert tables(settings, "a") == ["api_key", "place"]
    pseudonym, done = erase(settings, "a", [NAME])
    assert done.rows == {"api_key": 1, "place": 1}
    assert done.has_records
    assert (tables(settings, "a"), tables(settings, "b")) == ([], ["api_key"])
    assert tables(settings, "a", pseudonym) == ["api_key", "place"]


def test_what_is_corrected_can_be_erased_again_by_the_file(settings: Settings) -> None:
    erase(settings, "a", [NAME])
    correct(settings, "a", ["Housing"], NAME)
    file = settings.var / ERASED
    assert NAME.split()[0] not in file.read_text()
    assert tables(settings, "a") == ["place"]
    assert erase_again(settings, file).rows == {"place": 1}
    assert tables(settings, "a") == []
    assert len(file.read_text().splitlines()) == 1
