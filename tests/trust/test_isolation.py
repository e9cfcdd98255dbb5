"""A tenant's rows stay its own below the API: 16 connections, random SQL, sessions gone wrong."""

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from typing import Any

import pytest
from sqlalchemy import Engine, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.orm import Session

from models import tenancy
from models.database import Sessions, callers_sessions, connect
from models.row_security import bypasses
from models.tables import CollaborationRow, Job, JobError, PlaceRow, Table, Tenant
from models.tables.records import PUBLIC
from models.tenancy import OutOfReach, TenantSession, acting, limit
from tests.trust.canaries import MINE, THEIRS, canary, fill, private_tables
from tests.trust.report import Tried

CANARIES = 50
CONNECTIONS = 16
ON_POSTGRESQL = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
REFUSED = (OutOfReach, DBAPIError, StatementError)


@pytest.fixture
def filled(owner: Engine) -> Engine:
    fill(owner, CANARIES)
    return owner


@pytest.fixture
def callers(engine: Engine, filled: Engine) -> Sessions:
    assert filled.url.database == engine.url.database
    return callers_sessions(engine)


def seen(session: Session) -> str:
    """All that a session can read, by whole rows, single columns, counts and joins."""
    found: list[Any] = []
    for table in private_tables():
        columns = table.__table__.columns
        found += [
            [getattr(row, column.name, None) for column in columns]
            for row in session.scalars(select(table))
        ]
        found += session.execute(select(*[getattr(table, c.key) for c in columns])).all()
    found += session.execute(select(JobError, Job).join(Job, Job.id == JobError.job_id)).all()
    found += session.scalars(select(Tenant.id)).all()
    return repr(found)


def leaks(callers: Sessions, tenant: str | None, tried: Tried) -> None:
    """Read everything as a tenant, and look for each canary of the other one."""
    others = [THEIRS] if tenant == MINE else [MINE, THEIRS] if tenant is None else [MINE]
    with acting(tenant), callers() as session:
        everything = seen(session)
        if tenant is not None:
            assert canary(tenant, 0) in everything
        for other in others:
            for number in range(CANARIES):
                tried(canary(other, number) not in everything, canary(other, number))


@pytest.mark.check(30, "Rows of another tenant, by the mapper", few=1, full=1)
def test_a_tenant_reads_its_own(callers: Sessions, tried: Tried) -> None:
    for tenant in (MINE, THEIRS, None):
        leaks(callers, tenant, tried)
    tried.done()


@pytest.mark.planted(30, "a mapper without its conditions, on SQLite")
def test_without_the_conditions_canaries_are_found(
    callers: Sessions, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tenancy, "_condition", lambda *_, **__: None)
    tried = Tried()
    leaks(callers, MINE, tried)
    # On PostgreSQL the database itself still holds them back.
    assert bool(tried.failures) == (engine.dialect.name == "sqlite")


def test_a_tenant_changes_nothing_of_another(callers: Sessions, filled: Engine) -> None:
    with acting(MINE), callers.begin() as session:
        changed = session.execute(update(PlaceRow).values(name="mine now"))
        assert changed.rowcount == CANARIES  # type: ignore[attr-defined]
    with filled.connect() as connection:
        count = select(func.count()).where(PlaceRow.name == "mine now")
        assert connection.scalar(count) == CANARIES


def foreign_place(**more: Any) -> PlaceRow:
    facts: dict[str, Any] = {"kind": "city", "country": "ES", "name": "A", "record": "{}"}
    return PlaceRow(content_hash="", **(facts | {"tenant_id": THEIRS, "id": "x:new"} | more))


def test_a_tenant_writes_nothing_for_another(callers: Sessions) -> None:
    def write(session: Session, place: PlaceRow) -> None:
        session.add(place)
        session.flush()

    def write_rows(session: Session, place: PlaceRow) -> None:
        names = [column.name for column in PlaceRow.__table__.columns]
        session.execute(insert(PlaceRow), [{name: getattr(place, name) for name in names}])

    def write_past_the_mapper(session: Session, place: PlaceRow) -> None:
        names = [column.name for column in PlaceRow.__table__.columns]
        values = {name: getattr(place, name) for name in names}
        session.execute(insert(Table.metadata.tables["place"]), [values])

    for how in (write, write_rows, write_past_the_mapper):
        for tenant, whose in product((MINE, None), (THEIRS, PUBLIC)):
            with acting(tenant), callers() as session, pytest.raises(REFUSED):
                how(session, foreign_place(tenant_id=whose))


def test_the_same_id_of_another_tenant_is_no_clash(callers: Sessions) -> None:
    theirs = canary(THEIRS, 0)
    with acting(MINE), callers.begin() as session:
        session.add(foreign_place(tenant_id=MINE, id=theirs))
    with acting(MINE), callers() as session:
        assert session.get_one(PlaceRow, (MINE, theirs)).name == "A"
        assert session.get(PlaceRow, (THEIRS, theirs)) is None


def test_the_public_s_records_are_read_by_all_and_by_nobody_unknown(
    callers: Sessions, filled: Engine
) -> None:
    with filled.begin() as connection:
        moved = update(CollaborationRow).where(CollaborationRow.id == canary(THEIRS, 1))
        connection.execute(moved.values(tenant_id=PUBLIC))
    for tenant, expected in ((MINE, CANARIES + 1), (PUBLIC, 1), (None, 0)):
        with acting(tenant), callers() as session:
            assert session.scalar(select(func.count()).select_from(CollaborationRow)) == expected


