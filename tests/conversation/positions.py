"""How a turn machine gets into each of its states, and what it can be told there, by the names that docs/turns.md uses."""

from switchroom.conversation.moves import (
    AgentStarted,
    AgentStopped,
    CallerInterrupted,
    CallerLeft,
    CallerWrote,
    Decision,
    DigitPressed,
    Expected,
    Input,
    Missed,
    OwnVoiceHeard,
    ReplyOwed,
    VoiceStarted,
    VoiceStopped,
)
from switchroom.conversation.turns import TurnMachine
from switchroom.ports import Heard, Held, Resumed

STEP = 0.05
LAG = 0.04
Script = tuple[str, ...]

TOLD: dict[str, Input] = {
    "voice": VoiceStarted(0.0),
    "voice over the last words": VoiceStarted(0.0, remaining=0.4),
    "our own voice": VoiceStarted(0.0, ours=True),
    "it was our own voice": OwnVoiceHeard(),
    "voice ends": VoiceStopped(0.0),
    "partial: words": Heard("table for", final=False),
    "partial: nod": Heard("okay", final=False),
    "final: words": Heard("a table for two", final=True, confidence=0.9),
    "final: nod": Heard("okay", final=True),
    "final: hum": Heard("mhm", final=True),
    "final: nothing": Heard("", final=True),
    "missed": Missed("stt_died"),
    "digit": DigitPressed("4"),
    "#": DigitPressed("#"),
    "writing": CallerWrote("a table for two"),
    "reply owed": ReplyOwed(),
    "agent starts": AgentStarted(),
    "agent starts, protected": AgentStarted(protected=True),
    "agent stops": AgentStopped(),
    "interrupted": CallerInterrupted(),
    "left": CallerLeft(),
    "held": Held(),
    "resumed": Resumed(),
    "expected": Expected(),
}

_AGENT: dict[str, Script] = {
    "SILENT": ("expected",),
    "OWED": ("reply owed",),
    "SPEAKING": ("reply owed", "agent starts"),
    "PROTECTED": ("reply owed", "agent starts, protected"),
    "PAUSED": ("reply owed", "agent starts"),
}
_CALLER: dict[str, Script] = {
    "QUIET": (),
    "TALKING": ("voice",),
    "LULL": ("voice", "voice ends"),
    "TYPING": ("digit",),
}
_OTHERWISE: dict[tuple[str, str], Script] = {
    ("QUIET", "PAUSED"): (*_AGENT["SPEAKING"], "held"),
    ("TALKING", "SPEAKING"): (*_AGENT["SPEAKING"], "voice", "time"),
    ("LULL", "SPEAKING"): (*_AGENT["SPEAKING"], "voice", "time", "voice ends"),
    ("TYPING", "PAUSED"): (*_AGENT["PROTECTED"], "digit", "held"),
}
_IMPOSSIBLE = {("TYPING", "OWED"), ("TYPING", "SPEAKING")}

STATES: dict[tuple[str, str], Script] = {
    (caller, agent): _OTHERWISE.get((caller, agent), (*said, *did))
    for caller, did in _CALLER.items()
    for agent, said in _AGENT.items()
    if (caller, agent) not in _IMPOSSIBLE
}
"""What to tell a new machine so that it gets there."""


class Clocked:
    """A machine with a clock that every telling moves on; voices began and ended a little before they are told."""

    def __init__(self, machine: TurnMachine | None = None) -> None:
        self.machine = machine or TurnMachine()
        self.now = 100.0

    @property
    def state(self) -> tuple[str, str]:
        caller, agent = self.machine.state
        return caller.name, agent.name

    def tell(self, name: str) -> list[Decision]:
        """Tell it what ``name`` stands for; ``time`` passes until it wants to be woken."""
        self.now += STEP
        if name == "time":
            if self.machine.deadline is None:
                return []
            self.now = max(self.now, self.machine.deadline)
            return self.machine.expire(self.now)
        told = TOLD[name]
        match told:
            case VoiceStarted(_, remaining, ours):
                told = VoiceStarted(self.now - LAG, remaining, ours)
            case VoiceStopped():
                told = VoiceStopped(self.now - LAG)
            case _:
                pass
        return self.machine.handle(told, self.now)

    def follow(self, script: Script) -> list[Decision]:
        """Tell it all of ``script``; return the decisions of the last."""
        decisions: list[Decision] = []
        for name in script:
            decisions = self.tell(name)
        return decisions


def at(caller: str, agent: str) -> Clocked:
    """Return a machine in that state."""
    clocked = Clocked()
    clocked.follow(STATES[caller, agent])
    assert clocked.state == (caller, agent), f"the script for {caller}, {agent} leads to {clocked.state}"
    return clocked
