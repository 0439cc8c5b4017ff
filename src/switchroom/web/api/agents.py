"""AI agents: how they speak and listen, what they think with, and which providers do it."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel

from switchroom.accounts.tokens import Identity
from switchroom.catalogue.agent_form import AgentChange
from switchroom.catalogue.service import AgentRecord
from switchroom.errors import Conflict
from switchroom.providers.choices import check_names, load_choices
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/agents", tags=["agents"])

_MISSING: dict[int | str, dict[str, object]] = {
    404: {"description": "there is no such agent, or it is somebody else's"}
}
_REFUSED: dict[int | str, dict[str, object]] = {
    403: {"description": "only an administrator may"},
    422: {"description": "a field cannot be used: `detail` says which and why"},
    **_MISSING,
}


class AgentOut(BaseModel):
    """An agent. ``models``, ``recognisers`` and ``voice_providers`` are chains of names, the preferred first.

    ``no_silence`` seconds after the caller one of the ``fillers`` is said if there is no reply; one that shows no sign of life
    for ``stalled`` is given up. At most ``guesses`` replies per turn are prepared before the caller has finished.
    """

    id: str
    name: str
    flow: str
    language: str
    languages: tuple[str, ...]
    voice: str
    voices: Mapping[str, str]
    speed: float
    greeting: str
    apology: str
    farewell: str
    record: bool
    max_duration: float
    silence: float
    nudges: int
    models: tuple[str, ...]
    recognisers: tuple[str, ...]
    voice_providers: tuple[str, ...]
    temperature: float | None
    prompt: str
    guesses: int
    no_silence: float
    stalled: float
    fillers: tuple[str, ...]


@router.get("", summary="List agents")
async def agents(asker: Asker, services: With) -> list[AgentOut]:
    """Answer with the tenant's agents in the order they were made."""
    return [_agent(agent) for agent in await services.catalogue.agents(asker.tenant)]


@router.get("/{agent_id}", summary="Get an agent", responses=_MISSING)
async def agent(agent_id: str, asker: Asker, services: With) -> AgentOut:
    """Answer with one agent, by its id or name."""
    return _agent(await services.catalogue.meant(agent_id, asker.tenant))


@router.patch("/{agent_id}", summary="Change an agent", responses=_REFUSED)
async def change(agent_id: str, wanted: AgentChange, asker: Asker, services: With) -> AgentOut:
    """Change the fields that are given; calls from the next one on go by them."""
    found = await services.catalogue.meant(agent_id, asker.tenant)
    choices = await asyncio.to_thread(load_choices, services.settings.providers_file)
    check_names(
        choices,
        {"models": wanted.models, "recognisers": wanted.recognisers, "voices": wanted.voice_providers},
    )
    changed = wanted.applied(found)
    if changed.flow != found.flow:
        await _published(changed.flow, asker, services)
    await services.catalogue.save_agent(changed)
    return _agent(changed)


async def _published(flow: str, asker: Identity, services: Services) -> None:
    """Raise NotFound or Conflict unless ``flow`` can answer: over HTTP nobody names files of this machine."""
    if (await services.flows.get(asker.tenant, flow)).published == 0:
        raise Conflict(f"the flow {flow!r} was never published: publish it first", code="flow_missing")


def _agent(agent: AgentRecord) -> AgentOut:
    return AgentOut(**{name: getattr(agent, name) for name in AgentOut.model_fields})
