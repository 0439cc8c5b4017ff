"""A streaming voice, as Cartesia is one: a text in, its sound as it is made, whatever goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest

from switchroom.errors import Invalid
from switchroom.media.frame import RATE
from switchroom.ports import Voice
from switchroom.providers.choices import Choice
from switchroom.providers.vendors.voice import VendorVoice, open_voice
from tests.providers.vendors.cartesia import Cartesia
from tests.providers.vendors.listening import TEXT, frequency, spoken
from tests.providers.vendors.serving import PER_LETTER
from tests.virtual_time import run_real


@asynccontextmanager
async def voice(server: Cartesia, key: str = "right", **options: int) -> AsyncIterator[VendorVoice]:
    """Yield our voice at a server."""
    async with server.running() as url:
        choice = Choice("us", "cartesia", "sonic-3", key, url, "anna", options={"patience": 0.6, **options})
        async with open_voice(choice) as tts:
            yield tts


def test_a_text_is_spoken_at_the_rate_of_the_plane() -> None:
    async def main() -> None:
        server = Cartesia()
        async with voice(server) as tts:
            samples = await spoken(tts, TEXT)
        assert abs(len(samples) / RATE - len(TEXT) * PER_LETTER) < 0.1
        assert abs(frequency(samples) - 400) < 10
        assert server.said[0]["voice"] == {"mode": "id", "id": "anna"}
        assert server.said[0]["output_format"] == {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE}

    run_real(main())


@pytest.mark.parametrize("rate", [8000, 22050, 24000, 44100])
def test_another_rate_is_converted_without_a_seam(rate: int) -> None:
    async def main() -> None:
        async with voice(Cartesia(), sample_rate=rate) as tts:
            samples = await spoken(tts, TEXT)
        assert abs(len(samples) / RATE - len(TEXT) * PER_LETTER) < 0.15
        assert abs(frequency(samples) - 400) < 10
        inside = samples[RATE // 10 : -RATE // 5].astype(float)
        assert abs(inside[1:] - inside[:-1]).max() < 1.5 * 8000 * 2 * 3.1416 * 400 / RATE

    run_real(main())


def test_texts_follow_one_another_over_one_connection() -> None:
    async def main() -> None:
        server = Cartesia()
        async with voice(server) as tts:
            for _ in range(3):
                assert len(await spoken(tts, TEXT))
        assert len(server.requests) == 1
        assert server.closed == 1

    run_real(main())


def test_a_text_that_nobody_wants_any_more_is_not_made_to_its_end() -> None:
    async def main() -> None:
        server = Cartesia(pace=0.02)
        async with voice(server) as tts:
            async with aclosing(tts.speak(TEXT * 10, Voice())) as pieces:
                await anext(pieces)
            await asyncio.sleep(0.1)
            assert server.sent < 5.0
            assert len(await spoken(tts, TEXT)) / RATE < 2.0

    run_real(main())


def test_what_the_call_wants_of_the_voice_is_told() -> None:
    async def main() -> None:
        server = Cartesia()
        async with voice(server) as tts:
            await spoken(tts, TEXT, Voice("otto", 1.2, "de"))
        said = server.said[0]
        assert said["voice"] == {"mode": "id", "id": "otto"}
        assert said["language"] == "de"
        assert said["generation_config"] == {"speed": 1.2}

    run_real(main())


def test_a_connection_that_was_closed_meanwhile_is_not_noticed() -> None:
    async def main() -> None:
        server = Cartesia()
        async with voice(server) as tts:
            await spoken(tts, TEXT)
            server.hang_up()
            assert len(await spoken(tts, TEXT)) / RATE > 1.0
        assert len(server.requests) == 2

    run_real(main())


def test_an_entry_with_an_unknown_option_is_explained() -> None:
    async def main() -> None:
        with pytest.raises(Invalid, match="no option 'sample_rat'; did you mean sample_rate"):
            async with open_voice(Choice("c", "cartesia", key="k", options={"sample_rat": 8000})):
                pass

    run_real(main())
