"""Calls that were, as rehearsals: what is kept of them, and that they can be held again."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.errors import Invalid
from switchroom.events.catalogue import CallEnded, Event
from switchroom.rehearsal.cast import Cast, Role
from switchroom.rehearsal.from_call import NUMBER, Source, as_rehearsal
from switchroom.rehearsal.play import AgentOfDatabase
from switchroom.rehearsal.reading import Piece, parse
from switchroom.rehearsal.report import Held, details
from switchroom.rehearsal.stage import Result, rehearse
from switchroom.rehearsal.steps import HangUp, PressKeys, SayLine
from tests.rehearsal.theatre import FLOW, held
from tests.virtual_time import run

BEGAN = 1_795_532_400.0  # 24 November 2026, 15:00 in London

BOOKED = """
caller: {number: "+441632960456", name: Anna Schmidt}
script:
  - say: when are you open
  - say: a table for four on friday at seven thirty the name is anna
    over: 1.5
  - say: "yes"
    confidence: 0.8
  - digits: "9"
"""


def events_of(result: Result) -> list[Event]:
    """Return what happened, with the call's own time on it."""
    return [
        replace(moment.event, at=BEGAN + moment.at) for moment in result.record.moments if not moment.event.ephemeral
    ]


def retold(result: Result, *, anonymise: bool = False) -> str:
    return as_rehearsal(Source(events_of(result), "Receptionist", "demo"), anonymise=anonymise)


def again(text: str, flow: str) -> Result:
    async def find(agent: AgentOfDatabase) -> Role:
        assert (agent.name, agent.tenant) == ("Receptionist", "demo")
        return Role(flow, "a test")

    piece = parse(text, Path("call.yaml"))
    return run(rehearse(piece, asyncio.run(Cast(find).part(piece.rehearsal, piece.path))))


def piece_of(text: str) -> Piece:
    return parse(text, Path("call.yaml"))


def test_a_call_that_becomes_a_rehearsal_goes_the_same_way_again(tmp_path: Path) -> None:
    text = retold(held(BOOKED, tmp_path))
    result = again(text, FLOW.read_text(encoding="utf-8"))
    assert result.passed, text + details(Held("call.yaml", "again", 0.0, result))
    assert all(judged.finding.holds for judged in result.findings), details(Held("call.yaml", "again", 0.0, result))
    assert {judged.soft for judged in result.findings} == {True, False}


def test_the_callers_timing_is_kept_in_relation_to_the_agents_speech(tmp_path: Path) -> None:
    first, second, third, keys = [
        step
        for step in piece_of(retold(held(BOOKED, tmp_path))).rehearsal.script
        if isinstance(step, SayLine | PressKeys)
    ]
    assert first.after == pytest.approx(0.4, abs=0.1)
    assert second.over == pytest.approx(1.5, abs=0.1)
    assert isinstance(third, SayLine)
    assert third.confidence == 0.8
    assert isinstance(keys, PressKeys)
    assert keys.digits == "9"


def test_a_new_version_that_says_something_else_is_told_but_no_failure(tmp_path: Path) -> None:
    text = retold(held(BOOKED, tmp_path))
    flow = FLOW.read_text(encoding="utf-8").replace("We look forward to seeing you.", "See you soon.")
    result = again(text, flow)
    assert result.passed
    assert [judged.finding.expected for judged in result.findings if not judged.finding.holds]
    assert "~  line" in details(Held("call.yaml", "again", 0.0, result))


def test_a_new_version_that_does_not_book_is_a_failure(tmp_path: Path) -> None:
    text = retold(held(BOOKED, tmp_path))
    flow = FLOW.read_text(encoding="utf-8").replace("    tool: book_table\n", "    tool: check_table\n")
    assert not again(text, flow).passed


def test_whoever_hung_up_in_mid_word_does_so_again(tmp_path: Path) -> None:
    call = "script:\n  - say: where are you\n  - {say: thank you very much, over: 1.0, hang_up: 0.8}\n"
    text = retold(held(call, tmp_path))
    last = piece_of(text).rehearsal.script[-1]
    assert isinstance(last, SayLine)
    assert last.hang_up is not None
    assert again(text, FLOW.read_text(encoding="utf-8")).passed


def test_whoever_hung_up_over_the_agents_words_does_so_again(tmp_path: Path) -> None:
    call = "script:\n  - say: when are you open\n  - {hang_up: true, over: 2.0}\n"
    last = piece_of(retold(held(call, tmp_path))).rehearsal.script[-1]
    assert isinstance(last, HangUp)
    assert last.over == pytest.approx(2.0, abs=0.1)


def test_silence_to_the_end_stays_silence(tmp_path: Path) -> None:
    text = retold(held("script:\n  - say: where are you\n  - silence: 60\n", tmp_path))
    assert again(text, FLOW.read_text(encoding="utf-8")).passed


def test_a_hold_keeps_its_length(tmp_path: Path) -> None:
    text = retold(held("script:\n  - say: where are you\n  - hold: 4\n  - say: goodbye\n", tmp_path))
    assert "  - hold: 4.0" in text
    assert again(text, FLOW.read_text(encoding="utf-8")).passed


def test_what_a_caller_said_in_one_breath_stays_in_one_line(tmp_path: Path) -> None:
    call = "script:\n  - say: [a table for, {pause: 0.6}, four]\n"
    (line,) = [step for step in piece_of(retold(held(call, tmp_path))).rehearsal.script if isinstance(step, SayLine)]
    assert line.say == "a table for four"


def test_an_anonymous_call_names_neither_number_nor_name(tmp_path: Path) -> None:
    text = retold(held(BOOKED, tmp_path), anonymise=True)
    assert NUMBER in text
    assert not [word for word in ("960456", "anna", "schmidt") if word in text.lower()]
    assert again(text, FLOW.read_text(encoding="utf-8")).passed


def test_a_recording_gives_each_line_its_sound_unless_it_is_anonymous(tmp_path: Path) -> None:
    source = Source(events_of(held(BOOKED, tmp_path)), "Receptionist", "demo", "/recordings/call.wav")
    assert as_rehearsal(source).count('clip: {file: "/recordings/call.wav", channel: left') == 3
    assert "clip" not in as_rehearsal(source, anonymise=True)


def test_a_call_that_is_not_over_is_no_rehearsal_yet(tmp_path: Path) -> None:
    events = [event for event in events_of(held(BOOKED, tmp_path)) if not isinstance(event, CallEnded)]
    with pytest.raises(Invalid, match="answered and is over"):
        as_rehearsal(Source(events, "Receptionist", "demo"))
