"""Check 2: a publish that is killed at a named point leaves the old snapshot or the new, whole."""

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from models.database import Sessions, connect, sessions
from models.errors import SnapshotRefused
from models.records import Place
from models.settings import Settings
from models.snapshot import Snapshot, SnapshotStore
from models.tables import PUBLIC, PlaceRow
from services.ingest.upsert import ensure_tenant, upsert_places
from tests.trust.mortals import KILLED, Mortals
from tests.trust.report import Tried

IMPORT_POINTS = ["import-before-commit", "import-after-commit"]
# In the order in which a publish comes by; from the pointer on, the new one counts.
OLD_POINTS = [
    "embed-before-commit",
    "embed-kept",
    "publish-built",
    "promote-manifest",
    "promote-synced",
    "promote-renamed",
    "promote-before-pointer",
    "promote-pointer-written",
]
NEW_POINTS = [
    "promote-after-pointer",
    "publish-promoted",
    "publish-before-prune",
    "prune-renamed",
    "publish-pruned",
]
LEFT = (".building-", ".CURRENT-", ".going-")


@pytest.fixture
def opened(doomed: Settings) -> Iterator[Sessions]:
    engine = connect(doomed.url)
    yield sessions(engine)
    engine.dispose()


def with_place(opened: Sessions, text: str) -> None:
    """A city whose description is new: it is read, and the snapshot is another one."""
    facts = {"id": "gn:1", "name": "A", "kind": "city", "country": "DE", "description": text}
    with opened.begin() as session:
        ensure_tenant(session, PUBLIC)
        upsert_places(session, [Place.model_validate(facts)], PUBLIC)


def served(settings: Settings) -> str | None:
    """The snapshot that a matcher would take, every byte of it read; None where there is none."""
    store = SnapshotStore(settings.snapshots)
    current = store.current()
    try:
        return Snapshot(store.path(current or "")).id
    except (SnapshotRefused, OSError):
        return None


def killed_at(
    point: str, mortals: Mortals, settings: Settings, tried: Tried, what: str = "publishing"
) -> None:
    """Kill a publish there, and see what is served; then publish as if nothing had been."""
    before = served(settings)
    tried(mortals.begin(what, settings, point).ended() == KILLED, f"{point} was not reached")
    after = served(settings)
    is_new = after not in (None, before)
    tried(after is not None and is_new == (point in NEW_POINTS), f"{point}: {before} -> {after}")
    tried(mortals.begin("publishing", settings).ended() == 0, f"{point}: no publish after it")
    tried(served(settings) not in (None, before), f"{point}: the old one after a publish")
    kept = [path.name for path in settings.snapshots.iterdir()]
    tried(not [name for name in kept if name.startswith(LEFT)], f"{point}: left {kept}")


@pytest.mark.check(2, "A publish killed at each named point", few=1, full=5)
def test_a_killed_publish_leaves_the_old_or_the_new(
    mortals: Mortals, doomed: Settings, opened: Sessions, count: int, tried: Tried
) -> None:
    with_place(opened, "First")
    assert mortals.begin("publishing", doomed).ended() == 0
    for number in range(count):
        for point in OLD_POINTS + NEW_POINTS:
            with_place(opened, f"{point} {number}")
            killed_at(point, mortals, doomed, tried)
    tried.note(f"{len(OLD_POINTS + NEW_POINTS)} points, {count} times each")
    tried.done()


@pytest.mark.planted(2, "the old snapshot goes before the new one counts")
def test_dropping_the_old_first_is_found(
    mortals: Mortals, doomed: Settings, opened: Sessions
) -> None:
    with_place(opened, "First")
    assert mortals.begin("publishing", doomed).ended() == 0
    with_place(opened, "Second")
    tried = Tried()
    killed_at("promote-pointer-written", mortals, doomed, tried, "publishing_carelessly")
    assert any("-> None" in failure for failure in tried.failures)


@pytest.mark.check(2, "An import killed around a commit", few=1, full=5)
def test_a_killed_import_is_whole_up_to_a_commit(
    mortals: Mortals, doomed: Settings, opened: Sessions, count: int, tried: Tried
) -> None:
    lines = [f"gn:{number},Place {number},city,DE\n" for number in range(250)]
    (doomed.var / "places.csv").write_text("id,name,kind,country\n" + "".join(lines))
    for _ in range(count):
        for point, time in ((point, time) for point in IMPORT_POINTS for time in (1, 3)):
            with opened.begin() as session:
                for row in session.scalars(select(PlaceRow)):
                    session.delete(row)
            child = mortals.begin("importing", doomed, f"{point}:{time}")
            tried(child.ended() == KILLED, f"{point} was not reached")
            with opened() as session:
                there = len(session.scalars(select(PlaceRow.id)).all())
            commits = time - (point == "import-before-commit")
            tried(there == min(250, 100 * commits), f"{point}:{time} left {there}")
            tried(mortals.begin("importing", doomed).ended() == 0, f"{point}: sent again")
    tried.done()


def test_a_snapshot_damaged_on_disk_is_made_anew_by_a_publish(
    mortals: Mortals, doomed: Settings, opened: Sessions
) -> None:
    """The same facts give the same name, and what has that name may be half gone."""
    with_place(opened, "First")
    assert mortals.begin("publishing", doomed).ended() == 0
    before = served(doomed)
    assert before is not None
    (doomed.snapshots / before / "place_records.bin").unlink()
    assert served(doomed) is None
    assert mortals.begin("publishing", doomed).ended() == 0
    assert served(doomed) == before
