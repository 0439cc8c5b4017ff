"""Teams: people of a tenant who work together, and what each of them may do to the team.

    who                          may
    admin, supervisor (tenant)   everything, with every team
    owner (of the team)          rename and delete the team; every member and role
    admin (of the team)          add and remove members and viewers, and change which of the two they are
    member, viewer               look; leave

A team that has members keeps an owner. What a viewer may not is for the features that belong to teams.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, cast

from sqlalchemy import Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from switchroom.accounts.model import TeamMemberRow, TeamRow, UserRow
from switchroom.accounts.tokens import Identity
from switchroom.errors import Conflict, Denied, Invalid, NotFound
from switchroom.identity import TenantId, UserId, new_id
from switchroom.storage.db import Database

TeamRole = Literal["owner", "admin", "member", "viewer"]
_LEADS = frozenset({"admin", "supervisor"})
_LOWER = frozenset({"member", "viewer"})


@dataclass(frozen=True, slots=True)
class Team:
    """A team; ``size`` is how many people are in it."""

    id: str
    tenant: TenantId
    name: str
    created: float
    size: int


@dataclass(frozen=True, slots=True)
class TeamMember:
    """Somebody in a team."""

    user: UserId
    name: str
    role: TeamRole
    since: float


class Teams:
    """The teams of one tenant at a time; ``who`` is who asks, in the tenant that they may act for."""

    def __init__(self, database: Database, wall: Callable[[], float]) -> None:
        self._database = database
        self._wall = wall

    async def create(self, who: Identity, name: str) -> Team:
        """Make a team, whose owner is who asks if they are of the tenant. Raises Denied, Conflict, Invalid."""
        _lead(who)
        now = self._wall()
        team = TeamRow(id=new_id("team"), tenant_id=who.tenant, name=_name(name), created=now)
        try:
            async with self._database.transaction(who.tenant) as session:
                session.add(team)
                await session.flush()
                own = await session.get(UserRow, who.user)
                if own is not None and own.tenant_id == who.tenant:
                    session.add(_joined(team, own.id, "owner", now))
        except IntegrityError as error:
            raise Conflict(f"there is a team {name.strip()!r} already: choose another name") from error
        return await self.get(who, team.id)

    async def all(self, who: Identity, *, limit: int, cursor: str | None) -> tuple[list[Team], str | None]:
        """Return a page of the teams, and where the next begins."""
        query = _sized().where(TeamRow.tenant_id == who.tenant).order_by(TeamRow.id).limit(limit + 1)
        if cursor is not None:
            query = query.where(TeamRow.id > cursor)
        async with self._database.snapshot(who.tenant) as session:
            found = [_team(row, size) for row, size in await session.execute(query)]
        return found[:limit], found[limit - 1].id if len(found) > limit else None

    async def get(self, who: Identity, team: str) -> Team:
        """Return a team. Raises NotFound."""
        async with self._database.snapshot(who.tenant) as session:
            row = await _find(session, who, team)
            size = select(func.count()).select_from(TeamMemberRow).where(TeamMemberRow.team_id == team)
            return _team(row, await session.scalar(size) or 0)

    async def rename(self, who: Identity, team: str, name: str) -> Team:
        """Call a team something else. Raises NotFound, Denied, Conflict, Invalid."""
        try:
            async with self._database.transaction(who.tenant) as session:
                row = await _find(session, who, team)
                _may(await _role_of(session, who, team), {"owner"})
                row.name = _name(name)
        except IntegrityError as error:
            raise Conflict(f"there is a team {name.strip()!r} already: choose another name") from error
        return await self.get(who, team)

    async def remove(self, who: Identity, team: str) -> None:
        """Dissolve a team; its people stay. Raises NotFound, Denied."""
        async with self._database.transaction(who.tenant) as session:
            row = await _find(session, who, team)
            _may(await _role_of(session, who, team), {"owner"})
            await session.execute(delete(TeamMemberRow).where(TeamMemberRow.team_id == team))
            await session.delete(row)

    async def members(self, who: Identity, team: str) -> list[TeamMember]:
        """Return who is in a team, by name. Raises NotFound."""
        query = (
            select(TeamMemberRow, UserRow.name)
            .join(UserRow, UserRow.id == TeamMemberRow.user_id)
            .where(TeamMemberRow.team_id == team)
            .order_by(UserRow.name, UserRow.id)
        )
        async with self._database.snapshot(who.tenant) as session:
            await _find(session, who, team)
            return [_team_member(row, name) for row, name in await session.execute(query)]

    async def put(self, who: Identity, team: str, user: str, role: TeamRole) -> TeamMember:
        """Add somebody to a team, or give them another role in it. Raises NotFound, Denied, Conflict."""
        async with self._database.transaction(who.tenant) as session:
            found = await _find(session, who, team)
            person = await session.get(UserRow, user)
            if person is None or person.tenant_id != who.tenant or not person.active:
                raise NotFound(f"there is no user {user!r}")
            row = await session.get(TeamMemberRow, (team, user))
            _may_set(await _role_of(session, who, team), role, None if row is None else row.role)
            if row is None:
                row = _joined(found, user, role, self._wall())
                session.add(row)
            elif row.role == "owner" and role != "owner":
                await _another_owner(session, team, user)
            row.role = role
            return _team_member(row, person.name)

    async def take(self, who: Identity, team: str, user: str) -> None:
        """Take somebody out of a team, as everybody may themselves. Raises NotFound, Denied, Conflict for the last owner."""
        async with self._database.transaction(who.tenant) as session:
            await _find(session, who, team)
            row = await session.get(TeamMemberRow, (team, user))
            if row is None:
                raise NotFound(f"there is nobody {user!r} in this team")
            if user != who.user:
                _may_set(await _role_of(session, who, team), "viewer", row.role)
            if row.role == "owner":
                await _another_owner(session, team, user)
            await session.delete(row)


def _lead(who: Identity) -> None:
    if who.role not in _LEADS:
        raise Denied("only admin or supervisor may do this: ask yours", code="role")


def _may(role: str | None, roles: set[str]) -> None:
    if role != "lead" and role not in roles:
        raise Denied(f"only {' or '.join(sorted(roles))} of the team may do this", code="team_role")


def _may_set(mine: str | None, wanted: str, present: str | None) -> None:
    """Raise Denied unless who has the role ``mine`` may make somebody ``wanted`` who is ``present`` (None: not in the team)."""
    low = wanted in _LOWER and (present is None or present in _LOWER)
    _may(mine, {"owner", "admin"} if low else {"owner"})


async def _role_of(session: AsyncSession, who: Identity, team: str) -> str | None:
    if who.role in _LEADS:
        return "lead"
    row = await session.get(TeamMemberRow, (team, who.user))
    return None if row is None else row.role


async def _another_owner(session: AsyncSession, team: str, user: str) -> None:
    owners = select(TeamMemberRow.user_id).where(TeamMemberRow.team_id == team, TeamMemberRow.role == "owner")
    if not set(await session.scalars(owners.with_for_update())) - {user}:
        raise Conflict("this is the last owner of the team: make somebody else one first", code="last_owner")


async def _find(session: AsyncSession, who: Identity, team: str) -> TeamRow:
    row = await session.get(TeamRow, team)
    if row is None or row.tenant_id != who.tenant:
        raise NotFound(f"there is no team {team!r}")
    return row


def _sized() -> Select[TeamRow, int]:
    size = select(func.count()).where(TeamMemberRow.team_id == TeamRow.id).correlate(TeamRow).scalar_subquery()
    return select(TeamRow, size)


def _joined(team: TeamRow, user: str, role: TeamRole, now: float) -> TeamMemberRow:
    return TeamMemberRow(team_id=team.id, user_id=user, tenant_id=team.tenant_id, role=role, since=now)


def _name(name: str) -> str:
    if not 1 <= len(name.strip()) <= 100:
        raise Invalid("name: 1 to 100 characters")
    return name.strip()


def _team(row: TeamRow, size: int) -> Team:
    return Team(row.id, TenantId(row.tenant_id), row.name, row.created, size)


def _team_member(row: TeamMemberRow, name: str) -> TeamMember:
    return TeamMember(UserId(row.user_id), name, cast("TeamRole", row.role), row.since)
