"""Callers and agents of the tests, in literal times."""

from switchroom.conversation.turns import (
    AgentStarted,
    Decision,
    Heard,
    ReplyOwed,
    Timing,
    TurnMachine,
    VoiceStarted,
    VoiceStopped,
)


def speaking(timing: Timing | None = None) -> TurnMachine:
    """A machine whose agent speaks since 0."""
    machine = TurnMachine(timing)
    machine.handle(ReplyOwed(), -1.0)
    machine.handle(AgentStarted(), 0.0)
    return machine


def said(machine: TurnMachine, text: str, start: float, end: float) -> list[Decision]:
    """The caller says ``text``; all of it is understood 50 ms after we learnt of its end."""
    return [
        *machine.handle(VoiceStarted(start), start + 0.1),
        *machine.handle(VoiceStopped(end), end + 0.1),
        *machine.handle(Heard(text, final=True, confidence=0.9), end + 0.15),
    ]
