"""One small published catalogue for the golden cases and the tests of the matcher.

Real rows of the default catalogue, chosen by a fixed rule, and all its collaborations, are
public; what the golden cases make up belongs to a tenant of its own, so that it never stands
among the real answers. It is built once for a whole run, whatever the number of workers.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from zlib import crc32

import pytest
import yaml
from fastapi.testclient import TestClient
from filelock import FileLock
from pydantic import SecretStr

from models.data_tables import DATA
from models.database import connect, migrate, sessions
from models.embedding import load_embedder
from models.records import Collaboration, Commitment, Fact, Place
from models.settings import Settings
from models.snapshot import Snapshot, SnapshotStore
from models.tables import PUBLIC
from models.taxonomy import PlaceKind
from services.access.callers import create_key
from services.ingest.default import ORIGIN, places
from services.ingest.publish import publish
from services.ingest.sources.collaborations import collaborations, memberships
from services.ingest.sources.overrides import overrides
from services.ingest.upsert import (
    ensure_tenant,
    replace_commitments,
    upsert_collaborations,
    upsert_places,
)
from services.matcher.app import create_app

GOLDEN = Path(__file__).parent / "golden"
MADE_UP = GOLDEN / "fixtures.yaml"
TENANT, OTHER_TENANT = "golden", "stranger"
LOOPBACK = ("127.0.0.1", 5000)
# Of the cities of 100,000 residents and more one in 20, of the governed regions one in 12, of the
# metropolitan authorities and rural areas, most of which bring a text to embed, one in two: by
# their ids, so that a row more or less in the catalogue changes no other choice.
BIG_CITY = 100_000
EVERY = {
    PlaceKind.CITY: 20,
    PlaceKind.REGION: 12,
    PlaceKind.METRO_AUTHORITY: 2,
    PlaceKind.RURAL_AREA: 2,
}
# A region without a government, and what tests of the matcher name besides the golden cases.
NAMED = {"iso:GB-ENG", "gn:3648559"}
_ID = re.compile(r"\b(?:gn|iso|cp):[A-Za-z0-9][A-Za-z0-9._-]*")


@dataclass(frozen=True)
class Published:
    """Where the published catalogue lies, and the keys of the two tenants.

    `pristine` is the same, never served: what a served one records goes on while it is copied.
    """

    settings: Settings
    keys: dict[str, str]
    pristine: Path

    def copied(self, folder: Path) -> "Published":
        """The same in a folder of its own, for whoever changes it."""
        shutil.copytree(self.pristine, folder)
        return replace(self, settings=settings_of(folder))

    def snapshot(self) -> Snapshot:
        store = SnapshotStore(self.settings.snapshots)
        current = store.current()
        assert current is not None
        return Snapshot(store.path(current))


def _named() -> set[str]:
    """Places that the report, the lists of members or a golden case name."""
    found = {place.id for place in overrides(DATA / "places")} | NAMED
    found |= {member.place_id for member in memberships(DATA / "memberships.csv")}
    for path in GOLDEN.glob("*.yaml"):
        found |= set(_ID.findall(path.read_text(encoding="utf-8")))
    return {key for key in found if key}


def _small(every: list[Place]) -> Iterator[Place]:
    named = _named()
    for place in sorted(every, key=lambda p: p.id or ""):
        if place.kind is PlaceKind.CITY:
            counts = (place.population or 0) >= BIG_CITY
        else:
            counts = bool(place.has_government)
        chosen = crc32((place.id or "").encode()) % EVERY[place.kind] == 0
        if place.id in named or (counts and chosen):
            yield place


def _known_members() -> Iterator[tuple[str, Commitment]]:
    for member in memberships(DATA / "memberships.csv"):
        if member.place_id:
            fact = Fact(source=member.source, date=member.as_of, status=member.status)
            yield (
                member.place_id,
                Commitment(
                    collaboration=member.collaboration,
                    role=member.role,
                    since=member.since,
                    provenance={"*": fact},
                ),
            )


def settings_of(folder: Path) -> Settings:
    """Settings that no environment variable and no file of this machine can change."""
    return Settings(
        _env_file=None,
        var=folder,
        database_url=f"sqlite:///{folder / 'counterpart.db'}",
        snapshot_store=str(folder / "snapshots"),
        embedding_model="auto",
        secret=SecretStr("of the tests"),
        public_read=False,
        webhook_seconds=0,
        compiled_search=False,
    )


def _build(folder: Path) -> None:
    """Load, embed and publish the small catalogue in a folder."""
    settings = settings_of(folder)
    engine = connect(settings.url)
    migrate(engine)
    made_up: dict[str, Any] = yaml.safe_load(MADE_UP.read_text(encoding="utf-8"))
    with sessions(engine).begin() as session:
        ensure_tenant(session, PUBLIC)
        keys = {name: create_key(session, name, ["match"]) for name in (TENANT, OTHER_TENANT)}
        upsert_places(session, _small(list(places())))
        upsert_collaborations(session, collaborations(DATA / "collaborations"))
        replace_commitments(session, ORIGIN, _known_members())
        upsert_places(session, map(Place.model_validate, made_up["places"]), TENANT)
        upsert_collaborations(
            session, map(Collaboration.model_validate, made_up["collaborations"]), TENANT
        )
        store = SnapshotStore(settings.snapshots)
        if candidate := os.environ.get("COUNTERPART_CANDIDATE_WEIGHTS"):
            store.folder.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(candidate, store.weights)
        publish(session, store, load_embedder("auto"))
    engine.dispose()
    (folder / "keys.yaml").write_text(yaml.safe_dump(keys))


@pytest.fixture(scope="session")
def published(tmp_path_factory: pytest.TempPathFactory) -> Published:
    """The small catalogue, built by whichever worker comes first; each works on a copy."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    built = shared / "small-catalogue"
    with FileLock(shared / "small-catalogue.lock"):
        if not (built / "keys.yaml").exists():
            shutil.rmtree(built, ignore_errors=True)
            _build(built)
    own = tmp_path_factory.mktemp("catalogue") / "var"
    shutil.copytree(built, own)
    return Published(settings_of(own), yaml.safe_load((own / "keys.yaml").read_text()), built)


@pytest.fixture(scope="session")
def client(published: Published) -> Iterator[TestClient]:
    """The matcher's real API on the small catalogue, asked from loopback."""
    app = create_app(published.settings)
    with TestClient(app, client=LOOPBACK, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture(scope="session")
def key(published: Published) -> dict[str, str]:
    """The headers of the tenant that the made-up records belong to."""
    return {"Authorization": f"Bearer {published.keys[TENANT]}"}


@pytest.fixture(scope="session")
def snapshot(published: Published) -> Snapshot:
    """The snapshot that the client answers from."""
    return published.snapshot()
