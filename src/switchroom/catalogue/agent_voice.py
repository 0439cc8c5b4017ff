"""An agent as it speaks: with the voice, speed and language of the profile that it refers to, if it does.

The profile's provider goes before the agent's own chain, which takes over when that fails. Voices that the agent has for other
languages than the profile's stay.
"""

from dataclasses import replace

import structlog

from switchroom.catalogue.model import VoiceProfileRow
from switchroom.catalogue.service import AgentRecord
from switchroom.catalogue.voice_profiles import VoiceProfileForm
from switchroom.storage.db import Database

log = structlog.get_logger()


async def as_it_speaks(agent: AgentRecord, database: Database) -> AgentRecord:
    """Return the agent with what its voice profile says; one whose profile is gone speaks with its own voice."""
    if not agent.voice_profile:
        return agent
    async with database.snapshot(agent.tenant_id) as session:
        row = await session.get(VoiceProfileRow, agent.voice_profile)
    if row is None or row.tenant_id != agent.tenant_id:
        log.warning("the voice profile of an agent is gone", agent=agent.id, profile=agent.voice_profile)
        return agent
    return by_profile(agent, VoiceProfileForm.model_validate(row.form))


def by_profile(agent: AgentRecord, profile: VoiceProfileForm) -> AgentRecord:
    """Return the agent with what a profile says."""
    place = f"{profile.provider}:{profile.language.lower()}"
    ours = {place, profile.provider, profile.language.lower()}
    voices = {where: name for where, name in agent.voices.items() if where not in ours}
    return replace(
        agent,
        voice=profile.voice,
        speed=profile.speed,
        language=profile.language,
        voice_providers=(profile.provider, *(one for one in agent.voice_providers if one != profile.provider)),
        voices={**voices, place: profile.voice} if profile.voice else voices,
    )
