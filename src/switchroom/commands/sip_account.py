"""The commands of ``switchroom sip-account``: the database is written, a running server sees it by itself."""

import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from switchroom.commands.words import carry_out
from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.accounts.sip_accounts import SipAccounts
    from switchroom.identity import TenantId

app = typer.Typer(no_args_is_help=True, help="Telephones that may register: add, list, disable and remove accounts.")

Tenant = Annotated[str, typer.Option(help="whose account it is")]


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="the user part of its address, such as anna or 1001")],
    display: Annotated[str, typer.Option(help="how it is called on screens")] = "",
    devices: Annotated[int, typer.Option(help="how many telephones at once")] = 5,
    digest: Annotated[str, typer.Option(help="MD5, SHA-256 or both")] = "MD5",
    tenant: Tenant = "demo",
) -> None:
    """Add an account, and print what a telephone has to be told. The password is shown this once."""
    from switchroom.accounts.sip_accounts import Wishes

    async def work(accounts: "SipAccounts", owner: "TenantId") -> None:
        wishes = Wishes(display_name=display, digest=digest, devices=devices)  # type: ignore[arg-type] # checked there
        opened = await accounts.create(owner, name, wishes)
        print(_card(opened.account.name, opened.account.domain, opened.password))

    _with_accounts(tenant, work)


@app.command("list")
def list_(tenant: Tenant = "demo") -> None:
    """List the accounts."""

    async def work(accounts: "SipAccounts", owner: "TenantId") -> None:
        found = await accounts.all(owner)
        for account in found:
            marks = " disabled" if account.disabled else ""
            print(f"{account.uri}  {account.digest}, {account.devices} devices{marks}  {account.display_name}".rstrip())
        if not found:
            print("There are no SIP accounts.")

    _with_accounts(tenant, work)


@app.command()
def password(name: str, tenant: Tenant = "demo") -> None:
    """Give an account another password, shown this once; telephones with the old one are let go."""

    async def work(accounts: "SipAccounts", owner: "TenantId") -> None:
        opened = await accounts.rotate(name, owner)
        print(_card(opened.account.name, opened.account.domain, opened.password))

    _with_accounts(tenant, work)


@app.command()
def disable(name: str, tenant: Tenant = "demo") -> None:
    """Let nobody register and call as this account; calls that are up go on."""

    async def work(accounts: "SipAccounts", owner: "TenantId") -> None:
        await accounts.disable(name, owner)
        print(f"Disabled {name!r}.")

    _with_accounts(tenant, work)


@app.command()
def enable(name: str, tenant: Tenant = "demo") -> None:
    """Let an account register and call again."""

    async def work(accounts: "SipAccounts", owner: "TenantId") -> None:
        await accounts.disable(name, owner, disabled=False)
        print(f"Enabled {name!r}.")

    _with_accounts(tenant, work)


@app.command()
def remove(name: str, tenant: Tenant = "demo") -> None:
    """Remove an account for good."""

    async def work(accounts: "SipAccounts", owner: "TenantId") -> None:
        await accounts.delete(name, owner)
        print(f"Removed {name!r}.")

    _with_accounts(tenant, work)


@app.command()
def domain(
    name: Annotated[str, typer.Argument(help="a domain of the tenant's own, such as sip.acme.example; - for none")],
    tenant: Tenant = "demo",
) -> None:
    """Give the tenant's telephones a domain of their own to register at; passwords stay."""

    async def work(accounts: "SipAccounts", owner: "TenantId") -> None:
        await accounts.set_domain(owner, "" if name == "-" else name)
        print(f"Telephones register at {await accounts.domain(owner)}.")

    _with_accounts(tenant, work)


def _card(name: str, domain: str, secret: str) -> str:
    lines = (f"User      {name}", f"Domain    {domain}", f"Password  {secret}")
    return "\n".join((*lines, "Proxy     the address of this machine, unless the domain leads to it"))


def _with_accounts(tenant: str, work: "Callable[[SipAccounts, TenantId], Awaitable[None]]") -> None:
    carry_out(_run(Settings(), tenant, work))


async def _run(settings: Settings, slug: str, work: "Callable[[SipAccounts, TenantId], Awaitable[None]]") -> None:
    from switchroom.accounts.sip_accounts import SipAccounts
    from switchroom.commands.house import opened

    async with opened(settings) as here:
        await work(SipAccounts(here.database, here.secret, time.time), await here.tenant(slug))
