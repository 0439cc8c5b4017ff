"""The commands of ``switchroom webhook``; what they do is in ``webhook_desk``, which is only loaded when one runs."""

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.commands.webhook_desk import Desk

app = typer.Typer(no_args_is_help=True, help="Webhooks: where events are sent, what came of it, and sending again.")

Tenant = Annotated[str, typer.Option(help="whose webhooks they are")]
Topics = Annotated[
    list[str] | None, typer.Option("--topic", help="such as call.* (may be given again); else everything")
]


@app.command()
def add(
    url: str,
    topics: Topics = None,
    description: Annotated[str, typer.Option(help="what it is for")] = "",
    *,
    personal: Annotated[bool, typer.Option("--personal", help="tell what people said and are called, too")] = False,
    tenant: Tenant = "demo",
) -> None:
    """Add an endpoint, and print the secret that what is sent there is signed with."""
    from switchroom.commands import webhook_desk
    from switchroom.hooks.endpoints import Wanted

    wanted = Wanted(url, tuple(topics or ("*",)), description, None, personal)
    _at_desk(tenant, lambda desk: webhook_desk.add(desk, wanted, print))


@app.command("list")
def list_(tenant: Tenant = "demo") -> None:
    """List the endpoints."""
    from switchroom.commands import webhook_desk

    _at_desk(tenant, lambda desk: webhook_desk.show(desk, print))


@app.command()
def deliveries(
    webhook: str,
    state: Annotated[str, typer.Option(help="pending, delivered or failed alone")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
    tenant: Tenant = "demo",
) -> None:
    """Print what was sent to an endpoint and what came of it, newest first."""
    from switchroom.commands import webhook_desk

    _at_desk(tenant, lambda desk: webhook_desk.log(desk, webhook, state, limit, print))


@app.command()
def replay(
    what: Annotated[str, typer.Argument(help="a delivery, or a webhook: then all that failed")],
    *,
    everything: Annotated[bool, typer.Option("--all", help="of a webhook, what arrived too")] = False,
    tenant: Tenant = "demo",
) -> None:
    """Send events again; a running server does it."""
    from switchroom.commands import webhook_desk

    _at_desk(tenant, lambda desk: webhook_desk.replay(desk, what, print, everything=everything))


@app.command()
def listen(
    topics: Topics = None,
    forward: Annotated[
        str, typer.Option(help="send them to this address as well, signed, such as on this machine")
    ] = "",
    *,
    personal: Annotated[bool, typer.Option("--personal", help="tell what people said and are called, too")] = False,
    tenant: Tenant = "demo",
) -> None:
    """Print events as they happen, as webhooks get them, until Ctrl-C."""
    from switchroom.commands import webhook_listen

    ear = webhook_listen.Ear(tuple(topics or ("*",)), forward, personal)
    _at_desk(tenant, lambda desk: webhook_listen.listen(desk, ear, print))


def _at_desk(tenant: str, work: "Callable[[Desk], Awaitable[None]]") -> None:
    from switchroom.commands import webhook_desk
    from switchroom.commands.words import carry_out

    async def run() -> None:
        async with webhook_desk.opened(Settings(), tenant) as desk:
            await work(desk)

    carry_out(run())
