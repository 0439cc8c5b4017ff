"""AI agents: how they speak and listen, what they think with, and which providers do it."""

import asyncio
from collections.abc import Mapping

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from switchroom.accounts.tokens import Identity
from switchroom.catalogue.agent_desk import AgentDesk
from switchroom.catalogue.agent_form import AgentChange
from switchroom.catalogue.service import AgentRecord, Publication
from switchroom.catalogue.voice_models import VoiceModels
from switchroom.errors import Conflict
from switchroom.providers.choices import Section, check_names, load_choices
from switchroom.web.api.refusals import refusals
from switchroom.web.auth import Asker
from switchroom.web.services import Services, With

router = APIRouter(prefix="/api/v1/agents", tags=["agents"])


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
    voice_profile: str
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
    version: int


@router.get("", summary="List agents", responses=refusals(401, 403, 429))
async def agents(asker: Asker, services: With) -> list[AgentOut]:
    """Answer with the tenant's agents in the order they were made."""
    return [out(agent) for agent in await services.catalogue.agents(asker.tenant)]


@router.get("/{agent_id}", summary="Get an agent", responses=refusals(401, 403, 404, 429))
async def agent(agent_id: str, asker: Asker, services: With) -> AgentOut:
    """Answer with one agent, by its id or name."""
    return out(await services.catalogue.meant(agent_id, asker.tenant))


class NewAgent(AgentChange):
    """An agent to be made: its name, a published flow, and whatever else is not to be as usual."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, json_schema_extra={"example": {"name": "Ada", "flow": "front"}}
    )

    name: str = Field(min_length=1, max_length=200)
    flow: str = Field(min_length=1, max_length=500)


@router.post("", summary="Make an agent", status_code=201, responses=refusals(401, 403, 404, 409, 422, 429))
async def create(wanted: NewAgent, asker: Asker, services: With) -> AgentOut:
    """Make an agent, as its version 1; numbers are bound to it by themselves."""
    await usable(wanted, "", asker, services)
    return out(await AgentDesk(services.database, services.catalogue).create(asker.tenant, wanted, asker.user))


@router.patch("/{agent_id}", summary="Change an agent", responses=refusals(401, 403, 404, 409, 422, 429))
async def change(agent_id: str, wanted: AgentChange, asker: Asker, services: With) -> AgentOut:
    """Change the fields that are given, and publish that: calls from the next one on go by them."""
    found = await services.catalogue.meant(agent_id, asker.tenant)
    await usable(wanted, found.flow, asker, services)
    return out(await services.catalogue.save_agent(wanted.applied(found), Publication(asker.user)))


@router.delete("/{agent_id}", summary="Remove an agent", status_code=204, responses=refusals(401, 403, 404, 409, 429))
async def remove(agent_id: str, asker: Asker, services: With) -> None:
    """Remove an agent and its versions, unless a number or a queue needs it: the answer then names those."""
    found = await services.catalogue.meant(agent_id, asker.tenant)
    await AgentDesk(services.database, services.catalogue).delete(found)


async def usable(wanted: AgentChange, flow: str, asker: Identity, services: Services) -> None:
    """Raise Invalid, NotFound or Conflict if what is wanted names providers or a flow that cannot be used.

    Over HTTP nobody names files of this machine: another flow than ``flow`` must be a published one.
    """
    choices = await asyncio.to_thread(load_choices, services.settings.providers_file)
    chains: dict[Section, tuple[str, ...]] = {
        "models": wanted.models,
        "recognisers": wanted.recognisers,
        "voices": wanted.voice_providers,
    }
    check_names(choices, chains)
    await VoiceModels(services.database).check(asker.tenant, {str(part): names for part, names in chains.items()})
    if "flow" not in wanted.model_fields_set or wanted.flow == flow:
        return
    if (await services.flows.get(asker.tenant, wanted.flow)).published == 0:
        raise Conflict(f"the flow {wanted.flow!r} was never published: publish it first", code="flow_missing")


def out(agent: AgentRecord) -> AgentOut:
    """Return an agent as it is shown."""
    return AgentOut(**{name: getattr(agent, name) for name in AgentOut.model_fields})
