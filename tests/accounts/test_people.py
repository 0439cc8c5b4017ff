"""Who is in an organisation: its users and their roles, its teams, and who is invited."""

import asyncio
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import select

from switchroom.accounts.invitations import LIFETIME, Guest
from switchroom.accounts.members import Change
from switchroom.accounts.service import User
from switchroom.accounts.teams import TeamRole
from switchroom.accounts.tokens import Identity, Role
from switchroom.errors import Conflict, Denied, Invalid, Limited, NotFound
from switchroom.identity import TenantId
from switchroom.mail.tables import MailRow
from switchroom.storage.scope import WHOLE_HOUSE
from tests.accounts.story import HERE, PASSWORD, House, house
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

ELSEWHERE = TenantId("tnt_elsewhere")


async def somebody(here: House, name: str, role: Role = "agent") -> User:
    return await here.accounts.create_user(here.ann.tenant, f"{name}@acme.example", PASSWORD, name=name, role=role)


def asking(user: User) -> Identity:
    return Identity(user.id, user.tenant, user.role)


async def links(here: House) -> list[str]:
    """Return the tokens of the mails that wait, oldest first."""
    async with here.database.snapshot(WHOLE_HOUSE) as session:
        rows = list(await session.scalars(select(MailRow).order_by(MailRow.id)))
    texts = [here.people.outbox.opened(row).text for row in rows]
    return [urlsplit(word).query.removeprefix("token=") for text in texts for word in text.split() if "token=" in word]


