"""The commands of ``switchroom trunk``; what they do is in ``trunk_desk``, which is only loaded when one runs."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.commands.trunk_desk import Desk

app = typer.Typer(no_args_is_help=True, help="Carriers and PBXs: add, list, test and remove trunks.")

Tenant = Annotated[str, typer.Option(help="whose trunk it is")]


@app.command()
def add(
    name: str,
    kind: Annotated[
        str, typer.Option(help="generic, twilio, telnyx, ovh, freeswitch, fusionpbx, asterisk, fritzbox or kamailio")
    ] = "generic",
    fields: Annotated[
        list[str] | None, typer.Option("--set", help="name=value, as in the API; lists by commas")
    ] = None,
    ask: Annotated[list[str] | None, typer.Option(help="a secret to ask for, such as password")] = None,
    tenant: Tenant = "demo",
) -> None:
    """Add a trunk; what is not set is what is usual for its kind."""
    from switchroom.catalogue.trunk_form import TrunkForm
    from switchroom.commands import trunk_desk as trunks
    from switchroom.commands.words import fields as said

    secrets = {secret: typer.prompt(secret, hide_input=True) for secret in ask or ()}

    async def work(desk: "Desk") -> None:
        await trunks.add(desk, {"name": name, "kind": kind, **said(TrunkForm, fields or ()), **secrets}, print)

    _at_desk(tenant, work)


@app.command("list")
def list_(tenant: Tenant = "demo") -> None:
    """List the trunks."""
    from switchroom.commands import trunk_desk as trunks

    _at_desk(tenant, lambda desk: trunks.show(desk, print))


@app.command("test")
def probe(name: str, tenant: Tenant = "demo") -> None:
    """Ask a trunk whether it is there, and say what to do about the answer. Exits with 1 if it is not."""
    from switchroom.commands import trunk_desk as trunks

    async def work(desk: "Desk") -> None:
        if not await trunks.probe(desk, name, print):
            sys.exit(1)

    _at_desk(tenant, work)


@app.command()
def remove(name: str, tenant: Tenant = "demo") -> None:
    """Remove a trunk; calls that are up go on."""

    async def work(desk: "Desk") -> None:
        await desk.trunks.delete((await desk.trunks.get(name, desk.tenant)).id, desk.tenant)
        print(f"Removed {name!r}.")

    _at_desk(tenant, work)


def _at_desk(tenant: str, work: "Callable[[Desk], Awaitable[None]]") -> None:
    from switchroom.commands import trunk_desk as trunks
    from switchroom.commands.words import carry_out

    async def run() -> None:
        async with trunks.opened(Settings(), tenant) as desk:
            await work(desk)

    carry_out(run())
