"""A voice fails before its first sound, in mid-sentence, or says nothing for ever."""

import asyncio
from contextlib import aclosing

import pytest

from switchroom.errors import Unavailable
from switchroom.events.providers import ProviderFailed, ProviderHedged, ProviderSwitched
from switchroom.ports import TextToSpeech, Voice
from switchroom.providers.failover.voice import FailoverVoice
from tests.providers.failover.providers import FOREVER, BrittleVoice, Told
from tests.virtual_time import run

TEXT = "Your table is booked."
BROKE = Unavailable("the socket closed", code="dropped")


async def _speak(voice: FailoverVoice, text: str = TEXT) -> int:
    async with aclosing(voice.speak(text, Voice())) as pieces:
        return len([piece async for piece in pieces])


@pytest.mark.parametrize("first", [BrittleVoice([(0, BROKE)]), BrittleVoice(first=FOREVER)], ids=["fails", "hangs"])
def test_before_the_first_sound_the_next_voice_says_it_and_nobody_hears_of_it(first: BrittleVoice) -> None:
    async def main() -> None:
        told, second = Told(), BrittleVoice()
        async with asyncio.TaskGroup() as tasks:
            links: tuple[TextToSpeech, ...] = first, second
            voice = FailoverVoice(told.chain("tts", *links), tasks)
            assert await _speak(voice) == 3
            assert await _speak(voice, "Goodbye.") == 1
        assert second.said == [TEXT, "Goodbye."]
        assert (first.open, second.open) == (0, 0)
        assert len(told.of(ProviderSwitched)) == 1

    run(main())


@pytest.mark.parametrize("what", [BROKE, FOREVER], ids=["drops", "stalls"])
def test_a_voice_that_stops_in_mid_sentence_does_not_hang_the_reply_5106(what: Unavailable | float) -> None:
    async def main() -> None:
        told, first, second = Told(), BrittleVoice([(1, what)]), BrittleVoice()
        async with asyncio.TaskGroup() as tasks:
            links: tuple[TextToSpeech, ...] = first, second
            voice = FailoverVoice(told.chain("tts", *links), tasks)
            async with aclosing(voice.speak(TEXT, Voice())) as pieces:
                await anext(pieces)
                with pytest.raises(Unavailable):
                    await anext(pieces)
            assert await _speak(voice, "is booked.") == 2
        assert second.said == ["is booked."]
        assert [event.provider for event in told.of(ProviderFailed)] == ["a"]

    run(main())


def test_a_late_voice_gets_a_second_one_beside_it() -> None:
    async def main() -> None:
        told, slow, quick = Told(), BrittleVoice(first=2.9), BrittleVoice()
        async with asyncio.TaskGroup() as tasks:
            links: tuple[TextToSpeech, ...] = slow, quick
            assert await _speak(FailoverVoice(told.chain("tts", *links), tasks)) == 3
        assert slow.open == 0
        (hedged,) = told.of(ProviderHedged)
        assert (hedged.winner, hedged.wasted) == ("b", {"characters": len(TEXT)})

    run(main())


def test_a_barge_in_closes_the_voice() -> None:
    async def main() -> None:
        only = BrittleVoice([(1, FOREVER)])
        async with asyncio.TaskGroup() as tasks:
            links: tuple[TextToSpeech, ...] = (only,)
            async with aclosing(FailoverVoice(Told().chain("tts", *links), tasks).speak(TEXT, Voice())) as pieces:
                await anext(pieces)
        assert only.open == 0

    run(main())


def test_three_failures_of_a_tenant_keep_its_calls_from_asking_again() -> None:
    async def main() -> None:
        told, broken, second = Told(), BrittleVoice([(0, BROKE)] * 9), BrittleVoice()
        async with asyncio.TaskGroup() as tasks:
            links: tuple[TextToSpeech, ...] = broken, second
            chain = told.chain("tts", *links, shun=0.0)
            voice = FailoverVoice(chain, tasks)
            for _ in range(5):
                assert await _speak(voice) == 3
            assert len(broken.said) == 3
        assert [event.why for event in told.of(ProviderSwitched)] == ["failed"]

    run(main())


def test_a_third_voice_is_asked_when_the_second_is_late_as_well() -> None:
    async def main() -> None:
        told, voices = Told(), [BrittleVoice(first=FOREVER), BrittleVoice(first=FOREVER), BrittleVoice()]
        async with asyncio.TaskGroup() as tasks:
            links: tuple[TextToSpeech, ...] = tuple(voices)
            began = asyncio.get_running_loop().time()
            assert await _speak(FailoverVoice(told.chain("tts", *links), tasks)) == 3
            assert asyncio.get_running_loop().time() - began < 3.0  # virtual: before the first was given up
        assert [voice.open for voice in voices] == [0, 0, 0]
        assert [event.winner for event in told.of(ProviderHedged)] == ["c"]

    run(main())
