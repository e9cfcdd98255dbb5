"""A database that a test has had is as good as new, or nobody has it again."""

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from tests.conftest import TEMPLATE
from tests.databases import Databases, administer, connected

OID = "SELECT oid FROM pg_database WHERE datname = current_database()"


@pytest.fixture
def databases(postgres: URL) -> Databases:
    return Databases(postgres, TEMPLATE)


def test_rows_are_gone_and_numbers_begin_anew(databases: Databases) -> None:
    with databases.one() as first, connected(first) as connection:
        connection.execute(
            text("INSERT INTO tenant (id, name, created_at) VALUES ('tartu', 'Tartu', now())")
        )
        connection.execute(text("SELECT nextval(seqrelid) FROM pg_sequence"))
        oid = connection.scalar(text(OID))
    with databases.one() as again, connected(again) as connection:
        assert connection.scalar(text(OID)) == oid
        assert connection.scalar(text("SELECT count(*) FROM tenant")) == 0
        assert connection.scalar(text("SELECT count(*) FROM alembic_version")) == 1
        called = "SELECT count(*) FROM pg_sequences WHERE last_value IS NOT NULL"
        assert connection.scalar(text(called)) == 0


@pytest.mark.parametrize(
    "change",
    [
        "CREATE TABLE more (id int)",
        "ALTER TABLE tenant DISABLE ROW LEVEL SECURITY",
        "GRANT TRUNCATE ON tenant TO counterpart_app",
        "UPDATE alembic_version SET version_num = 'older'",
        "COMMENT ON SCHEMA queue IS '0.0.1'",
    ],
)
def test_what_was_changed_beyond_rows_is_not_had_again(databases: Databases, change: str) -> None:
    with databases.one() as first, connected(first) as connection:
        connection.execute(text(change))
        oid = connection.scalar(text(OID))
    with databases.one() as again, connected(again) as connection:
        assert connection.scalar(text(OID)) != oid


def test_whoever_had_it_before_does_not_come_back(databases: Databases) -> None:
    with databases.one() as first:
        left = create_engine(first, pool_pre_ping=True)
        with left.connect() as connection:
            connection.execute(text("SELECT 1"))
    with databases.one() as again:
        with pytest.raises(OperationalError, match="does not exist"), left.connect():
            pass
        administer(again, "SELECT 1")
    left.dispose()
