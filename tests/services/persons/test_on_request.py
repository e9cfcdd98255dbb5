"""What names a person is found and changed on both databases, and with one tenant alone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from models.database import Sessions, connect
from models.database import sessions as every_tenants
from models.errors import Conflict
from models.records import Place
from models.settings import Settings
from models.tables import OutcomeRow
from services.access.keys import create_key
from services.ingest.upsert import upsert_places
from services.matcher.decisions.audit import Entry, Ledger
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.digests import digests
from services.matcher.decisions.verify import verify
from services.persons.erased import ERASED, keys_of, remembered
from services.persons.on_request import correct, erase, erasure_of, export

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
    erasure = erasure_of("a", [NAME])
    done = erase(settings, [erasure])
    assert done.rows == {"api_key": 1, "place": 1}
    assert done.has_records
    assert (tables(settings, "a"), tables(settings, "b")) == ([], ["api_key"])
    assert tables(settings, "a", erasure.pseudonym) == ["api_key", "place"]


def test_what_is_corrected_can_be_erased_again_by_the_file_and_its_key(
    settings: Settings, tmp_path: Path
) -> None:
    erasure, keys = erasure_of("a", [NAME]), tmp_path / "keys"
    erase(settings, [erasure])
    keys.write_text(f"{erasure.key_line}\n\n")
    correct(settings, "a", ["Housing"], NAME)
    assert tables(settings, "a") == ["place"]
    file = settings.var / ERASED
    assert erase(settings, remembered(file, keys_of(keys))).rows == {"place": 1}
    assert tables(settings, "a") == []
    assert len(file.read_text().splitlines()) == 1


def test_the_file_alone_finds_nobody(settings: Settings) -> None:
    erasure = erasure_of("a", [NAME])
    erase(settings, [erasure])
    file = settings.var / ERASED
    text = file.read_text()
    assert erasure.sought.key.hex() not in text
    assert NAME.split()[0] not in text
    with pytest.raises(Conflict, match=f"{erasure.pseudonym}.*--keys"):
        remembered(file, {})


def test_what_is_no_key_is_told(tmp_path: Path) -> None:
    keys = tmp_path / "keys"
    for wrong in ("person-1", "person-1 not-hex", "person-1 ab cd"):
        keys.write_text(wrong)
        with pytest.raises(Conflict, match="no pseudonym"):
            keys_of(keys)


def test_the_logs_digest_of_before_can_be_tried_by_nobody(settings: Settings) -> None:
    """An outcome that names a person: what its digest was keyed with goes with the name."""
    file, engine = head_file(settings), connect(settings.url)
    ledger = Ledger(every_tenants(engine), file)
    told: dict[str, Any] = {"match_id": "m", "result_id": "gn:1", "outcome": "declined"}
    told |= {"side": "asking", "at": date(2026, 1, 1), "why": f"Ask {NAME}"}
    row = OutcomeRow(tenant_id="a", number=1, **told)
    with ledger.writing() as writing:
        writing.session.add(row)
        before = digests(row)
        writing.append(Entry("a", "outcome", "service", {"rows": before}))
    erase(settings, [erasure_of("a", [NAME])])
    with ledger.sessions() as session:
        left = session.get_one(OutcomeRow, ("a", 1))
        left.why = f"Ask {NAME}"
        assert digests(left) != before
        session.rollback()
    assert verify(ledger.sessions, file).faults == []
    engine.dispose()
