"""The users of a tenant, as its administrators see them: another role, another name, let in no more.

A tenant is never left without an administrator who can sign in: whoever takes away the last one is refused, and two who do it at
the same time wait for each other. Another role counts at once, because the access tokens of the old one are refused.
"""

from dataclasses import dataclass
from typing import cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.endings import Endings
from switchroom.accounts.model import UserRow
from switchroom.accounts.tokens import Role
from switchroom.errors import Conflict, Invalid, NotFound
from switchroom.identity import TenantId, UserId
from switchroom.storage.db import Database


@dataclass(frozen=True, slots=True)
class Member:
    """A user, as their administrators may know them."""

    id: UserId
    tenant: TenantId
    email: str
    name: str
    role: Role
    active: bool
    has_pin: bool
    created: float


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be another; None stays."""

    name: str | None = None
    role: Role | None = None
    active: bool | None = None


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some of the users, in the order they were made, and where the next page begins."""

    members: list[Member]
    next: str | None


class Members:
    """Lists and changes the users of one tenant at a time."""

    def __init__(self, database: Database, endings: Endings) -> None:
        self._database = database
        self._endings = endings

    async def all(self, tenant: TenantId, *, role: Role | None, limit: int, cursor: str | None) -> MemberPage:
        """Return a page of the tenant's users, those who are not active among them."""
        query = select(UserRow).where(UserRow.tenant_id == tenant).order_by(UserRow.id).limit(limit + 1)
        if role is not None:
            query = query.where(UserRow.role == role)
        if cursor is not None:
            query = query.where(UserRow.id > cursor)
        async with self._database.snapshot(tenant) as session:
            found = [_member(row) for row in await session.scalars(query)]
        return MemberPage(found[:limit], found[limit - 1].id if len(found) > limit else None)

    async def get(self, user: str, tenant: TenantId) -> Member:
        """Return one user. Raises NotFound."""
        async with self._database.snapshot(tenant) as session:
            return _member(await _find(session, user, tenant))

    async def change(self, user: str, tenant: TenantId, change: Change) -> Member:
        """Change a user. Raises NotFound, Conflict for the last administrator, Invalid."""
        async with self._database.transaction(tenant) as session:
            row = await _find(session, user, tenant)
            role = row.role if change.role is None else change.role
            active = row.active if change.active is None else change.active
            if row.role == "admin" and row.active and (role != "admin" or not active):
                await _another_administrator(session, row)
            if change.name is not None:
                row.name = _name(change.name)
            ends = "deactivated" if row.active and not active else "role" if row.role != role else None
            row.role, row.active = role, active
            if ends is not None:
                await self._endings.user(session, row, "deactivated" if ends == "deactivated" else "role")
            return _member(row)

    async def remove(self, user: str, tenant: TenantId) -> Member:
        """Let a user in no more: they are signed out, and their PIN is anybody's to take. Raises NotFound, Conflict."""
        changed = await self.change(user, tenant, Change(active=False))
        async with self._database.transaction(tenant) as session:
            (await _find(session, user, tenant)).pin = None
        return changed


async def _another_administrator(session: AsyncSession, row: UserRow) -> None:
    admins = (UserRow.tenant_id == row.tenant_id, UserRow.role == "admin", UserRow.active)
    held = await session.scalars(select(UserRow.id).where(*admins).order_by(UserRow.id).with_for_update())
    if not set(held) - {row.id}:
        message = "this is the last administrator of the organisation: make somebody else one first"
        raise Conflict(message, code="last_administrator")


async def _find(session: AsyncSession, user: str, tenant: TenantId) -> UserRow:
    row = await session.get(UserRow, user)
    if row is None or row.tenant_id != tenant:
        raise NotFound(f"there is no user {user!r}")
    return row


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 200:
        raise Invalid("name: 1 to 200 characters")
    return name.strip()


def _member(row: UserRow) -> Member:
    role, tenant = cast("Role", row.role), TenantId(row.tenant_id)
    return Member(UserId(row.id), tenant, row.email, row.name, role, row.active, row.pin is not None, row.created)
