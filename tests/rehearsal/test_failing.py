"""Every kind of expectation holds of a good call and fails of one that is broken just there."""

from pathlib import Path

import pytest

from switchroom.rehearsal.expectations import EXPECTATIONS
from tests.rehearsal.theatre import held

CALL = """
script:
  - say: a table for four on friday at seven thirty the name is anna
  - say: "yes"
  - say: goodbye
"""
_BRANCH = "    by: book.status\n    cases: {booked: %s}\n    otherwise: %s"
UNBOOKED = {
    "    tool: book_table\n": "    tool: check_table\n",
    _BRANCH % ("done", "just_gone"): _BRANCH % ("just_gone", "done"),
}
DONE = "Your table for {party} is booked, {day}, at {time}. We look forward to seeing you."
LATE = ("script:", "tools: {book_table: {takes: 3}}\nscript:")

BROKEN: dict[str, tuple[str, dict[str, str], tuple[str, str]]] = {
    "said": ("said: is booked", {DONE: "All right."}, ("", "")),
    "not_said": ("not_said: i am afraid", {DONE: "I am afraid it is done."}, ("", "")),
    "heard": ("heard: we look forward to seeing you", {}, ("say: goodbye", "say: goodbye\n    over: 1.0")),
    "not_heard": ("not_heard: all right", {DONE: "All right."}, ("", "")),
    "understood": ('understood: "yes"', {}, ('say: "yes"', 'say: "yes"\n    heard: that is fine')),
    "tool": ("{tool: book_table, with: {party: 4}, times: 1}", UNBOOKED, ("", "")),
    "value": ("value: {party: 4}", {}, ("for four", "for five")),
    "rows": ("{rows: reservations, where: {name: Anna, party: 4}, count: 1}", UNBOOKED, ("", "")),
    "latency": ("latency: 1.0", {}, LATE),
    "replies": ("replies: 1", {"text: Thank you for calling. Goodbye.": 'text: ""'}, ("", "")),
    "turns": ("turns: 3", {}, ("  - say: goodbye", "")),
    "interrupted": ("interrupted: false", {}, ("say: goodbye", "say: goodbye\n    over: 1.0")),
    "resumed": ("resumed: false", {}, ("  - say: goodbye", "  - {sound: cough, over: 1.0}\n  - say: goodbye")),
    "ended": ("ended: agent_hangup", {}, ("  - say: goodbye", "  - hang_up: true")),
    "silence": ("silence: 2.0", {}, LATE),
    "event": ("{event: call.dtmf, times: 0}", {}, ("  - say: goodbye", '  - digits: "9"')),
}  # fmt: skip


def test_there_is_a_broken_call_for_every_kind_of_expectation() -> None:
    assert BROKEN.keys() == set(EXPECTATIONS) - {"judge"}  # test_judging.py breaks it


def test_all_of_them_hold_of_the_good_call(tmp_path: Path) -> None:
    every = "".join(f"  - {expectation}\n" for expectation, _, _ in BROKEN.values())
    result = held(f"{CALL}expect:\n{every}", tmp_path)
    assert result.passed, [judged.finding for judged in result.findings if not judged.finding.holds]


@pytest.mark.parametrize("kind", BROKEN)
def test_it_fails_of_a_broken_call(kind: str, tmp_path: Path) -> None:
    expectation, changes, (before, after) = BROKEN[kind]
    call = CALL.replace(before, after) if before else CALL
    result = held(f"{call}expect:\n  - {expectation}\n", tmp_path, changes)
    (judged,) = result.findings
    assert not judged.finding.holds
    assert judged.finding.expected
    assert judged.finding.actual
    assert not result.passed
