"""A whole call whose recogniser and voice are hosted: a real telephone, the whole program, vendors on loopback."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.catalogue.service import AgentRecord
from switchroom.events.catalogue import ReplySpoken, TranscriptPartial, TurnEnded
from tests.end_to_end.conftest import Voice
from tests.end_to_end.guest import hears
from tests.end_to_end.house import House, opened
from tests.interop.peers import Baresip, BaresipSetup
from tests.providers.vendors.cartesia import Cartesia
from tests.providers.vendors.deepgram import Deepgram, Line
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]

PROVIDERS = """
recognisers:
  ears: {{kind: deepgram, model: nova-3, key: "file:{key}", url: "{ears}"}}
voices:
  mouth: {{kind: cartesia, model: sonic-3, voice: anna, key: "file:{key}", url: "{mouth}"}}
"""


def hosted(agent: AgentRecord) -> AgentRecord:
    """Let the agent hear and speak by the vendors."""
    return replace(agent, recognisers=("ears",), voice_providers=("mouth",), greeting="Hello.")


Scenario = Callable[[House, Baresip], Awaitable[None]]


def play(folder: Path, ears: Deepgram, mouth: Cartesia, scenario: Scenario) -> None:
    """Let a telephone meet a house whose speech is hosted. What fails is told together with what happened."""
    key = folder / "key"
    key.write_text("right\n", encoding="utf-8")

    async def main() -> AssertionError | None:
        async with ears.running() as ears_at, mouth.running() as mouth_at:
            providers = folder / "providers.yaml"
            providers.write_text(PROVIDERS.format(key=key, ears=ears_at, mouth=mouth_at), encoding="utf-8")
            async with (
                opened(folder / "data", hosted, providers=providers) as house,
                Baresip(folder / "phone", BaresipSetup(user="anna")) as phone,
            ):
                try:
                    await scenario(house, phone)
                except AssertionError as error:
                    error.add_note(house.witness.story())
                    return error
        return None

    if (failure := run_real(main())) is not None:
        raise failure


def test_a_caller_is_heard_and_answered_by_hosted_speech_though_a_connection_breaks(
    alone: bool, tmp_path: Path, spoken: Voice
) -> None:
    said = spoken("I would like to book a table please"), spoken("for four people on Friday")
    ears = Deepgram(script=[Line(("I would like", "to book a table")), Line(("What time do you open",))])
    mouth = Cartesia(pace=0.005)

    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        await house.witness.until(ReplySpoken)
        await hears(phone, 0.2)
        await phone.say(said[0])
        assert (await house.witness.until(TurnEnded)).text == "I would like to book a table"
        assert "people" in (await house.witness.until(ReplySpoken)).heard.lower()
        ears.hang_up()
        mouth.hang_up()
        await asyncio.sleep(0.1)
        await phone.say(said[1])
        assert (await house.witness.until(TurnEnded)).text == "What time do you open"
        await house.witness.until(ReplySpoken)
        await phone.hang_up()
        await house.over()
        assert house.witness.all(TranscriptPartial)

    play(tmp_path, ears, mouth, scenario)
    assert len(ears.requests) == len(mouth.requests) == 2
    assert mouth.said[0]["transcript"] == "Hello. "
    assert ears.requests[0]["language"] == "en"
