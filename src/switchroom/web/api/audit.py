"""The audit log of a tenant, for its administrators: in pages, or as a file."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, Field

from switchroom.accounts.audit import ActorKind, Audit, Audited, Outcome, Sought
from switchroom.identity import TenantId
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import With

router = APIRouter(prefix="/api/v1", tags=["audit"])

_COLUMNS = ("at", "actor_kind", "actor", "actor_tenant", "action", "subject", "outcome", "address", "id")
_AT_ONCE = 500


class AuditOut(BaseModel):
    """Something that was done, or refused. ``actor_tenant`` is whose the actor is, if they worked for another tenant."""

    id: str
    at: datetime
    actor: str
    actor_kind: ActorKind
    actor_tenant: str
    action: str
    subject: str
    outcome: Outcome
    address: str


class AuditList(BaseModel):
    """Lines of the log, newest first; ``next`` is the cursor of the following page."""

    items: list[AuditOut]
    next: str | None


class Filter(BaseModel):
    """Which lines; ``action`` is a beginning of it, ``subject`` a part of it."""

    actor: str | None = Field(None, max_length=64)
    action: str | None = Field(None, max_length=200)
    subject: str | None = Field(None, max_length=64)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


class Page(Filter):
    """Which lines, and which page of them."""

    limit: int = Field(50, ge=1, le=200)
    cursor: str | None = Field(None, max_length=64)


@router.get("/audit", summary="List who did what", responses=refusals(401, 403, 404, 422, 429))
async def audit(asker: Asker, services: With, wanted: Annotated[Page, Query()]) -> AuditList:
    """Answer with the tenant's log, newest first: writes that were done, and what concerns signing in."""
    page = services.accounts.audit.all(asker.tenant, _sought(wanted), limit=wanted.limit, cursor=wanted.cursor)
    found, following = await page
    return AuditList(items=[_out(line) for line in found], next=following)


@router.get(
    "/audit.csv",
    summary="Get the log as a file",
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {}}}, **refusals(401, 403, 404, 422, 429)},
)
async def audit_file(asker: Asker, services: With, wanted: Annotated[Filter, Query()]) -> StreamingResponse:
    """Answer with all of the log that fits, newest first, as comma-separated values with a header line."""
    rows = _rows(services.accounts.audit, asker.tenant, _sought(wanted))
    headers = {"content-disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(rows, media_type="text/csv; charset=utf-8", headers=headers)


async def _rows(audit: Audit, tenant: TenantId, sought: Sought) -> AsyncIterator[str]:
    yield _csv([_COLUMNS])
    cursor: str | None = None
    while True:
        found, cursor = await audit.all(tenant, sought, limit=_AT_ONCE, cursor=cursor)
        lines = [_out(line).model_dump(mode="json") for line in found]
        yield _csv([tuple(str(line[column]) for column in _COLUMNS) for line in lines])
        if cursor is None:
            return


def _csv(rows: list[tuple[str, ...]]) -> str:
    written = io.StringIO()
    csv.writer(written).writerows([[_harmless(cell) for cell in row] for row in rows])
    return written.getvalue()


def _harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


def _sought(wanted: Filter) -> Sought:
    since, until = (None if at is None else at.timestamp() for at in (wanted.since, wanted.until))
    return Sought(wanted.actor, wanted.action, wanted.subject, since, until)


def _out(line: Audited) -> AuditOut:
    deed = line.deed
    return AuditOut(
        id=line.id,
        at=datetime.fromtimestamp(line.at, UTC),
        actor=deed.actor,
        actor_kind=deed.actor_kind,
        actor_tenant=deed.actor_tenant,
        action=deed.action,
        subject=deed.subject,
        outcome=deed.outcome,
        address=deed.address,
    )
