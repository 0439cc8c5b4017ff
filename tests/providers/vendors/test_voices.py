"""What every hosted voice does, whatever goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager

import pytest

from switchroom.errors import Denied, Limited, Unavailable
from switchroom.media.frame import RATE
from switchroom.ports import Voice
from switchroom.providers.choices import Choice
from switchroom.providers.kinds import KINDS
from switchroom.providers.vendors.voice import VendorVoice, open_voice
from tests.providers.vendors.cartesia import Cartesia
from tests.providers.vendors.elevenlabs import ElevenLabs
from tests.providers.vendors.listening import TEXT, fails, frequency, spoken
from tests.providers.vendors.openai import OpenAi
from tests.providers.vendors.serving import PER_LETTER, Faults
from tests.virtual_time import run_real

Server = Cartesia | ElevenLabs | OpenAi
Make = Callable[..., Server]

every_vendor = pytest.mark.parametrize("make", [Cartesia, ElevenLabs, OpenAi])


@asynccontextmanager
async def voice(server: Server, key: str = "right") -> AsyncIterator[VendorVoice]:
    """Yield our voice at a server."""
    async with server.running() as url:
        choice = Choice("us", server.kind, key=key, url=url, voice="anna", options={"patience": 0.6})
        async with open_voice(choice) as tts:
            yield tts


@every_vendor
def test_a_text_is_spoken_at_the_rate_of_the_plane(make: Make) -> None:
    async def main() -> None:
        async with voice(make()) as tts:
            samples = await spoken(tts, TEXT)
        assert abs(len(samples) / RATE - len(TEXT) * PER_LETTER) < 0.1
        assert abs(frequency(samples) - 400) < 10

    run_real(main())


@every_vendor
def test_the_first_sound_is_there_before_the_last_is_made(make: Make) -> None:
    async def main() -> None:
        server = make(pace=0.02)
        async with voice(server) as tts, aclosing(tts.speak(TEXT * 4, Voice())) as pieces:
            await anext(pieces)
            assert server.sent < 1.0

    run_real(main())


@every_vendor
def test_a_text_that_nobody_wants_any_more_does_not_delay_the_next(make: Make) -> None:
    async def main() -> None:
        server = make(pace=0.02)
        async with voice(server) as tts:
            async with aclosing(tts.speak(TEXT * 10, Voice())) as pieces:
                await anext(pieces)
            assert server.sent < 2.0
            assert len(await spoken(tts, TEXT)) / RATE < 2.0

    run_real(main())


@every_vendor
def test_nothing_to_say_is_no_request(make: Make) -> None:
    async def main() -> None:
        server = make()
        async with voice(server) as tts:
            assert len(await spoken(tts, " ")) == 0
        assert not server.requests

    run_real(main())


@every_vendor
def test_a_connection_that_breaks_in_mid_text_fails_after_what_was_heard(make: Make) -> None:
    async def main() -> None:
        server = make(faults=Faults(drop=0.5))
        async with voice(server) as tts:
            error, heard = await fails(tts, TEXT)
            assert isinstance(error, Unavailable)
            assert heard > 0.1
        assert len(server.requests) == 1

    run_real(main())


@every_vendor
def test_a_connection_that_breaks_before_the_first_sound_is_opened_once_more(make: Make) -> None:
    async def main() -> None:
        server = make(faults=Faults(drop=0.0, times=1))
        async with voice(server) as tts:
            assert len(await spoken(tts, TEXT)) / RATE > 1.0
        assert len(server.requests) == 2

    run_real(main())


@every_vendor
def test_a_key_that_is_not_good_is_denied(make: Make) -> None:
    async def main() -> None:
        server = make()
        async with voice(server, key="wrong") as tts:
            error, _ = await fails(tts, TEXT)
            assert isinstance(error, Denied)
            assert "us refuses our key" in str(error)
        assert len(server.requests) == 1

    run_real(main())


@every_vendor
def test_too_many_requests_say_when_to_come_again(make: Make) -> None:
    async def main() -> None:
        server = make(faults=Faults(refuse=429, retry_after="7"))
        async with voice(server) as tts:
            error, _ = await fails(tts, TEXT)
            assert isinstance(error, Limited)
            assert error.retry_after == 7.0
        assert len(server.requests) == 1

    run_real(main())


@every_vendor
def test_a_server_that_breaks_down_says_when_it_is_back(make: Make) -> None:
    async def main() -> None:
        async with voice(make(faults=Faults(refuse=503, retry_after="9"))) as tts:
            error, _ = await fails(tts, TEXT)
            assert isinstance(error, Unavailable)
            assert error.retry_after == 9.0
            assert "canary" not in str(error)

    run_real(main())


@every_vendor
@pytest.mark.parametrize("faults", [{"silent": True}, {"slow": 30.0}], ids=["silent", "slow"])
def test_a_voice_that_stays_silent_is_given_up(make: Make, faults: dict[str, float]) -> None:
    async def main() -> None:
        async with voice(make(faults=Faults(**faults))) as tts:  # type: ignore[arg-type]
            error, _ = await fails(tts, TEXT)
            assert isinstance(error, Unavailable)
            assert error.code == "too_late"

    run_real(main())


@every_vendor
def test_a_slow_first_sound_is_waited_for(make: Make) -> None:
    async def main() -> None:
        async with voice(make(faults=Faults(slow=0.3))) as tts:
            assert len(await spoken(tts, TEXT))

    run_real(main())


@every_vendor
def test_garbage_and_a_refused_text_are_failures_and_the_next_text_is_spoken(make: Make) -> None:
    async def main() -> None:
        async with voice(make(faults=Faults(garbage=True, times=2))) as tts:
            assert isinstance((await fails(tts, TEXT))[0], Unavailable)
            assert isinstance((await fails(tts, "forbidden"))[0], Unavailable)
            assert len(await spoken(tts, TEXT))

    run_real(main())


@pytest.mark.parametrize(
    "kind", [name for name, kind in KINDS.items() if "vendors" in kind.voices and name != "livekit"]
)
def test_every_kind_of_plugin_opens_and_one_that_nobody_answers_fails(kind: str) -> None:
    async def main() -> None:
        choice = Choice("us", kind, key="right", url="http://127.0.0.1:9", options={"patience": 0.6})
        async with open_voice(choice) as tts:
            error, _ = await fails(tts, TEXT)
            assert isinstance(error, Unavailable)

    run_real(main())


@every_vendor
def test_two_calls_speak_at_once(make: Make) -> None:
    async def main() -> None:
        async with voice(make(pace=0.002)) as tts:
            async with asyncio.TaskGroup() as calls:
                one = calls.create_task(spoken(tts, TEXT))
                other = calls.create_task(spoken(tts, TEXT * 2))
            assert abs(len(other.result()) - 2 * len(one.result())) < RATE / 5

    run_real(main())
