"""Listening to a voice profile: what is said by whom, and what is refused."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest

from switchroom.catalogue.voice_profiles import VoiceProfileForm
from switchroom.errors import Limited, Unavailable
from switchroom.identity import TenantId
from switchroom.media.frame import RATE, Samples
from switchroom.media.wav import parse
from switchroom.ports import TextToSpeech, Voice
from switchroom.providers.choices import read_choices
from switchroom.providers.scripted import ScriptedRecogniser
from switchroom.providers.speechless import Speechless
from switchroom.providing import open_providers
from switchroom.roles.voice_trials import PATIENCE, VoiceTrials, sample_of
from tests.virtual_time import run_real

US, THEM = TenantId("tnt_1"), TenantId("tnt_2")
WARM = VoiceProfileForm(name="warm", voice="slt", speed=0.9, language="en-US")


@dataclass
class ScriptedTongue:
    """Speaks a tenth of a second once it may."""

    may: asyncio.Event
    asked: list[tuple[str, Voice]] = field(default_factory=list)
    name: str = "machine"

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        self.asked.append((text, voice))
        await self.may.wait()
        yield np.full(RATE // 10, 7, np.int16)


@asynccontextmanager
async def trials(tongue: TextToSpeech) -> AsyncIterator[VoiceTrials]:
    async with open_providers(read_choices({}, "f", {}), ScriptedRecogniser(name="machine"), tongue) as providers:
        yield VoiceTrials(providers)


def test_a_sentence_is_spoken_with_the_voice_speed_and_language_of_the_profile() -> None:
    async def main() -> None:
        tongue = ScriptedTongue(asyncio.Event())
        tongue.may.set()
        async with trials(tongue) as here:
            wav = await here.listen(US, WARM, "Good morning.")
            said = parse(wav)
            assert (said.rate, said.channels, said.size) == (RATE, 1, RATE // 10 * 2)
            await here.listen(US, WARM)
        spoken = Voice("slt", 0.9, "en-US")
        assert [voice for _, voice in tongue.asked] == [spoken, spoken]
        assert [text.lower() for text, _ in tongue.asked] == ["good morning.", WARM.sample.lower()]

    run_real(main())


def test_a_tenant_listens_to_one_at_a_time() -> None:
    async def main() -> None:
        tongue = ScriptedTongue(asyncio.Event())
        async with trials(tongue) as here, asyncio.TaskGroup() as tasks:
            first = tasks.create_task(here.listen(US, WARM))
            while not tongue.asked:
                await asyncio.sleep(0)
            with pytest.raises(Limited):
                await here.listen(US, WARM)
            other = tasks.create_task(here.listen(THEM, WARM))
            tongue.may.set()
            assert await first == await other == await here.listen(US, WARM)

    run_real(main())


def test_a_voice_that_takes_too_long_or_is_not_here_is_said_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    async def main() -> None:
        assert PATIENCE == 10.0
        monkeypatch.setattr("switchroom.roles.voice_trials.PATIENCE", 0.01)
        async with trials(ScriptedTongue(asyncio.Event())) as here:
            with pytest.raises(Unavailable, match="took more than"):
                await here.listen(US, WARM)
            monkeypatch.undo()
            with pytest.raises(Unavailable, match="'sonic' does not work in this process"):
                await here.listen(US, VoiceProfileForm(name="cold", provider="sonic"))
        async with trials(Speechless()) as api:
            with pytest.raises(Unavailable, match="calls are the engines' affair"):
                await api.listen(US, WARM)

    run_real(main())


def test_the_usual_sample_is_not_read_in_another_language() -> None:
    assert sample_of(WARM) == WARM.sample
    assert sample_of(VoiceProfileForm(name="warm", language="de")).startswith("Ich bin noch dabei")
    assert sample_of(VoiceProfileForm(name="warm", language="de", sample="Guten Tag.")) == "Guten Tag."
