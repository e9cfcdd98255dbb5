"""PostgreSQL's row-level security: the statements that migrations and `migrate` give."""

from collections.abc import Iterator

from sqlalchemy import Engine, text

from models.tenancy import EVERY, SETTING

TENANT = f"current_setting('{SETTING}', true)"
MINE = f"{{column}} = {TENANT} OR {TENANT} = '{EVERY}'"
# The app adds to the log; nobody changes it.
_ONLY_ADDED_TO = "audit"


def isolate(table: str, mine: str = MINE.format(column="tenant_id")) -> Iterator[str]:
    """Statements that give a table's rows to their tenant alone; its owner is no exception."""
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY"
    yield f"CREATE POLICY {table}_tenant ON {table} USING ({mine}) WITH CHECK ({mine})"


def readable_by_all(table: str) -> str:
    """A statement that lets every tenant read the public's rows; no tenant set reads none."""
    known = f"COALESCE({TENANT}, '') <> ''"
    return (
        f"CREATE POLICY {table}_public ON {table} FOR SELECT "
        f"USING (tenant_id = 'public' AND {known})"
    )


def release(table: str) -> Iterator[str]:
    """Statements that take it all back."""
    for name in ("public", "tenant"):
        yield f"DROP POLICY IF EXISTS {table}_{name} ON {table}"
    yield f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY"
    yield f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"


def grant(engine: Engine, role: str) -> None:
    """Let a role that owns nothing work with the tables, as the service needs to."""
    name = engine.dialect.identifier_preparer.quote(role)
    with engine.begin() as connection:
        for statement in (
            f"GRANT USAGE ON SCHEMA public TO {name}",
            f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
            f"REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {name}",
            f"REVOKE UPDATE, DELETE, TRUNCATE ON {_ONLY_ADDED_TO} FROM {name}",
        ):
            connection.execute(text(statement))


def bypasses(engine: Engine) -> bool:
    """Whether the engine's role is one that row-level security does not hold for."""
    if engine.dialect.name != "postgresql":
        return False
    query = "SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"
    with engine.connect() as connection:
        return bool(connection.scalar(text(query)))
