"""What a caller of a rehearsal can do, and what they say when the agent does not let them."""

from pathlib import Path

import pytest

from switchroom.errors import Invalid
from switchroom.events.catalogue import CallTransferred, ReplyInterrupted, TransferRequested
from switchroom.rehearsal.report import Held, details
from switchroom.rehearsal.stage import Result
from tests.rehearsal.theatre import held

PERSON = {"flow: restaurant receptionist": "flow: restaurant receptionist\nperson: sip:host@192.0.2.10"}


def told(result: Result) -> str:
    return details(Held("test.yaml", "of a test", 0.0, result))


def starts(result: Result) -> list[float]:
    return [act.at for act in result.record.acts if act.speaks]


def test_a_line_is_said_at_its_time(tmp_path: Path) -> None:
    result = held("script: [{say: where are you, at: 7.5}]", tmp_path)
    assert starts(result) == [pytest.approx(7.5, abs=0.02)]


def test_a_line_comes_so_long_after_the_agent_has_finished(tmp_path: Path) -> None:
    early, late = (held(f"script: [{{say: where are you, after: {after}}}]", tmp_path) for after in (0.1, 1.6))
    assert starts(late)[0] - starts(early)[0] == pytest.approx(1.5, abs=0.02)


def test_a_line_interrupts_as_soon_as_a_phrase_was_heard(tmp_path: Path) -> None:
    text = (
        "script: [{say: when are you open}, {say: stop it, once: Tuesday to Saturday}]\nexpect: [{interrupted: true}]"
    )
    result = held(text, tmp_path)
    assert result.passed, told(result)
    ((_, cut),) = result.record.of(ReplyInterrupted)
    assert "Tuesday to" in cut.heard
    assert "for lunch" in cut.unheard


def test_a_phrase_that_is_never_said_is_waited_for_and_missed(tmp_path: Path) -> None:
    result = held("script: [{say: where are you}, {wait_for: under the moon, within: 5}]", tmp_path)
    assert result.problem == "the agent did not say 'under the moon' within 5 s"


def test_what_was_heard_is_not_waited_for(tmp_path: Path) -> None:
    result = held("script: [{say: where are you}, {wait_for: twelve Mill Lane}, {hang_up: true}]", tmp_path)
    assert result.passed, told(result)


def test_a_call_that_is_over_before_the_script_is_a_failure(tmp_path: Path) -> None:
    result = held("script: [{say: goodbye}, {say: one more thing}]", tmp_path)
    assert result.problem == "the call was over before step 2 (say 'one more thing')"


def test_a_call_that_takes_too_long_is_a_failure(tmp_path: Path) -> None:
    result = held("longest: 10\nscript: [{silence: 30}]", tmp_path)
    assert result.problem == "the call took longer than 10 s, as `longest` says"


def test_an_agent_that_says_nothing_is_waited_for_so_long(tmp_path: Path) -> None:
    call = "caller: {patience: 6}\ntools: {book_table: {takes: 7}}\nscript:\n"
    lines = '  - say: a table for four on friday at seven thirty the name is anna\n  - say: "yes"\n  - expect: []\n'
    result = held(call + lines, tmp_path, {})
    assert result.problem == "the agent did not finish speaking within 6 s"


def test_a_caller_is_handed_over_where_their_line_can_be(tmp_path: Path) -> None:
    result = held(
        "caller: {transfer: done}\nscript: [{say: can i speak to a person}, {silence: 5}]\nexpect: [{ended: transfer}]",
        tmp_path,
        PERSON,
    )
    assert [event.target for _, event in result.record.of(TransferRequested)] == ["sip:host@192.0.2.10"]
    assert not result.record.of(CallTransferred)
    assert result.passed, told(result)


def test_a_caller_who_is_not_taken_over_stays(tmp_path: Path) -> None:
    text = "script: [{say: can i speak to a person}, {silence: 3}, {expect: [{said: the line is busy}]}]"
    result = held(f"caller: {{transfer: busy}}\n{text}", tmp_path, PERSON)
    assert result.passed, told(result)


def test_a_line_too_quiet_to_be_heard_is_not_understood(tmp_path: Path) -> None:
    result = held("script: [{say: where are you, level: -60}, {silence: 1}]\ncaller: {patience: 5}", tmp_path)
    assert "did not finish" in result.problem or result.record.replies()
    assert "understood" not in told(result)
    assert not [m for m in result.record.moments if m.event.topic == "transcript.final"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("given: {tables: [{name: x}]}\nscript: []", "there is no table 'tables' of a tenant's; there are "),
        ("given: {reservations: [{nam: x}]}\nscript: []", "there is no column 'nam'; there are "),
        ("given: {reservations: [{party: many}]}\nscript: []", "column 'party' does not take 'many'"),
        ("tools: {cook: {takes: 1}}\nscript: []", "the agent has no tool 'cook'; it has book_table"),
        ("script: []\nexpect: [{rows: tables}]", "there is no table 'tables'"),
        ("zone: Mars/Base\nscript: []", "zone: there is no zone 'Mars/Base'"),
    ],
)
def test_what_cannot_be_held_says_why(text: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(Invalid) as raised:
        held(text, tmp_path)
    assert problem in str(raised.value)


def test_each_call_of_a_tool_has_its_own_fault(tmp_path: Path) -> None:
    text = """
tools:
  check_table:
    - {returns: {status: full, offer: nine in the evening, best: "21:00"}}
    - {fails: database}
script:
  - say: a table for two on friday at seven
  - expect: [{said: I could offer you nine in the evening}]
  - say: "yes"
  - expect: [{tool: check_table, with: {time: "21:00"}, outcome: database}]
"""
    result = held(text, tmp_path)
    assert result.passed, told(result)
