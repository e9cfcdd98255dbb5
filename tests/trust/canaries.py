"""Rows of two tenants in every table, each marked with a string that only its tenant may see."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, Date, Engine, Integer, LargeBinary, String, insert
from sqlalchemy import Table as SqlTable
from sqlalchemy.orm import DeclarativeBase

from models.tables import PUBLIC, Table
from models.tables.base import UtcTime

MINE, THEIRS = "mine", "theirs"
AT = datetime(2026, 1, 1, tzinfo=UTC)
# Tables whose rows are a tenant's without a column `tenant_id`.
OTHERWISE = {"job_error", "job_file", "share"}
# What stands in for a value that a table checks.
FITTING: dict[str, dict[str, Any]] = {
    "commitment": {"partner_id": None},
    "job": {"state": "done"},
    "sign_in": {"key_hash": None},
}


def canary(tenant: str, number: int) -> str:
    return f"canary-{tenant}-{number}"


def private_tables() -> Iterator[type[DeclarativeBase]]:
    """The classes of all tables that hold tenants' rows."""
    for mapper in Table.registry.mappers:
        if mapper.class_.__tablename__ in OTHERWISE or hasattr(mapper.class_, "tenant_id"):
            yield mapper.class_


def fill(owner: Engine, rows: int) -> None:
    """Give both tenants their rows, past every guard."""
    with owner.begin() as connection:
        tenants = [
            {"id": tenant, "name": tenant, "created_at": AT} for tenant in (MINE, THEIRS, PUBLIC)
        ]
        connection.execute(insert(_table("tenant")), tenants)
        names = {table.__tablename__ for table in private_tables()}
        for table in Table.metadata.sorted_tables:
            if table.name in names:
                content = [_row(table, t, n) for t in (MINE, THEIRS) for n in range(rows)]
                connection.execute(insert(table), content)


def _table(name: str) -> SqlTable:
    return Table.metadata.tables[name]


def _row(table: SqlTable, tenant: str, number: int) -> dict[str, Any]:
    row = {column.name: _value(column, tenant, number) for column in table.columns}
    if table.name == "audit":
        row["sequence"] = number + (1_000_000 if tenant == THEIRS else 1)
    return row | FITTING.get(table.name, {})


def _value(column: Column[Any], tenant: str, number: int) -> Any:
    if column.name in ("tenant_id", "offered_by", "accepted_by"):
        return tenant
    match column.type:
        case UtcTime():
            return AT
        case Date():
            return AT.date()
        case Integer():
            return number
        case LargeBinary():
            return canary(tenant, number).encode()
        case String():
            return canary(tenant, number)[-(column.type.length or 100) :]
    raise NotImplementedError(f"{column.table.name}.{column.name}: give it a value in FITTING")
