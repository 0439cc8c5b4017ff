"""Who has the floor: the turn machine."""

from switchroom.conversation.moves import (
    AgentStarted,
    AgentStopped,
    CallerInterrupted,
    CallerLeft,
    Commit,
    Decision,
    DigitPressed,
    Dismiss,
    Expected,
    GiveUp,
    Input,
    Missed,
    Nudge,
    PauseSpeech,
    ReplyOwed,
    ResumeSpeech,
    StopSpeech,
    VoiceStarted,
    VoiceStopped,
    Withdraw,
)
from switchroom.conversation.timing import Timing
from switchroom.ports import Heard, Held, Resumed

__all__ = [
    "AgentStarted",
    "AgentStopped",
    "CallerInterrupted",
    "CallerLeft",
    "Commit",
    "Decision",
    "DigitPressed",
    "Dismiss",
    "Expected",
    "GiveUp",
    "Heard",
    "Held",
    "Input",
    "Missed",
    "Nudge",
    "PauseSpeech",
    "ReplyOwed",
    "ResumeSpeech",
    "Resumed",
    "StopSpeech",
    "Timing",
    "TurnMachine",
    "VoiceStarted",
    "VoiceStopped",
    "Withdraw",
]


class TurnMachine:
    """Takes what happened, says what to do. Reads no clock; ask ``deadline`` after every call and ``expire`` when it has passed."""

    def __init__(self, timing: Timing | None = None, *, language: str = "en") -> None:
        self._timing = timing or Timing()
        self._language = language

    @property
    def deadline(self) -> float | None:
        """When ``expire`` wants to be called; None if nothing is awaited here."""
        return None

    @property
    def next_turn(self) -> int:
        """The number that the next committed turn will have (the one being spoken, if the caller speaks)."""
        return 1

    def handle(self, event: Input, now: float) -> list[Decision]:
        """Take what happened. Never raises."""
        return []

    def expire(self, now: float) -> list[Decision]:
        """Say what to do now that time has passed. Harmless when called early."""
        return []
