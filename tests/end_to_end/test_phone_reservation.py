"""Somebody calls on a telephone that we did not write and books a table, by voice or by keys."""

import asyncio
import os
import signal
from collections.abc import Callable
from datetime import datetime, time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from switchroom.events.catalogue import (
    DigitPressed,
    RecordingStored,
    ReplySpoken,
    ReplyStarted,
    ToolFinished,
    TranscriptFinal,
    VoiceActivity,
)
from switchroom.identity import CallId
from switchroom.media.wav import parse
from tests.end_to_end.conftest import Voice
from tests.end_to_end.guest import converse, if_right
from tests.end_to_end.house import ZONE, House, open_day, play
from tests.interop.peers import Baresip
from tests.interop.sound import audible, loudness

pytestmark = [pytest.mark.peer, pytest.mark.speech]

DAY = open_day()
WEEKDAY = f"{DAY:%A}"


def arrival(hour: int, minute: int) -> datetime:
    """Return a time on the day that is booked."""
    return datetime.combine(DAY, time(hour, minute), ZONE)


async def assert_written_down(house: House, call: CallId) -> None:
    """Transcript and journal are complete."""
    lines = await house.transcript(call)
    assert {line.who for line in lines} == {"caller", "agent"}
    assert lines[0].text.startswith("Hello, this is the Copper Table")
    assert any(f"is booked, {WEEKDAY}" in line.text for line in lines if line.who == "agent"), lines
    happened = [event for event in house.witness.events if event.call == call]
    stored = await house.journal(call)
    assert [entry.sequence for entry in stored] == [event.sequence for event in happened if not event.ephemeral]
    assert [entry.sequence for entry in stored] == list(range(1, len(stored) + 1))
    assert all(one.number < other.number for one, other in pairwise(stored))
    assert {entry.topic for entry in stored} >= {"voice.call.started", "tool.finished", "voice.call.completed"}


def assert_recorded(house: House) -> None:
    """The caller is on the left, the agent on the right, each where the transcript says so."""
    [stored] = house.witness.all(RecordingStored)
    data = Path(stored.path).read_bytes()
    form = parse(data)
    assert (form.channels, form.bits) == (2, 16)
    sound = np.frombuffer(data[form.start : form.start + form.size], "<i2").reshape(-1, 2)
    assert len(sound) / form.rate == pytest.approx(stored.duration, abs=0.05)
    for line in house.witness.all(TranscriptFinal):
        left, right = sound[int(line.start * form.rate) : int(line.end * form.rate)].T
        assert loudness(left) > 0.01, line
        assert loudness(left) > 10 * loudness(right), line
    for reply in house.witness.all(ReplySpoken):
        left, right = sound[int(reply.start * form.rate) : int(reply.end * form.rate)].T
        assert loudness(right) > 0.01, reply
        assert loudness(right) > 10 * loudness(left), reply


def order(spoken: Voice, time_said: str, *, party: str = "four") -> dict[str, Path | Callable[[str], Path]]:
    """Return what somebody says who wants a table, and who says so again if they are misunderstood."""
    again = spoken(f"no, for {party} people on {WEEKDAY} at {time_said}")
    return {
        "wish": spoken("can I book a table please"),
        "party": spoken(f"for {party} people"),
        "day": spoken(f"on {WEEKDAY} please"),
        "time": spoken(f"at {time_said}"),
        "name": spoken("my name is Anna"),
        "agreed": if_right(f"{party} {WEEKDAY} {time_said} Anna", spoken("yes please"), again),
        "more": spoken("no thank you, goodbye"),
    }


def test_a_synthetic_voice_books_a_table(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    lines = order(spoken, "seven thirty") | {"wish": spoken("I would like to book a table for four people")}

    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        await converse(house, phone, lines)
        ended = await house.over()
        assert ended.reason == "agent_hangup"
        assert await house.reservations() == [("Anna", 4, arrival(19, 30), "booked")]
        assert audible(phone.heard()) > 8.0
        await assert_written_down(house, ended.call)
        assert_recorded(house)

    play(tmp_path, scenario)


def test_a_person_says_how_many_they_are_and_when_they_come(
    person: Voice, alone: bool, tmp_path: Path, spoken: Voice
) -> None:
    lines = order(spoken, "seven", party="five") | {"party": person("five"), "time": person("seven")}

    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        await converse(house, phone, lines, until="book_table")
        await phone.hang_up()
        await house.over()
        assert await house.reservations() == [("Anna", 5, arrival(19, 0), "booked")]

    play(tmp_path, scenario)


def test_keys_alone_book_a_table(alone: bool, tmp_path: Path) -> None:
    keys = ("1#", "4#", f"{DAY:%d%m}", "730", "1#", "1")

    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        for answer in keys:  # nobody who knows the menu hears it out
            await house.witness.until(ReplyStarted)
            await asyncio.sleep(0.3)
            await phone.press(answer, apart=0.15)
        await house.witness.until(ToolFinished, where=lambda event: event.tool == "book_table")
        await phone.hang_up()
        assert (await house.over()).reason == "caller_hangup"
        assert await house.reservations() == [("Guest", 4, arrival(19, 30), "booked")]
        assert "".join(key.digit for key in house.witness.all(DigitPressed)) == "".join(keys)
        assert {key.how for key in house.witness.all(DigitPressed)} == {"rfc4733"}

    play(tmp_path, scenario)


def test_a_recogniser_that_is_killed_costs_no_reservation(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    wish = spoken(f"A table for four on {WEEKDAY} at seven thirty please")
    lines = order(spoken, "seven thirty") | {"wish": wish}

    async def scenario(house: House, phone: Baresip) -> None:
        pool = house.running.speech.stt.pool
        await phone.dial(house.uri)
        await converse(house, phone, lines, until="name")
        [killed] = pool.pids
        await phone.say(spoken("my name is Anna"))
        await house.witness.until(VoiceActivity)
        os.kill(killed, signal.SIGKILL)
        await converse(house, phone, lines, until="book_table")
        await phone.hang_up()
        await house.over()
        assert pool.restarts == 1
        assert killed not in pool.pids
        assert await house.reservations() == [("Anna", 4, arrival(19, 30), "booked")]

    play(tmp_path, scenario)
