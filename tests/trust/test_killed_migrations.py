"""Check 25: a migration that is killed is run again; up, down and up again loses no row."""

import random

import pytest
from sqlalchemy import Engine, TextClause, inspect, text

from models.database import connect, downgrade, drift, is_migrated, migrate
from models.settings import Settings
from tests.trust.canaries import fill
from tests.trust.conftest import FULL
from tests.trust.mortals import KILLED, Mortals
from tests.trust.report import Tried
from tests.trust.work import SAID, STATEMENT

ROWS = 5_000 if FULL else 50
VERSION = "alembic_version"


def emptied(settings: Settings) -> None:
    for path in settings.var.glob("counterpart.db*"):
        path.unlink()


def killed(
    mortals: Mortals, settings: Settings, count: int, chance: random.Random, tried: Tried,
    what: str = "migrating",
) -> int:  # fmt: skip
    """Kill so many migrations of an empty database; answers with how many statements they have."""
    emptied(settings)
    assert mortals.begin(what, settings).ended() == 0
    statements = int((settings.var / SAID).read_text())
    for number in range(count):
        emptied(settings)
        at = 1 + int(statements * (number + chance.random()) / count)
        ended = mortals.begin(what, settings, f"{STATEMENT}:{at}").ended()
        tried(ended == KILLED, f"statement {at} was not reached")
        ended = mortals.begin("migrating", settings).ended()
        tried(ended == 0, f"killed at statement {at} of {statements}, it does not run again")
    return statements


@pytest.mark.check(25, "A migration killed at a statement, and run again", few=4, full=40)
def test_a_killed_migration_runs_again(
    mortals: Mortals, doomed: Settings, count: int, chance: random.Random, tried: Tried
) -> None:
    statements = killed(mortals, doomed, count, chance, tried)
    engine = connect(doomed.url)
    tried(is_migrated(engine), "not migrated")
    drift(engine)
    engine.dispose()
    tried.note(f"of {statements}")
    tried.done()


@pytest.mark.planted(25, "each change of the schema is committed by itself")
def test_a_migration_in_pieces_is_found(
    mortals: Mortals, doomed: Settings, chance: random.Random
) -> None:
    tried = Tried()
    killed(mortals, doomed, 8, chance, tried, "migrating_piecemeal")
    assert any("run again" in failure for failure in tried.failures)


Columns = dict[str, list[str]]


def columns(engine: Engine) -> Columns:
    found = inspect(engine)
    return {
        name: [column["name"] for column in found.get_columns(name)]
        for name in found.get_table_names()
        if name != VERSION
    }


def _select(name: str, names: list[str]) -> TextClause:
    quoted = ", ".join(f'"{column}"' for column in names)
    return text(f'SELECT {quoted} FROM "{name}"')


def content(engine: Engine, of: Columns) -> dict[str, list[str]]:
    """Every row of some tables, in order, as far as some columns go."""
    with engine.connect() as connection:
        return {
            name: sorted(repr(tuple(row)) for row in connection.execute(_select(name, names)))
            for name, names in of.items()
        }


@pytest.mark.check(25, "Up, down and up again with rows", few=1, full=1)
@pytest.mark.usefixtures("count")
def test_no_row_is_lost_by_going_back_and_forth(owner: Engine, tried: Tried) -> None:
    fill(owner, ROWS)
    everything = columns(owner)
    whole = content(owner, everything)
    downgrade(owner, "-1")
    older = columns(owner)
    kept = {
        name: [column for column in names if column in older.get(name, ())]
        for name, names in everything.items()
        if name in older
    }
    gone = content(owner, kept)
    migrate(owner)
    drift(owner)
    after = content(owner, kept)
    for name in sorted(kept):
        tried(after[name] == gone[name], f"{name} was changed")
        tried(len(after[name]) == len(whole[name]), f"{name}: rows were lost")
    for name in sorted(whole):
        tried(bool(whole[name]) or name in ("text_vector", "snapshot"), f"{name} was empty")
    downgrade(owner, "base")
    tried(inspect(owner).get_table_names() in ([], [VERSION]), "something is left")
    migrate(owner)
    tried(is_migrated(owner), "not migrated")
    drift(owner)
    tried.done()
