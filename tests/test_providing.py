"""Which providers a call gets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from structlog.testing import capture_logs

from switchroom.errors import Invalid
from switchroom.identity import AgentId, TenantId
from switchroom.ports import Ask, Brain, CallDetails, CallPlan, Hints, Voice, untold
from switchroom.providers.choices import Choice, read_choices
from switchroom.providers.chosen_voice import voice_at
from switchroom.providers.kinds import KINDS, Kind
from switchroom.providers.mannered import MannerlyModel
from switchroom.providers.scripted import ScriptedRecogniser, ScriptedVoice
from switchroom.providing import Providers, Wanted, open_providers
from tests.providers.failover.providers import ScriptedModel
from tests.virtual_time import run, run_real

FILE = {
    "models": {"fast": {"kind": "scripted"}, "slow": {"kind": "scripted"}},
    "recognisers": {"ear": {"kind": "scripted"}, "keyless": {"kind": "scripted", "key": "env:NOT_SET"}},
    "voices": {"warm": {"kind": "scripted", "voice": "w1"}},
}
LOCAL_EAR, LOCAL_VOICE = ScriptedRecogniser(name="machine"), ScriptedVoice(name="machine")


@asynccontextmanager
async def _providers() -> AsyncIterator[Providers]:
    async with open_providers(read_choices(FILE, "f", {}), LOCAL_EAR, LOCAL_VOICE) as providers:
        yield providers


def test_a_provider_is_opened_once_for_all_calls() -> None:
    async def main() -> None:
        async with _providers() as providers:
            first = await providers.opened.recognisers(["ear", "local"])
            again = await providers.opened.recognisers(["ear"])
            assert [opened.provider.name for opened in first] == ["ear", "machine"]
            assert first[0].provider is again[0].provider

    run_real(main())


def test_what_cannot_be_used_is_passed_over_and_named_in_the_log() -> None:
    async def main() -> None:
        async with _providers() as providers:
            with capture_logs() as logs:
                found = await providers.opened.recognisers(["nobody", "keyless", "ear"])
            assert [opened.choice.name for opened in found] == ["ear"]
            assert [line["provider"] for line in logs] == ["nobody", "keyless"]
            assert "set NOT_SET" in logs[1]["problem"]

    run_real(main())


@asynccontextmanager
async def open_breaking(choice: Choice) -> AsyncIterator[ScriptedVoice]:
    """Break as a vendor's library may."""
    raise RuntimeError("a bug of theirs")
    yield ScriptedVoice()


def test_a_library_that_breaks_takes_no_other_provider_along(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "breaking", Kind(voices="tests.test_providing:open_breaking", keyed=False))
    file = {**FILE, "voices": {"broken": {"kind": "breaking"}, "warm": {"kind": "scripted"}}}

    async def main() -> None:
        async with open_providers(read_choices(file, "f", {}), LOCAL_EAR, LOCAL_VOICE) as providers:
            with capture_logs() as logs:
                found = await providers.opened.voices(["broken", "warm"])
            assert [opened.choice.name for opened in found] == ["warm"]
            assert "a bug of theirs" in logs[-1]["problem"]

    run_real(main())


def test_where_nothing_is_left_of_a_chain_the_speech_of_this_machine_does() -> None:
    async def main() -> None:
        async with _providers() as providers:
            speech = (await providers.speech(Wanted(TenantId("t"), ("nobody",), ("nobody",))))(untold)
            assert speech.stt is not None
            assert speech.stt.listen("en", lambda: Hints(""), lambda _: None) is not None
            assert speech.tts is not None
            assert speech.tts.name == "machine"

    run_real(main())


def test_an_agent_that_wants_nothing_has_this_machine_say_words() -> None:
    async def main() -> None:
        async with _providers() as providers:
            speech = (await providers.speech(Wanted(TenantId("t"))))(untold)
            assert speech.stt is None
            assert speech.tts is not None
            async for _ in speech.tts.speak("At 7:30 pm.", Voice()):
                pass
            assert LOCAL_VOICE.said[-1] == "At seven thirty p m."

    run_real(main())


def test_what_calls_begin_with_is_there_before_the_first_call_even_when_the_voice_is_gone() -> None:
    async def main() -> None:
        async with _providers() as providers:
            wanted = Wanted(TenantId("t"), voices=("warm",))
            speech = await providers.speech(wanted)
            plan = CallPlan(TenantId("t"), AgentId("a"), _no_brain, Voice(), speech, greeting="Hello!")
            await providers.prepare(plan)
            (opened,) = await providers.opened.voices(["warm"])
            assert isinstance(opened.provider, ScriptedVoice)
            said = list(opened.provider.said)
            assert said == ["Hello!", plan.apology, plan.farewell]
            again = speech(untold).tts
            assert again is not None
            assert len([piece async for piece in again.speak("Hello!", Voice())]) == 1
            assert opened.provider.said == said

    run_real(main())


def _no_brain(_call: CallDetails) -> Brain:
    raise AssertionError("no brain is needed")


def test_a_voice_goes_by_the_name_that_its_provider_knows() -> None:
    names = {"warm:de": "anna", "de": "hans", "en": "bob"}
    warm, cold = Choice("warm", "x", voice="w1"), Choice("cold", "x", voice="c1")
    assert voice_at(warm, Voice("slt", language="de-AT"), names).name == "anna"
    assert voice_at(cold, Voice("slt", language="de"), names).name == "hans"
    assert voice_at(warm, Voice("slt", 0.9, "fr"), names) == Voice("w1", 0.9, "fr")
    assert voice_at(Choice("bare", "x"), Voice("slt"), {}).name == "slt"


def test_an_agents_models_are_its_chain_and_those_that_its_flow_names() -> None:
    async def main() -> None:
        async with _providers() as providers:
            models = providers.models(Wanted(TenantId("t"), models=("slow", "gone")))(None)
            assert models("").name == "slow"
            assert models("fast").name == "fast, slow"
            assert models("") is models("")
            with pytest.raises(Invalid, match="there is no model 'clever'; the providers file has fast, slow"):
                models("clever")
            with pytest.raises(Invalid, match="does not have gone"):
                providers.models(Wanted(TenantId("t"), models=("gone",)))(None)("")
            assert providers.models(Wanted(TenantId("t")))(None)("").name == "fast, slow"

    run_real(main())


def test_a_request_is_told_who_the_agent_is_and_keeps_its_own_temperature() -> None:
    async def main() -> None:
        model = ScriptedModel([[]])
        mannerly = MannerlyModel(model, 0.3, "You are Ada.")
        for ask in (Ask("Book a table.", ()), Ask("", (), temperature=0.9)):
            assert [part async for part in mannerly.answer(ask)] == []
        assert model.asked == [
            Ask("You are Ada.\n\nBook a table.", (), temperature=0.3),
            Ask("You are Ada.", (), temperature=0.9),
        ]

    run(main())
