"""The commands of ``switchroom tenant``: the database is written, and counts from the next call on."""

import typer

from switchroom.commands.words import carry_out
from switchroom.settings import Settings

app = typer.Typer(no_args_is_help=True, help="Tenants: suspend them and lift that.")


@app.command()
def suspend(slug: str) -> None:
    """Take no more calls for a tenant and let it make none; calls that are up go on."""
    _set(slug, suspended=True)


@app.command()
def resume(slug: str) -> None:
    """Lift the suspension of a tenant."""
    _set(slug, suspended=False)


def _set(slug: str, *, suspended: bool) -> None:
    from switchroom.accounts.suspensions import Suspensions
    from switchroom.commands.house import opened

    async def work() -> None:
        async with opened(Settings()) as here:
            await Suspensions(here.database).set(slug, suspended=suspended)

    carry_out(work())
    print(f"{slug} {'is suspended' if suspended else 'takes and makes calls again'}.")
