import json

import pytest

from switchroom.errors import Invalid
from switchroom.ports.control import (
    CallCommand,
    Conference,
    GiveBack,
    HangUp,
    Hold,
    Resume,
    Say,
    SendDigits,
    TakeOver,
    Transfer,
    Whisper,
    packed,
    unpacked,
)

COMMANDS: list[CallCommand] = [
    HangUp(),
    Hold(),
    Resume(),
    Transfer("+442079460000", "warm"),
    Conference("anna"),
    SendDigits("12#"),
    Say("One moment.", protected=True),
    Whisper("She is our best customer."),
    TakeOver("anna", "user_1"),
    GiveBack("He gets a refund."),
]


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: type(command).__name__)
def test_a_command_survives_json(command: CallCommand) -> None:
    assert unpacked(json.loads(json.dumps(packed(command)))) == command


@pytest.mark.parametrize("data", [{}, {"command": "Explode"}, {"command": "Say"}, {"command": "Hold", "text": "x"}])
def test_what_is_no_command_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        unpacked(data)