def test_the_last_administrator_stays_one(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            members, ann = here.people.members, here.ann
            for change in (Change(role="agent"), Change(active=False)):
                with pytest.raises(Conflict) as caught:
                    await members.change(ann.id, ann.tenant, change)
                assert caught.value.code == "last_administrator"
            bo = await somebody(here, "bo", "admin")
            async with asyncio.TaskGroup() as tasks:  # each takes the other's office
                both = [tasks.create_task(_tried(here, who)) for who in (ann, bo)]
            assert sorted(task.result() for task in both) == ["changed", "last_administrator"]

    async def _tried(here: House, who: User) -> str:
        try:
            await here.people.members.change(who.id, who.tenant, Change(role="agent"))
        except Conflict as error:
            return error.code
        return "changed"

    run_real(main())


def test_another_role_counts_at_once_and_leaves_the_session(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            bo = await somebody(here, "bo", "admin")
            made = await here.people.sessions.begin(bo)
            await here.people.members.change(bo.id, bo.tenant, Change(role="agent"))
            with pytest.raises(Denied):
                here.accounts.identify(made.access)
            again = await here.people.sessions.refresh(made.refresh, address=HERE)
            assert here.accounts.identify(again.access).role == "agent"

    run_real(main())


def test_whoever_is_deactivated_is_signed_out_and_may_come_back(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            bo = await somebody(here, "bo")
            await here.accounts.set_pin(bo.id, "481516")
            made = await here.people.sessions.begin(bo)
            gone = await here.people.members.remove(bo.id, bo.tenant)
            assert not gone.active
            for tried in (
                here.people.sessions.refresh(made.refresh, address=HERE),
                here.accounts.log_in(bo.email, PASSWORD, address=HERE),
                here.accounts.check_pin("481516", address=HERE),
            ):
                with pytest.raises(Denied):
                    await tried
            await here.accounts.set_pin(here.ann.id, "481516")  # it is free again
            await here.people.members.change(bo.id, bo.tenant, Change(active=True))
            assert (await here.accounts.log_in(bo.email, PASSWORD, address=HERE)).id == bo.id

    run_real(main())


def test_users_are_listed_page_by_page_and_by_role_for_their_tenant_only(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            made = [await somebody(here, name) for name in ("bo", "cy")]
            members = here.people.members
            first = await members.all(here.ann.tenant, role=None, limit=2, cursor=None)
            rest = await members.all(here.ann.tenant, role=None, limit=2, cursor=first.next)
            assert [one.id for one in (*first.members, *rest.members)] == [here.ann.id, *(user.id for user in made)]
            assert rest.next is None
            agents = await members.all(here.ann.tenant, role="agent", limit=9, cursor=None)
            assert [one.id for one in agents.members] == [user.id for user in made]
            assert (await members.all(ELSEWHERE, role=None, limit=9, cursor=None)).members == []
            with pytest.raises(NotFound):
                await members.get(here.ann.id, ELSEWHERE)
            with pytest.raises(NotFound):
                await members.change(here.ann.id, ELSEWHERE, Change(name="Eve"))

    run_real(main())


@pytest.mark.parametrize(
    ("mine", "wanted", "allowed"),
    [
        ("owner", "owner", True),
        ("owner", "admin", True),
        ("admin", "member", True),
        ("admin", "viewer", True),
        ("admin", "admin", False),
        ("admin", "owner", False),
        ("member", "viewer", False),
        ("viewer", "viewer", False),
        (None, "viewer", False),
    ],
)
def test_who_may_add_whom_to_a_team(tmp_path: Path, mine: TeamRole | None, wanted: TeamRole, allowed: bool) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            teams, bo, cy = here.people.teams, await somebody(here, "bo"), await somebody(here, "cy")
            team = await teams.create(asking(here.ann), "Front desk")
            if mine is not None:
                await teams.put(asking(here.ann), team.id, bo.id, mine)
            if allowed:
                assert (await teams.put(asking(bo), team.id, cy.id, wanted)).role == wanted
            else:
                with pytest.raises(Denied):
                    await teams.put(asking(bo), team.id, cy.id, wanted)

    run_real(main())


def test_a_team_admin_does_not_take_an_owner_out_but_everybody_may_leave(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            teams, ann, bo = here.people.teams, asking(here.ann), await somebody(here, "bo")
            team = await teams.create(ann, "Front desk")
            await teams.put(ann, team.id, bo.id, "admin")
            with pytest.raises(Denied):
                await teams.take(asking(bo), team.id, here.ann.id)
            with pytest.raises(Conflict) as caught:
                await teams.take(ann, team.id, here.ann.id)
            assert caught.value.code == "last_owner"
            with pytest.raises(Conflict):
                await teams.put(ann, team.id, here.ann.id, "viewer")
            await teams.take(asking(bo), team.id, bo.id)
            assert [member.user for member in await teams.members(ann, team.id)] == [here.ann.id]
            with pytest.raises(Denied):
                await teams.remove(asking(bo), team.id)
            await teams.remove(ann, team.id)
            with pytest.raises(NotFound):
                await teams.get(ann, team.id)

    run_real(main())


def test_a_team_is_of_one_tenant_and_its_name_of_one_team(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            teams, ann = here.people.teams, asking(here.ann)
            team = await teams.create(ann, "Front desk")
            with pytest.raises(Conflict):
                await teams.create(ann, " Front desk ")
            with pytest.raises(Denied):
                await teams.create(asking(await somebody(here, "bo")), "Bo's")
            stranger = Identity(here.ann.id, ELSEWHERE, "admin")
            for tried in (
                teams.get(stranger, team.id),
                teams.members(stranger, team.id),
                teams.remove(stranger, team.id),
            ):
                with pytest.raises(NotFound):
                    await tried
            assert (await teams.all(ann, limit=5, cursor=None))[0][0].size == 1

    run_real(main())


def test_an_invitation_counts_once(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            invitations = here.people.invitations
            made = await invitations.create(here.ann.tenant, Guest("Bo@Example.com", "Bo", "agent", "de"), here.ann.id)
            assert (made.state, made.email) == ("open", "bo@example.com")
            (text,) = await links(here)
            shown, organisation = await invitations.shown(text, address=HERE)
            assert (shown.id, organisation) == (made.id, "Acme")
            bo = await invitations.accept(text, "", PASSWORD, address=HERE)
            assert (bo.tenant, bo.name, bo.role) == (here.ann.tenant, "Bo", "agent")
            assert await here.accounts.log_in("bo@example.com", PASSWORD, address=HERE) == bo
            with pytest.raises(Denied):
                await invitations.accept(text, "Bo", PASSWORD, address=HERE)
            with pytest.raises(Conflict):
                await invitations.revoke(made.id, here.ann.tenant)
            with pytest.raises(Conflict):
                await invitations.resend(made.id, here.ann.tenant)

    run_real(main())


def test_an_invitation_that_is_sent_again_has_another_link(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            invitations, guest = here.people.invitations, Guest("bo@example.com", "Bo", "agent")
            made = await invitations.create(here.ann.tenant, guest, here.ann.id)
            with pytest.raises(Conflict):
                await invitations.create(here.ann.tenant, guest, here.ann.id)
            here.clock.now += LIFETIME
            (first,) = await links(here)
            with pytest.raises(Denied):
                await invitations.shown(first, address=HERE)
            assert (await invitations.resend(made.id, here.ann.tenant)).state == "open"
            _, second = await links(here)
            assert (await invitations.shown(second, address=HERE))[0].id == made.id
            with pytest.raises(Denied):
                await invitations.shown(first, address=HERE)
            assert (await invitations.revoke(made.id, here.ann.tenant)).state == "revoked"
            with pytest.raises(Denied):
                await invitations.accept(second, "Bo", PASSWORD, address=HERE)
            with pytest.raises(NotFound):
                await invitations.revoke(made.id, ELSEWHERE)
            found, following = await invitations.all(here.ann.tenant, limit=5, cursor=None)
            assert ([one.state for one in found], following) == (["revoked"], None)

    run_real(main())


def test_who_has_a_login_cannot_get_a_second_one(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            invitations = here.people.invitations
            with pytest.raises(Conflict):
                await invitations.create(here.ann.tenant, Guest("ann@acme.example", "Ann", "agent"), here.ann.id)
            other = await here.accounts.create_tenant("other", "Other")
            await invitations.create(other.id, Guest("ann@acme.example", "Ann", "agent"), here.ann.id)
            (text,) = await links(here)
            with pytest.raises(Conflict) as caught:
                await invitations.accept(text, "Ann", PASSWORD, address=HERE)
            assert caught.value.code == "email_taken"
            with pytest.raises(Invalid):
                await invitations.accept(text, "Ann", "short", address=HERE)

    run_real(main())


def test_guessing_links_locks_the_address(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            for _ in range(20):
                with pytest.raises(Denied):
                    await here.people.invitations.shown("guess", address=HERE)
            with pytest.raises(Limited):
                await here.people.invitations.shown("guess", address=HERE)

    run_real(main())


def test_a_forgotten_password_is_replaced_once_within_an_hour_and_ends_all_sessions(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            resets, made = here.people.resets, await here.people.sessions.begin(here.ann)
            await resets.ask("nobody@acme.example", "en", here.clock.now)
            assert await links(here) == []
            for _ in range(3):
                await resets.ask(" ANN@acme.example", "de", here.clock.now)
            late, one, other = await links(here)
            with pytest.raises(Denied):
                await resets.use(late, "another password", here.clock.now + 3600.0, address="192.0.2.9")
            with pytest.raises(Invalid):
                await resets.use(one, "short", here.clock.now, address=HERE)
            await resets.use(one, "another password", here.clock.now, address=HERE)
            for text in (one, other):
                with pytest.raises(Denied):
                    await resets.use(text, "a third password", here.clock.now, address=HERE)
            with pytest.raises(Denied):
                here.accounts.identify(made.access)
            with pytest.raises(Denied):
                await here.people.sessions.refresh(made.refresh, address=HERE)
            await here.accounts.log_in(here.ann.email, "another password", address=HERE)

    run_real(main())


def test_whoever_was_deactivated_gets_no_link(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            bo = await somebody(here, "bo")
            await here.people.resets.ask(bo.email, "en", here.clock.now)
            await here.people.members.remove(bo.id, bo.tenant)
            await here.people.resets.ask(bo.email, "en", here.clock.now)
            (text,) = await links(here)
            with pytest.raises(Denied):
                await here.people.resets.use(text, "another password", here.clock.now, address=HERE)

    run_real(main())
