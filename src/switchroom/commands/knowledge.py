"""The commands of ``switchroom knowledge``: documents for agents, written into the database, found from the next question on."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from switchroom.commands.words import carry_out
from switchroom.errors import Invalid, NotFound
from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.knowledge.library import Library, Shelf

app = typer.Typer(no_args_is_help=True, help="What agents may look up: Markdown, text, HTML and PDF files.")

Tenant = Annotated[str, typer.Option(help="whose agent it is")]
Agent = Annotated[str, typer.Option(help="its name or id; none: for all agents of the tenant")]


@app.command()
def add(files: list[Path], tenant: Tenant = "demo", agent: Agent = "") -> None:
    """Add files; one whose name is there already is replaced."""

    async def work(library: "Library", shelf: "Shelf") -> None:
        from switchroom.knowledge.reading import kind_of

        for file in files:
            made = await library.add(shelf, file.stem, _content(file), kind_of(file.name), str(file))
            print(f"{made.title}: {made.passages} passages")

    _with_library(tenant, agent, work)


@app.command("list")
def list_documents(tenant: Tenant = "demo", agent: Agent = "") -> None:
    """List the documents, newest first."""

    async def work(library: "Library", shelf: "Shelf") -> None:
        found = await library.documents(shelf)
        for document in found:
            print(f"{document.title:<40} {document.passages:>6} passages  {document.size:>9} bytes  {document.source}")
        if not found:
            print("there are no documents yet: switchroom knowledge add FILE ...")

    _with_library(tenant, agent, work)


@app.command()
def search(question: str, tenant: Tenant = "demo", agent: Agent = "") -> None:
    """Ask as the agent would, and print what it would be given."""

    async def work(library: "Library", shelf: "Shelf") -> None:
        found = await library.search(shelf, question)
        for number, one in enumerate(found, 1):
            print(f"[{number}] {one.citation}\n{one.passage.text}\n")
        if not found:
            print("nothing was found; the agent would say that it does not know")

    _with_library(tenant, agent, work)


@app.command()
def remove(title: str, tenant: Tenant = "demo", agent: Agent = "") -> None:
    """Take a document away, by its title or id."""

    async def work(library: "Library", shelf: "Shelf") -> None:
        await library.remove(shelf, title)
        print(f"{title} is gone")

    _with_library(tenant, agent, work)


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid(f"{file} cannot be read: {error.strerror}") from error


def _with_library(slug: str, agent: str, work: Callable[["Library", "Shelf"], Awaitable[None]]) -> None:
    """Do ``work`` on the shelf of an agent; what cannot be done is said, and the exit status is 1."""
    from switchroom.catalogue.service import Catalogue
    from switchroom.commands.house import opened
    from switchroom.knowledge.library import Library, Shelf

    async def main() -> None:
        async with opened(Settings()) as here:
            tenant = await here.tenant(slug)
            agents = await Catalogue(here.database).agents(tenant) if agent else []
            meant = [one for one in agents if agent in (one.id, one.name)]
            if agent and not meant:
                names = ", ".join(one.name for one in agents) or "none"
                raise NotFound(f"tenant {slug} has no agent {agent!r}; there are: {names}")
            await work(Library(here.database, time.time), Shelf(tenant, meant[0].id if meant else None))

    carry_out(main())
