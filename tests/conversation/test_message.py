"""When a message is complete: the table of ``conversation/message.py``, row by row."""

import pytest

from switchroom.conversation.message import START, Input, MessageMachine, MessageOver
from switchroom.conversation.moves import CallerLeft, DigitPressed, VoiceStarted, VoiceStopped

SPOKE: list[tuple[float, Input]] = [(1.0, VoiceStarted(1.0)), (3.0, VoiceStopped(3.0))]
ROWS: list[tuple[str, list[tuple[float, Input]], float, str]] = [
    ("nobody speaks", [], START, "nothing"),
    ("a pause that is long enough", [*SPOKE], 7.0, "silence"),
    ("a pause in the middle", [*SPOKE, (6.0, VoiceStarted(6.0)), (8.0, VoiceStopped(8.0))], 12.0, "silence"),
    ("the key", [*SPOKE, (4.0, DigitPressed("#"))], 4.0, "key"),
    ("another key", [*SPOKE, (4.0, DigitPressed("5"))], 7.0, "silence"),
    ("the key at once", [(0.5, DigitPressed("#"))], 0.5, "nothing"),
    ("too much", [(1.0, VoiceStarted(1.0))], 30.0, "limit"),
    ("a hang-up in mid-sentence", [(1.0, VoiceStarted(1.0)), (2.0, CallerLeft())], 2.0, "left"),
    ("a hang-up at once", [(2.0, CallerLeft())], 2.0, "nothing"),
]


@pytest.mark.parametrize(("name", "inputs", "at", "why"), ROWS, ids=[row[0] for row in ROWS])
def test_a_message_is_over(name: str, inputs: list[tuple[float, Input]], at: float, why: str) -> None:
    machine = MessageMachine(30.0, 4.0, 0.0)
    for now, happened in inputs:
        assert machine.deadline is None or machine.deadline > now, "it was over before"
        over = machine.handle(happened, now)
        if over:
            assert (now, over) == (at, [MessageOver(why)])  # type: ignore[arg-type]
            assert machine.deadline is None and machine.handle(VoiceStarted(99.0), 99.0) == machine.expire(99.0) == []
            return
    assert machine.deadline == at
    assert machine.expire(at - 0.01) == []
    assert machine.expire(at) == [MessageOver(why)]  # type: ignore[arg-type]
    assert machine.deadline is None
