"""The commands of ``switchroom user``: who may sign in. A running server sees what is written within a second."""

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated, cast

import typer

from switchroom.commands.words import carry_out
from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.accounts.people import People
    from switchroom.accounts.service import Accounts
    from switchroom.accounts.tokens import Role
    from switchroom.identity import TenantId

app = typer.Typer(no_args_is_help=True, help="People who may sign in: add, list, let go, their roles and passwords.")

Tenant = Annotated[str, typer.Option(help="whose user it is")]
_Work = Callable[["Accounts", "People", "TenantId"], Awaitable[None]]


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="what they sign in with")],
    name: Annotated[str, typer.Option(help="how they are called")] = "",
    role: Annotated[str, typer.Option(help="admin, supervisor, agent or developer")] = "agent",
    tenant: Tenant = "demo",
) -> None:
    """Add somebody. The password is asked for, or read from standard input."""
    password = _password()

    async def work(accounts: "Accounts", _people: "People", owner: "TenantId") -> None:
        made = await accounts.create_user(owner, email, password, name=name or email, role=_role(role))
        print(f"{made.email} may sign in as {made.role}.")

    _with_people(tenant, work)


@app.command("list")
def list_(tenant: Tenant = "demo") -> None:
    """List the users."""

    async def work(_accounts: "Accounts", people: "People", owner: "TenantId") -> None:
        cursor: str | None = None
        while True:
            page = await people.members.all(owner, role=None, limit=200, cursor=cursor)
            for one in page.members:
                marks = ("" if one.active else " inactive") + (" PIN" if one.has_pin else "")
                print(f"{one.email}  {one.role}{marks}  {one.name}")
            cursor = page.next
            if cursor is None:
                return

    _with_people(tenant, work)


@app.command()
def password(email: str, tenant: Tenant = "demo") -> None:
    """Give somebody another password, asked for or read from standard input; they are signed out everywhere."""
    new = _password()

    async def work(accounts: "Accounts", people: "People", owner: "TenantId") -> None:
        member = await people.members.get((await accounts.user_with(email)).id, owner)
        await people.profile.replace_password(member.id, new)
        print(f"{member.email} has another password.")

    _with_people(tenant, work)


@app.command()
def role(email: str, role: str, tenant: Tenant = "demo") -> None:
    """Give somebody another role, which counts at once."""
    from switchroom.accounts.members import Change

    async def work(accounts: "Accounts", people: "People", owner: "TenantId") -> None:
        member = await people.members.get((await accounts.user_with(email)).id, owner)
        changed = await people.members.change(member.id, owner, Change(role=_role(role)))
        print(f"{changed.email} is {changed.role}.")

    _with_people(tenant, work)


@app.command()
def remove(email: str, tenant: Tenant = "demo") -> None:
    """Let somebody in no more; they are signed out everywhere. `activate` lets them in again."""

    async def work(accounts: "Accounts", people: "People", owner: "TenantId") -> None:
        member = await people.members.get((await accounts.user_with(email)).id, owner)
        await people.members.remove(member.id, owner)
        print(f"{member.email} may not sign in any more.")

    _with_people(tenant, work)


@app.command()
def activate(email: str, tenant: Tenant = "demo") -> None:
    """Let somebody in again."""
    from switchroom.accounts.members import Change

    async def work(accounts: "Accounts", people: "People", owner: "TenantId") -> None:
        member = await people.members.get((await accounts.user_with(email)).id, owner)
        await people.members.change(member.id, owner, Change(active=True))
        print(f"{member.email} may sign in.")

    _with_people(tenant, work)


@app.command("no-code")
def no_code(email: str, tenant: Tenant = "demo") -> None:
    """Ask somebody for no second step, when their app and their recovery codes are gone."""

    async def work(accounts: "Accounts", people: "People", owner: "TenantId") -> None:
        member = await people.members.get((await accounts.user_with(email)).id, owner)
        await people.second_steps.remove(member.id, owner)
        print(f"{member.email} signs in by password alone.")

    _with_people(tenant, work)


def _password() -> str:
    """Ask for a password; it is on no command line, where others could read it."""
    import sys

    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True))
    return sys.stdin.readline().rstrip("\n")


def _role(role: str) -> "Role":
    from typing import get_args

    from switchroom.accounts.tokens import Role
    from switchroom.errors import Invalid

    if role not in get_args(Role):
        raise Invalid(f"role: one of {', '.join(get_args(Role))}")
    return cast("Role", role)


def _with_people(tenant: str, work: "_Work") -> None:
    carry_out(_run(Settings(), tenant, work))


async def _run(settings: Settings, slug: str, work: "_Work") -> None:
    from switchroom.accounts.people import Rules, people
    from switchroom.accounts.service import Accounts
    from switchroom.commands.house import opened
    from switchroom.storage.journal import Journal

    async with opened(settings) as here:
        accounts = Accounts(here.database, here.secret, time.time)
        made = people(Journal(here.database), accounts, here.secret, time.time, Rules(home=settings.home))
        await work(accounts, made, await here.tenant(slug))
