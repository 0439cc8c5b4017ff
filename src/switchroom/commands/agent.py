"""The commands of ``switchroom agent``: the database is written, and counts from the next call on."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from switchroom.commands.words import carry_out
from switchroom.errors import Invalid
from switchroom.identity import TenantId
from switchroom.settings import Settings

if TYPE_CHECKING:
    from switchroom.catalogue.service import Catalogue

app = typer.Typer(no_args_is_help=True, help="Agents: how they speak and listen, and which providers do it.")

Tenant = Annotated[str, typer.Option(help="whose agent it is")]


@app.command("list")
def list_agents(tenant: Tenant = "demo") -> None:
    """List the agents with their flows."""

    async def work(catalogue: "Catalogue", owner: TenantId) -> None:
        for agent in await catalogue.agents(owner):
            print(f"{agent.id}  {agent.name:<24} {agent.flow}")

    _with_catalogue(tenant, work)


@app.command()
def show(agent: str, tenant: Tenant = "demo") -> None:
    """Print everything that is set of an agent, by its name or id."""

    async def work(catalogue: "Catalogue", owner: TenantId) -> None:
        _print(asdict(await catalogue.meant(agent, owner)))

    _with_catalogue(tenant, work)


@app.command("set")
def set_fields(
    agent: str,
    fields: Annotated[list[str], typer.Argument(help="FIELD=VALUE, such as models=fast,careful or voices=de=hans")],
    tenant: Tenant = "demo",
) -> None:
    """Change fields of an agent; `show` lists them, docs/providers.md explains those of providers."""

    async def work(catalogue: "Catalogue", owner: TenantId) -> None:
        from switchroom.catalogue.agent_form import change_from
        from switchroom.providers.choices import check_names, load_choices

        wanted = change_from(dict(_split(field) for field in fields))
        choices = await asyncio.to_thread(load_choices, Settings().providers_file)
        check_names(
            choices,
            {"models": wanted.models, "recognisers": wanted.recognisers, "voices": wanted.voice_providers},
        )
        changed = wanted.applied(await catalogue.meant(agent, owner))
        await catalogue.save_agent(changed)
        _print({name: getattr(changed, name) for name in sorted(wanted.model_fields_set)})

    _with_catalogue(tenant, work)


def _split(field: str) -> tuple[str, str]:
    name, sign, value = field.partition("=")
    if not sign:
        raise Invalid(f"{field!r} has no value: write FIELD=VALUE")
    return name.strip().replace("-", "_"), value.strip()


def _print(values: dict[str, object]) -> None:
    for name, value in values.items():
        print(f"{name:<16} {', '.join(map(str, value)) if isinstance(value, list | tuple) else value}")


def _with_catalogue(slug: str, work: Callable[["Catalogue", TenantId], Awaitable[None]]) -> None:
    """Do ``work``; what cannot be done is said, and the exit status is 1."""
    from switchroom.catalogue.service import Catalogue
    from switchroom.commands.house import opened

    async def main() -> None:
        async with opened(Settings()) as here:
            await work(Catalogue(here.database), await here.tenant(slug))

    carry_out(main())
