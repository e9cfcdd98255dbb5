"""Check 39: what is on file of a person is handed out, corrected, and erased from every store."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from models.database import connect, database_at, sessions
from models.settings import Settings
from models.snapshot import Snapshot, SnapshotStore
from models.snapshot.store import CURRENT
from models.tables import MatchRow, now
from services.access.keys import create_key
from services.access.sessions import Person, open_session
from services.backing_up import back_up
from services.cli import app
from services.matcher.decisions.decisions import head_file
from services.matcher.decisions.packing import unpacked
from services.matcher.decisions.verify import verify
from services.persons import stores
from services.persons.erased import ERASED, keys_of
from tests.matcher_fixtures import settings_of
from tests.trust.report import Tried
from tests.trust.whole_app import CONVENED, PLACE, Whole, published, whole

__all__ = ["published", "whole"]
TENANT = "mine"
# Where each person of these checks is named, by themselves or by others.
TABLES = {
    "api_key", "sign_in", "place", "job_error", "match_record", "outcome",
    "screening_entry", "share", "idempotency",
}  # fmt: skip


@dataclass(frozen=True)
class Contact:
    """An officer, with what tells who it is."""

    number: int

    @property
    def name(self) -> str:
        return f"Ana{self.number} Ruiz Etxeberria{self.number}"

    @property
    def strings(self) -> list[str]:
        number = self.number
        return [self.name, f"ana{number}.ruiz@city{number}.example", f"+34 600 {number:03} 123"]


def named(whole: Whole, contact: Contact) -> None:
    """Name a person in every table that may."""
    number, (name, mail, phone) = contact.number, contact.strings

    def made(who: str, method: str, path: str, body: Any = None, **more: Any) -> Any:
        answer = whole.ask(method, path, who, json=body, **more)
        assert answer.status_code < 300, answer.text
        return answer.json()

    with database_at(whole.app.state.settings.url) as database, database.begin() as session:
        create_key(session, TENANT, ["match"], name)
        person = Person(TENANT, name.upper(), "match", None)
        open_session(session, person, now() + timedelta(hours=1))
    place = {"name": f"Town {number}", "kind": "city", "country": "ES"}
    office = {"contact_office": f"Housing office, {name}, {mail}, {phone}"}
    made("ingest", "PUT", f"/v1/ingest/places/x:town-{number}", place | office)
    file = {"file": ("a.csv", f"id,name,kind,country\nx:a,A,{name},ES\n".encode())}
    made("ingest", "POST", "/v1/ingest/files?kind=places", files=file)
    asked = {"place_id": PLACE, "limit": 3, "text": f"Homes for all, asks {name.replace(' ', '-')}"}
    match = made("match", "POST", "/v1/matches/peers", asked)
    whole.app.state.decisions.recorder.flush()
    told = {"result_id": match["results"][0]["place"]["id"], "outcome": "declined"}
    told |= {"at": "2026-01-01", "why": f"Call {name}:\n{phone}"}
    made("match", "POST", f"/v1/matches/{match['match_id']}/outcomes", told)
    key = {"Idempotency-Key": f"{number}", **whole.headers["match"]}
    path = f"/v1/matches/{match['match_id']}/shares"
    assert whole.away.post(path, json={"note": f"From {mail}"}, headers=key).status_code == 201
    applicant = {"applicants": [{"place": place | office | {"id": "x:applies"}}]}
    path = f"/v1/collaborations/{CONVENED}/screenings"
    screening = made("convene", "POST", path, applicant)["screening_id"]
    note = {"kind": "note", "author": name, "text": f"They wrote from {mail}."}
    made("convene", "POST", f"{path}/{screening}/entries", note)


def store_of(settings: Settings) -> Path:
    """Where the snapshots of a data directory go for other machines to fetch them."""
    return settings.var.with_name(f"{settings.var.name}-store")


def run(settings: Settings, *words: str) -> list[str]:
    """A command of the service; answers with its lines."""
    secret = settings.secret.get_secret_value()
    env = {"COUNTERPART_VAR": str(settings.var), "COUNTERPART_SECRET": secret}
    env["COUNTERPART_SNAPSHOT_STORE"] = store_of(settings).as_uri()
    ended = CliRunner(env=env).invoke(app, list(words))
    assert ended.exit_code == 0, ended.output
    return ended.stdout.splitlines()


def everything(settings: Settings) -> str:
    """All bytes of a data directory as text, and what is packed in them as it was."""
    parts = [path.read_bytes() for path in sorted(settings.var.rglob("*")) if path.is_file()]
    with database_at(settings.url) as database, database() as session:
        parts += [unpacked(answer) for answer in session.scalars(select(MatchRow.answer))]
    store = SnapshotStore(settings.snapshots)
    for folder in store.folder.iterdir():
        if folder.is_dir():
            snapshot = Snapshot(folder)
            facts = [snapshot.places.facts(row) for row in range(len(snapshot.places))]
            parts += [str(facts).encode(), str(snapshot.collaborations).encode()]
    return b"\n".join(parts).decode("utf-8", "replace").casefold()


def traces(settings: Settings, contacts: list[Contact]) -> list[str]:
    """What still tells who somebody is."""
    text = everything(settings)
    return [s for contact in contacts for s in contact.strings if s.casefold() in text]


def faults(settings: Settings) -> list[str]:
    engine = connect(settings.url)
    found = verify(sessions(engine), head_file(settings)).faults
    engine.dispose()
    return found


def erased(whole: Whole, contacts: list[Contact], folder: Path, tried: Tried) -> None:
    """Erase each in one call; nothing is left, here or where an older backup is put back."""
    settings: Settings = whole.app.state.settings
    keys = settings.var.parent / "keys"
    run(settings, "publish")
    tried(len(traces(settings, contacts)) == 3 * len(contacts), "the check looks where nothing is")
    back_up(settings, folder / "before")
    for contact in contacts:
        lines = run(settings, "persons", "export", *contact.strings, "--tenant", TENANT)
        tables = {table for table in TABLES if any(f'"table":"{table}"' in line for line in lines)}
        tried(tables == TABLES, f"the export lacks {TABLES - tables}")
        name = ("--tenant", TENANT, "--keys", str(keys))
        said = run(settings, "persons", "erase", *contact.strings, *name)
        tried(said[-1].startswith("person-"), said)
    held = everything(settings)
    for pseudonym, key in keys_of(keys).items():
        tried(pseudonym in held, f"{pseudonym} stands nowhere")
        tried(key.hex() not in held, f"the key of {pseudonym} was not dropped")
    left = traces(settings, contacts)
    for contact in contacts:
        for string in contact.strings:
            tried(string not in left, f"{string} is left")
    tried(faults(settings) == [], faults(settings))
    kept = {path.name for path in store_of(settings).iterdir()} - {CURRENT}
    tried(kept == {SnapshotStore(settings.snapshots).current()}, f"other machines keep {kept}")
    elsewhere = settings_of(folder / "elsewhere")
    told = ("--erased", str(settings.var / ERASED), "--keys", str(keys))
    run(elsewhere, "restore", str(folder / "before"), *told)
    tried(traces(elsewhere, contacts) == [], f"restored: {traces(elsewhere, contacts)}")
    tried(faults(elsewhere) == [], faults(elsewhere))


@pytest.mark.check(39, "Persons handed out and erased, in every store", few=1, full=20)
def test_who_is_erased_is_nowhere(
    whole: Whole, tmp_path: Path, count: int, tried: Tried, capfd: pytest.CaptureFixture[str]
) -> None:
    contacts = [Contact(number) for number in range(count)]
    for contact in contacts:
        named(whole, contact)
    erased(whole, contacts, tmp_path, tried)
    told = "".join(capfd.readouterr()).casefold()
    tried(not any(s.casefold() in told for c in contacts for s in c.strings), "a log names one")
    tried.note(f"{3 * count} strings")
    tried.done()


@pytest.mark.planted(39, "an erasure that passes over what others wrote of a person")
def test_a_store_that_is_passed_over_is_found(
    whole: Whole, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    contact, tried = Contact(900), Tried()
    named(whole, contact)
    monkeypatch.setattr(stores, "_NEVER", stores._NEVER | {"outcome"})
    erased(whole, [contact], tmp_path, tried)
    assert any("is left" in failure for failure in tried.failures)


def test_what_is_wrong_is_corrected_and_answers_stay(whole: Whole) -> None:
    contact, settings = Contact(500), whole.app.state.settings
    named(whole, contact)
    right = "Ane Ruiz Etxeberria"
    run(settings, "persons", "correct", contact.name, "--tenant", TENANT, "--right", right)
    lines = run(settings, "persons", "export", contact.name, "--tenant", TENANT)
    assert {line.split('"')[3] for line in lines} == {"match_record"}
    lines = run(settings, "persons", "export", right, "--tenant", TENANT)
    assert any(right in line and '"table":"place"' in line for line in lines)
    assert faults(settings) == []
