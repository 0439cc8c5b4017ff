"""Notices every write of a row by which calls are answered, so that no writer can forget to tell.

A table that is ``Catalogued`` is watched in every session of the process. Whatever writes a row of it also writes, in the same
transaction, ``catalogue.changed`` into the journal and a greater number into ``catalogue_version``: there is no moment at which
one of the three can be seen without the others.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, Final, cast

from sqlalchemy import Table, event, insert, text, update
from sqlalchemy.orm import Session, UOWTransaction
from sqlalchemy.orm.session import ORMExecuteState

from switchroom.events.catalogue_changes import CatalogueChanged
from switchroom.identity import CallId, EventId, TenantId, new_id
from switchroom.storage.changes.model import EVERYBODY, TOTAL, CatalogueVersionRow
from switchroom.storage.db import upsertion
from switchroom.storage.journal import APPENDING, JournalRow, encode
from switchroom.storage.scope import SCOPE

_COUNT: Final = "catalogue count"
_TOLD: Final = "catalogue changes told"
_NO_CALL = CallId("")


class Catalogued:
    """A table whose rows say how calls are answered; ``catalogued`` is what the event calls one of them.

    Some count for more tenants than the one whose they are, for tenants inherit from those above them.
    """

    catalogued: ClassVar[str]
    counts_for_all: ClassVar[bool] = False


@dataclass(frozen=True, slots=True)
class _Change:
    event: CatalogueChanged
    owner: str


@event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    written = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
    changes = [
        _change(type(row), _tenant(row), str(getattr(row, "id", ""))) for row in written if isinstance(row, Catalogued)
    ]
    if changes:
        _tell(session, changes)


@event.listens_for(Session, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    """Tell of rows that a statement writes without loading them: which they are is not known."""
    table = state.bind_mapper.class_ if state.bind_mapper is not None else None
    if table is None or not issubclass(table, Catalogued):
        return
    if state.is_update or state.is_delete or state.is_insert:
        _tell(state.session, [_change(table, state.session.info.get(SCOPE) or "", "")])


def _tenant(row: object) -> str:
    return str(getattr(row, "tenant_id", "") or getattr(row, "id", ""))


def _change(table: type[Catalogued], tenant: str, item: str) -> _Change:
    happened = CatalogueChanged(
        id=EventId(new_id("evt")),
        tenant=TenantId(tenant),
        call=_NO_CALL,
        sequence=0,
        at=time.time(),
        kind=table.catalogued,
        item=item,
    )
    return _Change(happened, EVERYBODY if table.counts_for_all or not tenant else tenant)


def _tell(session: Session, noticed: Sequence[_Change]) -> None:
    """Tell of what this transaction has not told yet: a row that it writes twice has changed once."""
    told: set[tuple[str, str, str]] = session.info.setdefault(_TOLD, set())
    fresh = {(one.event.tenant, one.event.kind, one.event.item): one for one in noticed}
    changes = [one for key, one in fresh.items() if key not in told]
    told.update(fresh)
    if not changes:
        return
    sqlite = session.get_bind().dialect.name == "sqlite"
    if not sqlite:
        session.execute(
            text(f"SELECT pg_advisory_xact_lock({APPENDING})")
        )  # before the count: all take them in this order
    journal, counts = cast("Table", JournalRow.__table__), cast("Table", CatalogueVersionRow.__table__)
    session.execute(insert(journal), [encode(change.event) for change in changes])
    if _COUNT not in session.info:
        grown = update(counts).where(counts.c.owner == TOTAL).values(number=counts.c.number + 1)
        session.info[_COUNT] = session.scalar(grown.returning(counts.c.number))
    rows = [{"owner": owner, "number": session.info[_COUNT]} for owner in {change.owner for change in changes}]
    session.execute(upsertion(CatalogueVersionRow, ("owner",), ("number",), "sqlite" if sqlite else "postgresql"), rows)


@event.listens_for(Session, "after_commit")
@event.listens_for(Session, "after_rollback")
def _ended(session: Session) -> None:
    session.info.pop(_COUNT, None)
    session.info.pop(_TOLD, None)
