"""Agents that speak by a voice profile: what counts, from when on, and what keeps a profile from going."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from switchroom.answering import FLOWS, Answering
from switchroom.catalogue.agent_desk import AgentDesk
from switchroom.catalogue.agent_form import AgentChange
from switchroom.catalogue.agent_voice import by_profile
from switchroom.catalogue.named_forms import NamedForms
from switchroom.catalogue.service import AgentRecord, Catalogue
from switchroom.catalogue.voice_profiles import VoiceProfileForm, remove_profile, voice_profiles
from switchroom.errors import Conflict, Invalid
from switchroom.identity import AgentId, UserId
from switchroom.ports import Voice
from switchroom.storage.db import Database
from tests.storage.stories import TENANT, migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

US = UserId("usr_1")
WARM = {"name": "warm", "provider": "local", "voice": "slt", "speed": 0.9, "language": "en-US"}


@dataclass
class House:
    database: Database
    catalogue: Catalogue
    profiles: NamedForms[VoiceProfileForm]
    answering: Answering
    agent: AgentRecord

    async def voice(self) -> Voice:
        return (await self.answering.find("demo", "phone_gateway")).voice


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[House]:
    shutil.copy(FLOWS / "examples" / "restaurant.yaml", folder / "flow.yaml")
    async with migrated(folder) as database:
        catalogue, profiles = Catalogue(database), voice_profiles(database, lambda: 0.0)
        await profiles.create(TENANT, WARM)
        agent = await catalogue.create_agent(TENANT, "Ada", "flow.yaml")
        agent = await catalogue.save_agent(replace(agent, voice="kal", speed=1.2))
        await catalogue.bind("demo", agent)
        yield House(database, catalogue, profiles, Answering(catalogue, database, folder), agent)


def test_the_profile_counts_over_the_agents_own_voice_from_the_next_call_on(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            assert await here.voice() == Voice("kal", 1.2, "en")
            await here.catalogue.save_agent(replace(here.agent, voice_profile="warm"))
            assert await here.voice() == Voice("slt", 0.9, "en-US")
            await here.profiles.change(TENANT, "warm", {"name": "calm", "speed": 0.8})
            assert await here.voice() == Voice("slt", 0.8, "en-US")
            plan = await here.answering.plan_to_call(here.agent.id, TENANT)
            assert (plan.voice, plan.language) == (Voice("slt", 0.8, "en-US"), "en-US")
            await here.catalogue.save_agent(replace(here.agent, voice_profile=""))
            assert await here.voice() == Voice("kal", 1.2, "en")

    run_real(main())


def test_a_profile_that_an_agent_or_its_draft_uses_cannot_be_removed(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            profile, desk = await here.profiles.get(TENANT, "warm"), AgentDesk(here.database, here.catalogue)
            await desk.change_draft(here.agent, AgentChange(voice_profile="warm"))
            with pytest.raises(Conflict, match="'warm' is used by Ada"):
                await remove_profile(here.database, TENANT, profile.id)
            published = await desk.publish(here.agent, US)
            assert published.voice_profile == profile.id
            with pytest.raises(Conflict, match="'warm' is used by Ada"):
                await remove_profile(here.database, TENANT, profile.id)
            back = await desk.roll_back(published, 2, US)
            assert back.voice_profile == ""
            await remove_profile(here.database, TENANT, profile.id)
            assert await here.profiles.page(TENANT) == []
            with pytest.raises(Invalid, match="there is no 'vpr_"):  # version 3 cannot come back as it was
                await desk.roll_back(back, 3, US)

    run_real(main())


def test_a_profile_that_is_not_there_or_somebody_elses_is_refused_by_name(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as here:
            with pytest.raises(Invalid, match="there is no 'cold'; there are: warm"):
                await here.catalogue.save_agent(replace(here.agent, voice_profile="cold"))
            with pytest.raises(Invalid, match="there is no 'cold'"):
                await AgentDesk(here.database, here.catalogue).change_draft(
                    here.agent, AgentChange(voice_profile="cold")
                )
            assert (await here.catalogue.agent(here.agent.id, TENANT)).version == here.agent.version

    run_real(main())


def test_the_agents_chain_takes_over_and_its_other_languages_keep_their_voices() -> None:
    agent = AgentRecord(
        id=AgentId("agt_1"),
        tenant_id=TENANT,
        name="Ada",
        flow="flow.yaml",
        voice_providers=("local", "sonic"),
        voices={"en": "kal", "de": "hans", "sonic": "anne"},
    )
    spoken = by_profile(agent, VoiceProfileForm(name="warm", provider="sonic", voice="bea"))
    assert spoken.voice_providers == ("sonic", "local")
    assert spoken.voices == {"de": "hans", "sonic:en": "bea"}
