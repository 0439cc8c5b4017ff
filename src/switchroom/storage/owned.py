"""Whose a row is, and the wall between tenants: in a session with a tenant's scope, other tenants' rows are not there.

Every mapped class with a ``tenant_id`` is TenantOwned without saying so, so that none can be forgotten. In a scoped session

    select, update, delete    by a class: joined with ``tenant_id = scope``, wherever the class stands in the statement
                              by a plain table: the same, if the table stands alone; else refused
    insert, flush             refused unless every row is the scope's own
    raw SQL                   is not read here: on PostgreSQL the second wall stands behind it, see ``row_security``

What is refused is a Bug of ours. A session of the whole house is left alone.
"""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import Connection, Delete, FromClause, Insert, Select, String, Table, Update, event, text
from sqlalchemy.orm import (
    LoaderCriteriaOption,
    Mapped,
    ORMExecuteState,
    Session,
    SessionTransaction,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.orm.decl_api import DeclarativeAttributeIntercept

from switchroom.errors import Bug
from switchroom.identity import TenantId
from switchroom.storage.scope import SCOPE, WHOLE_HOUSE, Scope

OWNER: Final = "tenant_id"

SETTING: Final = "switchroom.tenant"
"""What PostgreSQL's policies go by; EVERYBODY for the whole house, and nothing for a stranger, who sees no rows."""
EVERYBODY: Final = "*"

_SCOPED = text(f"SELECT set_config('{SETTING}', :tenant, true)")


class TenantOwned:
    """The rows of one tenant each."""

    tenant_id: Mapped[str] = mapped_column(String(64))


class OwnedByColumn(DeclarativeAttributeIntercept):
    """Makes a mapped class TenantOwned that has a ``tenant_id``."""

    def __new__(mcs, name: str, bases: tuple[type, ...], namespace: dict[str, Any], **options: Any) -> "OwnedByColumn":
        """Return the class."""
        said = OWNER in namespace.get("__annotations__", {}) or OWNER in namespace
        if said and not any(issubclass(base, TenantOwned) for base in bases):
            bases = (*bases, TenantOwned)
        return super().__new__(mcs, name, bases, namespace, **options)


class ScopedSession(Session):
    """A session that heeds its scope."""


@event.listens_for(ScopedSession, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    scope = _scope(state.session)
    if scope is WHOLE_HOUSE:
        return
    statement = state.statement
    if isinstance(statement, Insert):
        _check_inserted(statement, state.parameters, scope)
    elif state.is_orm_statement:
        state.statement = statement.options(_criteria(scope))
    elif isinstance(statement, Select):
        state.statement = _alone(statement, statement.get_final_froms(), scope)
    elif isinstance(statement, Update | Delete):
        state.statement = _alone(statement, [statement.table], scope)


@event.listens_for(ScopedSession, "before_flush")
def _check_flushed(session: Session, _context: object, _instances: object) -> None:
    scope = _scope(session)
    if scope is WHOLE_HOUSE:
        return
    for row in (*session.new, *session.dirty):
        if isinstance(row, TenantOwned):
            _check(type(row).__name__, row.tenant_id, scope)


@event.listens_for(ScopedSession, "after_begin")
def _tell_the_server(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    scope = _scope(session)
    if scope is not WHOLE_HOUSE and connection.dialect.name == "postgresql":
        connection.execute(_SCOPED, {"tenant": scope})


def _scope(session: Session) -> Scope:
    try:
        scope: Scope = session.info[SCOPE]
    except KeyError as error:
        raise Bug("a session without a scope: open it by transaction() or snapshot()") from error
    return scope


@lru_cache(maxsize=1024)
def _criteria(scope: TenantId) -> LoaderCriteriaOption:
    return with_loader_criteria(TenantOwned, lambda owned: owned.tenant_id == scope, include_aliases=True)


def _alone(statement: Any, tables: Iterable[FromClause], scope: TenantId) -> Any:
    for table in tables:
        if isinstance(table, Table):
            statement = statement.where(table.c[OWNER] == scope) if OWNER in table.c else statement
        elif any(OWNER in part.c for part in _parts(table)):
            raise Bug("in a tenant's session, read joined tables by their classes: else they are everybody's")
    return statement


def _parts(source: FromClause) -> Iterable[Table]:
    return (part for part in source._from_objects if isinstance(part, Table))


def _check_inserted(statement: Insert, parameters: Any, scope: TenantId) -> None:
    table = statement.table
    if OWNER not in table.c:
        return
    rows: Iterable[Mapping[str, object]] = [parameters] if isinstance(parameters, Mapping) else parameters or ()
    if not rows:
        rows = [statement.compile().params]
    for row in rows:
        _check(str(table), row.get(OWNER), scope)


def _check(what: str, owner: object, scope: TenantId) -> None:
    if owner != scope:
        raise Bug(f"a row of {what} for tenant {owner!r} was written in a session of tenant {scope!r}")
