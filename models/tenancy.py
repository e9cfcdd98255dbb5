"""Tenants kept apart below the API: what a session may see is settled when it begins.

On PostgreSQL row-level security sees to it, by a setting that holds for the transaction alone.
On every database the mapper does too: reads get the tenant as a condition, writes are checked.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from sqlalchemy import ColumnElement, Connection, event, false, or_, select, text
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, with_loader_criteria

from models.request_transaction import whole_request
from models.tables import (
    PUBLIC,
    CollaborationRow,
    CommitmentRow,
    Job,
    JobError,
    JobFile,
    PlaceRow,
    ShareRow,
    Table,
    Tenant,
)

EVERY = "*"
"""The tenant of sessions that the service itself works with: it sees all of them."""

SETTING = "counterpart.tenant"
_TENANT = "tenant"
_CALLERS = object()
_acting: ContextVar[str | None] = ContextVar("acting_tenant", default=None)
# What every tenant may read of the public's.
READ_BY_ALL: tuple[type[Table], ...] = (PlaceRow, CollaborationRow, CommitmentRow)


class OutOfReach(RuntimeError):
    """A session was about to touch what is not its tenant's: a fault of ours, and nothing done."""


class TenantSession(Session):
    """A session for one tenant, for every one, or (with none known) for nothing."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        whole = whole_request()
        if whole is not None:
            joined = {"bind": whole.connection, "join_transaction_mode": "create_savepoint"}
            args, kwargs = (), {**kwargs, **joined}
        super().__init__(*args, **kwargs)
        if self.info.get(_TENANT) is _CALLERS:
            self.info[_TENANT] = _acting.get()


OF_ALL: dict[str, Any] = {_TENANT: EVERY}
OF_CALLERS: dict[str, Any] = {_TENANT: _CALLERS}


def act_for(tenant: str | None) -> None:
    """From here on in this request, callers' sessions are this tenant's."""
    _acting.set(tenant)


@contextmanager
def acting(tenant: str | None) -> Iterator[None]:
    """Callers' sessions that begin in here are this tenant's."""
    before = _acting.set(tenant)
    try:
        yield
    finally:
        _acting.reset(before)


def limit(session: Session, tenant: str) -> None:
    """Leave a session, in the middle of its transaction, nothing but one tenant's."""
    session.flush()
    session.info[_TENANT] = tenant
    if session.in_transaction():
        tell(session.connection(), tenant)


def tenant_of(session: Session) -> str | None:
    """Whose a session is; None is nobody's."""
    tenant: str | None = session.info.get(_TENANT, EVERY)
    return tenant


def tell(connection: Connection, tenant: str | None) -> None:
    """Say to the database whose rows this transaction sees."""
    if connection.dialect.name == "postgresql":
        # Local to the transaction: the next one on this connection may be another tenant's.
        statement = text("SELECT set_config(:name, :tenant, true)")
        connection.execute(statement, {"name": SETTING, "tenant": tenant or ""})


@event.listens_for(TenantSession, "after_begin")
def _begin(session: Session, _: SessionTransaction, connection: Connection) -> None:
    tell(connection, tenant_of(session))


@event.listens_for(TenantSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    tenant = tenant_of(state.session)
    if tenant == EVERY or state.is_column_load or state.is_relationship_load:
        return
    if not state.is_orm_statement:
        if state.session.get_bind().dialect.name != "postgresql":
            raise OutOfReach("a caller's session speaks to tables by their classes alone")
        return
    rows = state.parameters
    if state.is_insert or isinstance(rows, list):
        _check_rows(tenant, state, rows if isinstance(rows, list) else [rows or {}])
        return
    for mapper in Table.registry.mappers:
        condition = _condition(mapper.class_, tenant, reading=state.is_select)
        if condition is not None:
            state.statement = state.statement.options(
                with_loader_criteria(mapper.class_, condition, include_aliases=True)
            )


def _condition(table: type[Table], tenant: str | None, reading: bool) -> ColumnElement[bool] | None:
    """What a tenant's rows of a table have in common; None where it holds nobody's."""
    if table in (JobError, JobFile):
        mine = select(Job.id).where(Job.tenant_id == tenant)
        of_job = JobError.job_id if table is JobError else JobFile.job_id
        return false() if tenant is None else of_job.in_(mine)
    if table is ShareRow:
        both = or_(ShareRow.offered_by == tenant, ShareRow.accepted_by == tenant)
        return false() if tenant is None else both
    column = Tenant.id if table is Tenant else getattr(table, "tenant_id", None)
    if column is None:
        return None
    if tenant is None:
        return false()
    if reading and table in READ_BY_ALL:
        return or_(column == tenant, column == PUBLIC)
    condition: ColumnElement[bool] = column == tenant
    return condition


def _check_rows(tenant: str | None, state: ORMExecuteState, rows: Iterable[Any]) -> None:
    mapper = state.bind_mapper
    table = mapper.class_ if mapper is not None else None
    if table is None or not hasattr(table, "tenant_id"):
        return
    if any(row.get("tenant_id") != tenant for row in rows):
        raise OutOfReach(f"a row of {table.__name__} is not of the session's tenant")


@event.listens_for(TenantSession, "before_flush")
def _check_objects(session: Session, *_: Any) -> None:
    tenant = tenant_of(session)
    if tenant == EVERY:
        return
    for row in (*session.new, *session.dirty, *session.deleted):
        if tenant is None or tenant not in _whose(row, tenant):
            raise OutOfReach(f"a row of {type(row).__name__} is not of the session's tenant")


def _whose(row: object, tenant: str) -> tuple[str | None, ...]:
    if isinstance(row, ShareRow):
        return (row.offered_by, row.accepted_by)
    return (row.id,) if isinstance(row, Tenant) else (getattr(row, "tenant_id", tenant),)
