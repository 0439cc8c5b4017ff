"""When a message that a caller leaves is complete.

    state      happens               next
    WAITING    voice starts          SPEAKING
    WAITING    START seconds         over: nothing
    SPEAKING   voice stops           PAUSING
    PAUSING    voice starts          SPEAKING
    PAUSING    ``silence`` seconds   over: silence
    not over   "#"                   over: key        (another key is no part of a message)
    not over   ``limit`` seconds     over: limit
    not over   the caller leaves     over: left

A message with no voice in it is over for "nothing", whatever ended it.
"""

from dataclasses import dataclass
from enum import Enum
from math import inf
from typing import assert_never

from switchroom.conversation.moves import CallerLeft, DigitPressed, VoiceStarted, VoiceStopped
from switchroom.events.catalogue import MessageEnd

START = 8.0
"""So many seconds may a caller take to begin."""

ENDS = "#"

Input = VoiceStarted | VoiceStopped | DigitPressed | CallerLeft


class _State(Enum):
    WAITING = "waiting"
    SPEAKING = "speaking"
    PAUSING = "pausing"
    OVER = "over"


@dataclass(frozen=True, slots=True)
class MessageOver:
    """The message is complete, for this reason."""

    why: MessageEnd


class MessageMachine:
    """One message, begun at ``now``."""

    def __init__(self, limit: float, silence: float, now: float) -> None:
        self._silence = silence
        self._until = now + limit
        self._state = _State.WAITING
        self._patience = now + START
        self.spoke = False

    @property
    def deadline(self) -> float | None:
        """When ``expire`` has something to say; None once the message is over."""
        match self._state:
            case _State.OVER:
                return None
            case _State.SPEAKING:
                return self._until
            case _State.WAITING | _State.PAUSING:
                return min(self._patience, self._until)
            case _:
                assert_never(self._state)

    def handle(self, happened: Input, now: float) -> list[MessageOver]:
        """Take what happened."""
        if self._state is _State.OVER:
            return []
        match happened:
            case VoiceStarted():
                self._state, self._patience, self.spoke = _State.SPEAKING, inf, True
            case VoiceStopped(at):
                if self._state is _State.SPEAKING:
                    self._state, self._patience = _State.PAUSING, max(at, now - self._silence) + self._silence
            case DigitPressed(digit):
                return self._end("key") if digit == ENDS else []
            case CallerLeft():
                return self._end("left")
            case _:
                assert_never(happened)
        return []

    def expire(self, now: float) -> list[MessageOver]:
        """Take that it is ``now``."""
        deadline = self.deadline
        if deadline is None or now < deadline:
            return []
        return self._end("limit" if deadline == self._until else "silence")

    def _end(self, why: MessageEnd) -> list[MessageOver]:
        self._state = _State.OVER
        return [MessageOver(why if self.spoke else "nothing")]
