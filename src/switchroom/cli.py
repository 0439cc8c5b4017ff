"""The command line: ``switchroom serve``, ``call``, ``doctor``."""

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import typer

from switchroom.settings import Settings

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Switchroom: an open, white-label voice AI contact centre.")


@app.callback()
def _main() -> None:
    """Make every command a subcommand."""


@app.command()
def serve() -> None:
    """Answer calls: SIP, browser, pages and API, until stopped."""
    from switchroom.main import serve as run

    sys.exit(asyncio.run(run(Settings())))


@app.command()
def doctor() -> None:
    """Check speech engines, ports, database and credentials; say what to do about each finding."""
    from switchroom.doctor import examine

    sys.exit(asyncio.run(examine(Settings())))