def test_a_session_can_be_left_one_tenant(engine: Engine, filled: Engine) -> None:
    assert filled is not None
    with TenantSession(engine, info=dict(tenancy.OF_ALL)) as session:
        assert canary(THEIRS, 1) in seen(session)
        limit(session, MINE)
        session.expunge_all()
        assert canary(THEIRS, 1) not in seen(session)


@pytest.mark.check(30, "Random SQL as one tenant on PostgreSQL", few=150, full=5_000)
@ON_POSTGRESQL
def test_no_sql_reaches_another_tenant(
    callers: Sessions, count: int, chance: random.Random, tried: Tried
) -> None:
    names = [table.__tablename__ for table in private_tables()]
    for _ in range(count):
        one, two = chance.choice(names), chance.choice(names)
        statement = chance.choice(
            [
                f"SELECT row_to_json(a)::text FROM {one} a",
                f"SELECT row_to_json(a)::text FROM {one} a, {two} b LIMIT 500",
                f"SELECT string_agg(a::text, ',') FROM {one} a",
                f"WITH a AS (DELETE FROM {one} RETURNING *) SELECT a::text FROM a",
                f"SELECT a::text FROM {one} a WHERE true OR '{THEIRS}' = '{THEIRS}'",
                f"SELECT (SELECT max(b::text) FROM {two} b) FROM {one} a LIMIT 1",
                f"SELECT a::text FROM {one} a UNION ALL SELECT b::text FROM {two} b",
                f"SELECT a::text FROM {one} a FULL JOIN {two} b ON true LIMIT 500",
            ]
        )
        with acting(MINE), callers() as session:
            try:
                found = repr(session.execute(text(statement)).all())
            except DBAPIError:
                found = ""  # the log may only be added to, and what is referred to stays
            tried(f"canary-{THEIRS}" not in found, statement)
    tried.done()


def swaps(engine: Engine, count: int, chance: random.Random, tried: Tried) -> None:
    """Two tenants, and nobody, take turns on the connections of one pool."""
    sessions = callers_sessions(engine)
    turns = [chance.choice((MINE, THEIRS, None)) for _ in range(count)]

    def turn(tenant: str | None) -> set[str]:
        if tenant is None:
            with engine.connect() as connection:
                return set(connection.scalars(text("SELECT tenant_id FROM place")))
        with acting(tenant), sessions() as session:
            return set(session.scalars(select(PlaceRow.tenant_id)))

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        for tenant, found in zip(turns, pool.map(turn, turns), strict=True):
            tried(found == ({tenant} if tenant else set()), f"{tenant} saw {found}")


@pytest.fixture
def pooled(engine: Engine, filled: Engine) -> Iterator[Engine]:
    assert filled is not None
    pool = connect(engine.url.render_as_string(hide_password=False))
    yield pool
    pool.dispose()


@ON_POSTGRESQL
@pytest.mark.check(30, "Tenants taking turns on 16 connections", few=400, full=10_000)
def test_a_connection_forgets_whose_it_was(
    pooled: Engine, count: int, chance: random.Random, tried: Tried
) -> None:
    swaps(pooled, count, chance, tried)
    tried.done()


@ON_POSTGRESQL
@pytest.mark.planted(30, "SET in place of SET LOCAL")
def test_a_setting_that_outlives_its_transaction_is_caught(
    pooled: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tell(connection: Any, tenant: str | None) -> None:
        connection.execute(
            text("SELECT set_config('counterpart.tenant', :tenant, false)"),
            {"tenant": tenant or ""},
        )

    monkeypatch.setattr(tenancy, "tell", tell)
    tried = Tried()
    with acting(MINE), callers_sessions(pooled).begin() as session:
        session.scalars(select(PlaceRow.id)).first()
    with pooled.connect() as connection:
        found = set(connection.scalars(text("SELECT tenant_id FROM place")))
    tried(found == set(), found)
    assert tried.failures


@ON_POSTGRESQL
def test_row_security_holds_for_every_table_of_tenants(engine: Engine, filled: Engine) -> None:
    query = text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
    with engine.connect() as connection:
        guarded = set(connection.scalars(query))
        owned = set(
            connection.scalars(
                text("SELECT tablename FROM pg_tables WHERE tableowner=current_user")
            )
        )
    assert {table.__tablename__ for table in private_tables()} | {"tenant"} <= guarded
    assert owned == set()
    assert not bypasses(engine)
    assert bypasses(filled)


@ON_POSTGRESQL
def test_the_service_s_role_can_only_add_to_the_log(engine: Engine, filled: Engine) -> None:
    assert filled is not None
    for statement in ("UPDATE audit SET actor = ''", "DELETE FROM audit", "TRUNCATE audit"):
        with engine.connect() as connection, pytest.raises(DBAPIError, match="permission denied"):
            connection.execute(text(statement))


def test_a_table_of_tenants_is_known_by_its_column() -> None:
    without = {table.name for table in Table.metadata.sorted_tables} - {
        table.__tablename__ for table in private_tables()
    }
    assert without == {"tenant", "snapshot", "text_vector"}
