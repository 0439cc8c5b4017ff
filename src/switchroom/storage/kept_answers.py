"""Answers to writes that may be sent again: whoever repeats a request under the same key gets the answer of the first.

    the key is             begin answers      then
    new, or expired        Begun              do it, and keep() the answer, or forget() it for another try
    of another request     OtherRequest
    being worked on        UnderWay           for LEASE seconds; after that whoever worked on it is gone, and it is new
    answered               Answered

The row is inserted before the work begins, so two processes that get the same request at once cannot both begin it. An answer may
hold a secret that is shown once: it is kept sealed.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import JSON, Float, Index, Integer, String, Text, delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from switchroom.identity import TenantId, new_id
from switchroom.storage.db import Base, Database, upsert
from switchroom.storage.vault import Vault

KEPT = 24 * 3600.0
LEASE = 60.0


class KeptAnswerRow(Base):
    """What was answered; ``status`` is 0 while it is worked on."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "tenant_id", "began"),)

    tenant_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    request: Mapped[str] = mapped_column(String(64))
    began: Mapped[float] = mapped_column(Float)
    attempt: Mapped[str] = mapped_column(String(64))
    status: Mapped[int] = mapped_column(Integer, server_default="0")
    headers: Mapped[Mapping[str, str]] = mapped_column(JSON, server_default="{}")
    body: Mapped[str] = mapped_column(Text, server_default="")


@dataclass(frozen=True, slots=True)
class Begun:
    """It is yours to do, in this try."""

    attempt: str


@dataclass(frozen=True, slots=True)
class OtherRequest:
    """The key was used for something else."""


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Somebody is doing it."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What was answered; ``body`` is text."""

    status: int
    headers: Mapping[str, str]
    body: str


class KeptAnswers:
    """The answers of the last day, of all tenants."""

    def __init__(self, database: Database, vault: Vault, wall: Callable[[], float]) -> None:
        self._database = database
        self._vault = vault
        self._wall = wall

    async def begin(self, tenant: TenantId, key: str, request: str) -> Begun | OtherRequest | UnderWay | Answered:
        """Say what is to be done about a request; ``request`` is a digest of all of it and of who sent it."""
        now, mine = self._wall(), new_id("try")
        async with self._database.transaction(tenant) as session:
            await _sweep(session, tenant, now)
            row = {"tenant_id": tenant, "key": key, "request": request, "began": now, "attempt": mine}
            await upsert(session, KeptAnswerRow, ("tenant_id", "key"), [row], replace=False)
            found = await session.get(KeptAnswerRow, (tenant, key), with_for_update=True)
            assert found is not None  # it was put there, or was there
            if found.request != request:
                return OtherRequest()
            if found.status:
                body = self._vault.open(found.body, _owner(tenant, key))
                return Answered(found.status, found.headers, body.get("body", ""))
            if found.attempt != mine and now - found.began < LEASE:
                return UnderWay()
            found.began, found.attempt = now, mine
            return Begun(mine)

    async def keep(self, tenant: TenantId, key: str, begun: Begun, answer: Answered) -> None:
        """Remember the answer, unless somebody else has begun it anew."""
        body = self._vault.seal({"body": answer.body}, _owner(tenant, key)) if answer.body else ""
        values = {"status": answer.status, "headers": dict(answer.headers), "body": body}
        async with self._database.transaction(tenant) as session:
            await session.execute(
                update(KeptAnswerRow)
                .where(
                    KeptAnswerRow.tenant_id == tenant,
                    KeptAnswerRow.key == key,
                    KeptAnswerRow.attempt == begun.attempt,
                )
                .values(**values)
            )

    async def forget(self, tenant: TenantId, key: str, begun: Begun) -> None:
        """Nothing came of it: it may be tried again."""
        async with self._database.transaction(tenant) as session:
            await session.execute(
                delete(KeptAnswerRow).where(
                    KeptAnswerRow.tenant_id == tenant,
                    KeptAnswerRow.key == key,
                    KeptAnswerRow.attempt == begun.attempt,
                    KeptAnswerRow.status == 0,
                )
            )


async def _sweep(session: AsyncSession, tenant: TenantId, now: float) -> None:
    old = KeptAnswerRow.began < now - KEPT
    await session.execute(delete(KeptAnswerRow).where(KeptAnswerRow.tenant_id == tenant, old))


def _owner(tenant: TenantId, key: str) -> str:
    return json.dumps(["answer", tenant, key])
