"""The messages that callers left, and who they are from."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select

from switchroom.errors import NotFound
from switchroom.history.model import CallRow, VoicemailRow
from switchroom.identity import CallId, TenantId
from switchroom.storage.db import Database


@dataclass(frozen=True, slots=True)
class VoicemailRecord:
    """A message. ``at`` is when it was complete, ``why`` what ended it; ``path`` is its file, empty if none is kept."""

    id: str
    call: CallId
    caller: str
    caller_name: str
    at: float
    duration: float
    text: str
    why: str
    path: str


@dataclass(frozen=True, slots=True)
class VoicemailPage:
    """Some messages, newest first; ``next`` asks for the ones after them, None if there are none."""

    messages: Sequence[VoicemailRecord]
    next: str | None


class VoicemailBox:
    """The messages of all tenants; every method sees one tenant's alone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(
        self, tenant: TenantId, *, call: str | None = None, limit: int = 50, cursor: str | None = None
    ) -> VoicemailPage:
        """Return a page of messages, of one call or of all. ``cursor`` is the ``next`` of the page before."""
        query = _with_caller().where(VoicemailRow.tenant_id == tenant)
        if call is not None:
            query = query.where(VoicemailRow.call_id == call)
        if cursor is not None:
            query = query.where(VoicemailRow.id < cursor)  # identifiers sort by time
        async with self._database.snapshot(tenant) as session:
            rows = await session.execute(query.order_by(VoicemailRow.id.desc()).limit(limit + 1))
            found = [_record(row, caller, name) for row, caller, name in rows]
        return VoicemailPage(found[:limit], found[limit - 1].id if len(found) > limit else None)

    async def get(self, message: str, tenant: TenantId) -> VoicemailRecord:
        """Return one message. Raises NotFound."""
        query = _with_caller().where(VoicemailRow.id == message, VoicemailRow.tenant_id == tenant)
        async with self._database.snapshot(tenant) as session:
            row = (await session.execute(query)).one_or_none()
        if row is None:
            raise NotFound(f"there is no message {message}")
        return _record(row[0], row[1], row[2])


def _with_caller() -> Select[VoicemailRow, str, str]:
    columns = select(VoicemailRow, CallRow.caller, CallRow.caller_name)
    return columns.join(CallRow, CallRow.id == VoicemailRow.call_id, isouter=True)


def _record(row: VoicemailRow, caller: str | None, name: str | None) -> VoicemailRecord:
    return VoicemailRecord(
        row.id, CallId(row.call_id), caller or "", name or "", row.at, row.duration, row.text, row.why, row.path
    )
