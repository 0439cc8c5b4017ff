"""A caller who wants to talk to a person, through the whole program: to somebody, or back to us."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.catalogue.service import AgentRecord
from switchroom.events.catalogue import (
    CallTransferred,
    ReplySpoken,
    TransferCompleted,
    TransferFailed,
    TransferRequested,
)
from switchroom.ports import Refuse
from tests.end_to_end.house import Change, House, brisk, play
from tests.interop.peers import Baresip, BaresipSetup
from tests.interop.responder import responder
from tests.interop.sound import RATE, audible, pitch, tone

pytestmark = [pytest.mark.peer, pytest.mark.speech]

RESTAURANT = Path(__file__).parent.parent.parent / "examples/restaurant.yaml"


def with_person(folder: Path, address: str) -> str:
    """Write the restaurant's flow with somebody who can take callers over; return where."""
    path = folder / "restaurant.yaml"
    path.write_text(f'person: "{address}"\n{RESTAURANT.read_text()}')
    return str(path)


def answering_by(flow: str) -> Change:
    def change(agent: AgentRecord) -> AgentRecord:
        return replace(brisk(agent), flow=flow)

    return change


async def set_flow(house: House, flow: str) -> None:
    catalogue = house.running.records.catalogue
    [agent] = await catalogue.everybody()
    await catalogue.save_agent(answering_by(flow)(agent))


async def pressed(house: House, phone: Baresip, key: str) -> None:
    """Call, hear the greeting out and press a key."""
    await phone.dial(house.uri)
    await house.witness.until(ReplySpoken)
    await phone.press(key)


def test_who_presses_zero_is_put_through_to_a_person(alone: bool, tmp_path: Path) -> None:
    (tmp_path / "bert").mkdir()

    async def scenario(house: House, phone: Baresip) -> None:
        async with Baresip(tmp_path / "bert", BaresipSetup(user="bert", answers=True)) as bert:
            await set_flow(house, with_person(tmp_path, bert.uri))
            await pressed(house, phone, "0")
            spoken = await house.witness.until(ReplySpoken)
            assert spoken.heard == "One moment please, I'll put you through."
            assert (await house.witness.until(TransferRequested)).target == bert.uri
            await house.witness.until(TransferCompleted)
            assert (await house.over()).reason == "transfer"
            await phone.say(tone(440, tmp_path / "tone.wav"))
            async with asyncio.timeout(15.0):
                while abs(pitch(bert.heard()[-RATE // 2 :]) - 440) > 5:
                    await asyncio.sleep(0.1)
            await bert.hang_up()

    play(tmp_path, scenario)


def test_who_cannot_be_put_through_hears_why_and_may_leave_a_message(alone: bool, tmp_path: Path) -> None:
    async def scenario(house: House, phone: Baresip) -> None:
        async with responder(Refuse("over_limit")) as busy:
            await set_flow(house, with_person(tmp_path, busy.uri))
            await pressed(house, phone, "0")
            failed = await house.witness.until(TransferFailed)
            assert (failed.reason, failed.status) == ("busy", 486)
            told = await house.witness.until(ReplySpoken)
            assert told.answers == "transfer"
            assert told.heard.startswith("I'm afraid the line is busy")
            assert told.heard.endswith("Please tell me what it is about.")
            await phone.hang_up()
            assert (await house.over()).reason == "caller_hangup"

    play(tmp_path, scenario)


def test_whoever_a_caller_hands_us_to_talks_to_the_same_agent(alone: bool, tmp_path: Path) -> None:
    (tmp_path / "bert").mkdir()

    async def scenario(house: House, phone: Baresip) -> None:
        async with Baresip(tmp_path / "bert", BaresipSetup(user="bert", answers=True)) as bert:
            await phone.dial(house.uri)
            await house.witness.until(ReplySpoken)
            await phone.command("transfer", bert.uri)
            moved = await house.witness.until(CallTransferred)
            assert moved.party == bert.uri
            await phone.until("CALL_CLOSED")
            await bert.press("4")  # the hours, as the menu has it
            told = await house.witness.until(ReplySpoken)
            assert told.call == moved.call
            assert "open" in told.heard
            await bert.falls_silent()
            assert audible(bert.heard()) > 2.0
            await bert.hang_up()
            assert (await house.over()).reason == "caller_hangup"

    play(tmp_path, scenario)
