"""The commands of ``switchroom flow``; what they do is in ``flow_work``, which is only loaded when one runs."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from switchroom.commands.words import carry_out
from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.commands.flow_work import Work

app = typer.Typer(no_args_is_help=True, help="Flows: check, publish, compare and roll back.")

Tenant = Annotated[str, typer.Option(help="whose flow it is")]
Note = Annotated[str, typer.Option(help="why, for whoever reads the versions")]


@app.command()
def check(file: Path) -> None:
    """Say everything that keeps a flow from answering calls. Exits with 1 if there is anything."""
    from switchroom.commands import flow_work

    found = asyncio.run(flow_work.examined(file))
    for problem in found:
        print(f"{file}:{problem.line}: {problem}")
    if found:
        sys.exit(1)
    print(f"{file} can answer calls.")


@app.command()
def publish(
    file: Path,
    name: Annotated[str, typer.Option(help="the flow's name; the file's if left out")] = "",
    agent: Annotated[str, typer.Option(help="the agent, by name, that is to go by it from now on")] = "",
    note: Note = "",
    tenant: Tenant = "demo",
) -> None:
    """Let a file answer from the next call on: it becomes a new version of the flow of that name."""

    async def work(at: "Work") -> None:
        await at.publish(file, name or file.stem, agent, note)

    _at_work(tenant, work)


@app.command()
def versions(name: str, tenant: Tenant = "demo") -> None:
    """List what was published, newest first."""
    _at_work(tenant, lambda at: at.versions(name))


@app.command()
def diff(
    old: Annotated[str, typer.Argument(help="a file, NAME (what answers), NAME@3 or NAME@draft")],
    new: Annotated[str, typer.Argument(help="the like")],
    how: Annotated[
        Literal["words", "json", "text"], typer.Option("--as", help="in words, as JSON, or line by line")
    ] = "words",
    tenant: Tenant = "demo",
) -> None:
    """Say what turns one flow into another: nodes, intents and slots, field by field."""
    _at_work(tenant, lambda at: at.compare(old, new, how))


@app.command()
def rollback(name: str, number: int, note: Note = "", tenant: Tenant = "demo") -> None:
    """Publish an older version again; it answers from the next call on."""
    _at_work(tenant, lambda at: at.roll_back(name, number, note))


@app.command()
def schema() -> None:
    """Write the JSON Schema of flow files, for editors."""
    from switchroom.flow.file import schema as described

    print(json.dumps(described(), indent=2))


def _at_work(tenant: str, work: "Callable[[Work], Awaitable[None]]") -> None:
    from switchroom.commands import flow_work

    async def run() -> None:
        async with flow_work.opened(Settings(), tenant, print) as at:
            await work(at)

    carry_out(run())
