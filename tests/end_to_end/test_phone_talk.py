"""How people behave on the telephone: they interrupt, cough, say nothing, and hang up in the middle of a sentence."""

import asyncio
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from switchroom.catalogue.service import AgentRecord
from switchroom.events.catalogue import (
    ReplyInterrupted,
    ReplyPaused,
    ReplyResumed,
    ReplySpoken,
    ReplyStarted,
    TranscriptFinal,
    TurnEnded,
    TurnStarted,
)
from tests.end_to_end.conftest import Voice
from tests.end_to_end.guest import hears
from tests.end_to_end.house import House, play
from tests.interop.peers import Baresip
from tests.interop.sound import RATE, Samples, audible, save

pytestmark = [pytest.mark.peer, pytest.mark.speech]

GREETING = (
    "Hello, this is the Copper Table. We are open from five in the evening on Tuesday to Saturday, "
    "for lunch from noon on Friday and Saturday, and on Sunday from noon to eight."
)


def talkative(agent: AgentRecord) -> AgentRecord:
    """Let the agent greet at length, so that there is something to interrupt."""
    return replace(agent, speed=1.2, greeting=GREETING)


def impatient(agent: AgentRecord) -> AgentRecord:
    """Let the agent ask again soon."""
    return replace(agent, speed=1.3, silence=1.0, nudges=1)


def cough(seed: int) -> Samples:
    """Return a cough from deep in the throat: breath and a few rough pulses of the glottis, gone after 0.3 s.

    It is voiced enough to be taken for a voice at first, as coughs of noise alone are not.
    """
    rng = np.random.default_rng(seed)
    times = np.arange(int(0.3 * RATE)) / RATE
    pulses = np.zeros(len(times))
    at = 0.0
    while at < 0.3:
        pulses[int(at * RATE)] = 1 + 0.5 * rng.standard_normal()
        at += max(0.001, 0.01 * (1 + 0.05 * rng.standard_normal()))
    source = pulses / pulses.std() + 0.3 * rng.standard_normal(len(times))
    ring = times[: RATE // 33]
    resonances = ((650, 80), (1100, 100), (2500, 150))
    throat = np.stack([np.sin(2 * np.pi * f * ring) * np.exp(-np.pi * width * ring) for f, width in resonances]).sum(
        axis=0
    )
    sound = np.convolve(source, throat)[: len(times)] * np.minimum(times / 0.01, 1) * np.exp(-times / 0.12)
    coughed: Samples = (12_000 * sound / np.abs(sound).max()).astype(np.int16)
    return coughed


def coughs(path: Path) -> Path:
    """Write coughs, of those that sound most like a voice, and a minute of silence."""
    return save(np.concatenate((cough(2), cough(56), cough(2), np.zeros(60 * RATE, np.int16))), path)


def test_words_stop_the_agent_in_the_middle_of_a_sentence(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    line = spoken("I would like to book a table for four people on Friday please")

    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        await house.witness.until(ReplyStarted)
        await hears(phone, 1.0)
        await phone.say(line)
        cut = await house.witness.until(ReplyInterrupted)
        silent = len(phone.heard()) + RATE // 2  # what is still on its way to the phone
        turn = await house.witness.until(TurnEnded)
        assert cut.heard
        assert GREETING.startswith(cut.heard)
        assert (cut.heard + " " + cut.unheard).split() == GREETING.split()
        assert "table for four" in turn.text
        await house.witness.until(ReplyStarted)
        assert audible(phone.heard()[silent:]) < 0.5, "the agent listens"
        await phone.hang_up()
        call = (await house.over()).call
        heard = [entry.text for entry in await house.transcript(call) if entry.interrupted]
        assert heard[0] == cut.heard

    play(tmp_path, scenario, talkative)


def test_a_cough_lets_the_agent_finish_its_sentence(alone: bool, tmp_path: Path) -> None:
    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        await house.witness.until(ReplyStarted)
        await hears(phone, 1.0)
        await phone.say(coughs(tmp_path / "cough.wav"))
        await house.witness.until(ReplyPaused)
        await house.witness.until(ReplyResumed)
        greeting = await house.witness.until(ReplySpoken)
        assert greeting.heard == GREETING
        await phone.hang_up()
        await house.over()
        assert house.witness.all(ReplyInterrupted) == []
        assert house.witness.all(TurnStarted) == []
        assert house.witness.all(TranscriptFinal) == []

    play(tmp_path, scenario, talkative)


def test_a_silent_caller_is_asked_in_other_words_and_then_let_go(alone: bool, tmp_path: Path) -> None:
    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        assert (await house.over()).reason == "timeout"
        await phone.until("CALL_CLOSED")
        said = [reply.heard for reply in house.witness.all(ReplySpoken)]
        assert len(said) == len(set(said)) == 3, said
        assert said[0].startswith("Hello")
        assert said[1].startswith("Are you still there?")
        assert said[2].endswith("Goodbye.")

    play(tmp_path, scenario, impatient)


def test_the_last_words_of_who_hangs_up_mid_sentence_are_kept(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    line = spoken("I would like to book a table for four people on Friday at seven thirty please")

    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        await house.witness.until(ReplySpoken)
        await phone.say(line)
        async with asyncio.timeout(10.0):
            while audible(phone.said()) < 1.9:
                await asyncio.sleep(0.05)
        await phone.hang_up()
        ended = await house.over()
        assert ended.reason == "caller_hangup"
        [said] = [entry.text for entry in await house.transcript(ended.call) if entry.who == "caller"]
        assert "book a table" in said
        assert "please" not in said

    play(tmp_path, scenario)
