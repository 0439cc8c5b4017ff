"""The commands of ``switchroom tenant``: the operator's, on the machine. What is written counts from the next call on."""

import secrets
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from switchroom.commands.words import carry_out
from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.accounts.tenancy import Tenancy

app = typer.Typer(no_args_is_help=True, help="Tenants: add, list, suspend, and make their first administrators.")

Slug = Annotated[str, typer.Argument(help="the tenant's short name, or its id")]


@app.command()
def add(
    slug: Annotated[str, typer.Argument(help="its short name: small letters, figures and -")],
    name: Annotated[str, typer.Option(help="how it is called; else its short name")] = "",
    kind: Annotated[str, typer.Option(help="tenant, or reseller: one that has tenants of its own")] = "tenant",
    below: Annotated[str, typer.Option(help="the reseller it is a customer of; else the platform's own")] = "",
) -> None:
    """Add a tenant or a reseller."""
    from switchroom.accounts.tenant_tree import PLATFORM

    async def work(tenancy: "Tenancy") -> None:
        parent = (await tenancy.get(PLATFORM, below)).id if below else PLATFORM
        made = await tenancy.create(parent, slug, name or slug, kind)  # type: ignore[arg-type] # checked there
        print(
            f"Added the {made.kind} {made.slug} as {made.id}. Its first administrator: switchroom tenant admin {slug} EMAIL"
        )

    _with_tenancy(work)


@app.command("list")
def list_() -> None:
    """List the tenants as a tree."""
    from switchroom.accounts.tenant_tree import PLATFORM

    async def work(tenancy: "Tenancy") -> None:
        found = (await tenancy.list(PLATFORM, limit=100_000)).tenants

        def branch(parent: str | None, depth: int) -> None:
            for one in sorted((one for one in found if one.parent == parent), key=lambda one: one.slug):
                state = "" if one.state == "active" else f"  {one.state.replace('_', ' ')}"
                print(f"{'    ' * depth}{one.slug}  {one.id}  {one.kind}  {one.name}{state}")
                branch(one.id, depth + 1)

        branch(None, 0)

    _with_tenancy(work)


@app.command()
def suspend(slug: Slug) -> None:
    """Take no more calls for a tenant and those below it, and let them make none; calls that are up go on."""
    _set(slug, suspended=True)


@app.command()
def resume(slug: Slug) -> None:
    """Lift the suspension of a tenant."""
    _set(slug, suspended=False)


@app.command()
def admin(slug: Slug, email: Annotated[str, typer.Argument(help="whom to make it, by their e-mail address")]) -> None:
    """Make an administrator, and print the password this once; one of the platform is the operator."""
    from switchroom.accounts.service import Accounts
    from switchroom.accounts.tenancy import Tenancy
    from switchroom.accounts.tenant_tree import PLATFORM
    from switchroom.commands.house import opened

    async def work() -> None:
        async with opened(Settings()) as here:
            tenant = await Tenancy(here.database, time.time).get(PLATFORM, slug)
            password = secrets.token_urlsafe(12)
            accounts = Accounts(here.database, here.secret, time.time)
            await accounts.create_user(tenant.id, email, password, name=email.partition("@")[0], role="admin")
            print(f"{email} administers {tenant.name}.\nPassword  {password}")

    carry_out(work())


def _set(slug: str, *, suspended: bool) -> None:
    from switchroom.accounts.tenant_tree import PLATFORM

    async def work(tenancy: "Tenancy") -> None:
        await tenancy.suspend(PLATFORM, slug, suspended=suspended)
        print(f"{slug} {'is suspended' if suspended else 'takes and makes calls again'}.")

    _with_tenancy(work)


def _with_tenancy(work: "Callable[[Tenancy], Awaitable[None]]") -> None:
    carry_out(_run(work))


async def _run(work: "Callable[[Tenancy], Awaitable[None]]") -> None:
    from switchroom.accounts.tenancy import Tenancy
    from switchroom.commands.house import opened

    async with opened(Settings()) as here:
        await work(Tenancy(here.database, time.time))
