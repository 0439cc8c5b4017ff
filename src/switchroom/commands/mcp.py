"""The commands of ``switchroom mcp``; what they do is in ``mcp_desk``, which is only loaded when one runs."""

import sys
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.commands.mcp_desk import Desk

app = typer.Typer(no_args_is_help=True, help="MCP servers, where tools come from: add, list, test and remove them.")

Tenant = Annotated[str, typer.Option(help="whose server it is")]


@app.command()
def add(
    name: str,
    url: Annotated[str, typer.Option(help="where it is, over streamable HTTP")] = "",
    program: Annotated[str, typer.Option(help="one of the programs in SWITCHROOM_MCP__PROGRAMS, over stdio")] = "",
    fields: Annotated[
        list[str] | None, typer.Option("--set", help="name=value, as in the API; lists by commas, mappings as JSON")
    ] = None,
    ask: Annotated[list[str] | None, typer.Option("--ask", help="a secret to ask for: token")] = None,
    tenant: Tenant = "demo",
) -> None:
    """Add a server, by its URL or as one of the operator's programs."""
    from switchroom.catalogue.mcp_form import McpServerForm
    from switchroom.commands import mcp_desk
    from switchroom.commands.words import fields as said

    secrets = {secret: typer.prompt(secret, hide_input=True) for secret in ask or ()}
    where = {"url": url} if url else {"program": program} if program else {}

    async def work(desk: "Desk") -> None:
        await mcp_desk.add(desk, {"name": name, **where, **said(McpServerForm, fields or ()), **secrets}, print)

    _at_desk(tenant, work)


@app.command("list")
def list_(tenant: Tenant = "demo") -> None:
    """List the servers."""
    from switchroom.commands import mcp_desk

    _at_desk(tenant, lambda desk: mcp_desk.show(desk, print))


@app.command("test")
def try_(name: str, tenant: Tenant = "demo") -> None:
    """Connect to a server and list its tools. Exits with 1 if it cannot be reached."""
    from switchroom.commands import mcp_desk

    async def work(desk: "Desk") -> None:
        if not await mcp_desk.test(desk, name, print):
            sys.exit(1)

    _at_desk(tenant, work)


@app.command()
def remove(name: str, tenant: Tenant = "demo") -> None:
    """Remove a server; its tools fail from now on."""

    async def work(desk: "Desk") -> None:
        await desk.servers.delete(name, desk.tenant)
        print(f"Removed {name!r}.")

    _at_desk(tenant, work)


def _at_desk(tenant: str, work: "Callable[[Desk], Awaitable[None]]") -> None:
    from switchroom.commands import mcp_desk
    from switchroom.commands.words import carry_out

    async def run() -> None:
        async with mcp_desk.opened(Settings(), tenant) as desk:
            await work(desk)

    carry_out(run())
