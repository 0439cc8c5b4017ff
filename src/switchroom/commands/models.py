"""The commands of ``switchroom models``: the recognisers and voices of this machine, and those it could have."""

import asyncio
import sys
from collections.abc import Callable
from typing import Annotated

import typer

from switchroom.errors import SwitchroomError

app = typer.Typer(no_args_is_help=True, help="Recognisers and voices from folders of weights: list, fetch, verify.")


@app.command("list")
def list_() -> None:
    """List what is configured, what is here, and what can be fetched."""
    from switchroom.commands.model_work import table

    _carefully(lambda: print(table()))


@app.command()
def fetch(name: Annotated[str, typer.Argument(help="a name of `switchroom models list`")]) -> None:
    """Fetch a published model; after an interruption it goes on where it stopped."""
    from switchroom.commands.model_work import fetch_named

    _carefully(lambda: print(fetch_named(name, _progress)))


@app.command()
def verify(
    name: Annotated[
        str, typer.Argument(help="a model here, or a provider of providers.yaml; without: all of them")
    ] = "",
) -> None:
    """Compare files with what was fetched, load each model, and have it speak or hear a sentence."""
    from switchroom.commands.model_work import verify_all

    status = 0

    def work() -> None:
        nonlocal status
        status = asyncio.run(verify_all(name, print))

    _carefully(work)
    sys.exit(status)


def _progress(file: str, there: int, whole: int) -> None:
    if sys.stderr.isatty():
        of = f" of {whole / 1e6:.1f}" if whole else ""
        print(f"\r{file}: {there / 1e6:.1f}{of} MB", end="" if there < whole else "\n", file=sys.stderr, flush=True)


def _carefully(work: Callable[[], None]) -> None:
    try:
        work()
    except SwitchroomError as error:
        print(error)
        sys.exit(1)
