"""Whatever happens to a turn machine, in whatever order: one turn, one reply; a pause ends; nothing raises."""

from hypothesis import given, settings
from hypothesis import strategies as st

from switchroom.conversation.moves import (
    AgentStopped,
    Commit,
    Decision,
    Dismiss,
    GiveUp,
    Nudge,
    PauseSpeech,
    ResumeSpeech,
    StopSpeech,
    Withdraw,
)
from switchroom.conversation.turns import Agent, Caller, Timing, TurnMachine
from tests.conversation.positions import TOLD, Clocked

_TIMING = Timing(floor=4.0)
_SCRIPTS = st.lists(st.tuples(st.sampled_from([*TOLD, "time", "wait"]), st.floats(0.0, 1.5)), max_size=60)


class Witness:
    """Watches a machine and holds it to its promises."""

    def __init__(self) -> None:
        self.clocked = Clocked(TurnMachine(_TIMING))
        self.turns = 0
        self.owed = False
        self.paused: float | None = None
        self.held = False
        self.left = False

    def tell(self, name: str, after: float) -> None:
        self.clocked.now += after
        if name == "wait":
            return
        self.held = name == "held" or (self.held and name != "resumed")
        before = self.clocked.machine.state[0]
        decisions = self.clocked.tell(name)
        self.left = self.left or name == "left"
        if isinstance(TOLD.get(name), AgentStopped):
            self.owed = False
        for decision in decisions:
            self.judge(decision)
        self.count_endings(before, decisions)
        self.check_waits()

    def judge(self, decision: Decision) -> None:
        match decision:
            case Commit():
                self.turns += 1
                assert decision.turn == self.turns, "turns are numbered without gaps, each once"
                assert not self.owed, "a turn is committed only when nothing is owed to the one before"
                assert decision.text or decision.digits or decision.missed, "a turn holds something"
                assert decision.started <= decision.ended <= self.clocked.now
                self.owed = not self.left
            case Withdraw() | StopSpeech():
                self.owed = False
                self.paused = None if isinstance(decision, StopSpeech) else self.paused
            case PauseSpeech():
                assert self.paused is None, "what is paused is not paused again"
                self.paused = self.clocked.now
            case ResumeSpeech():
                assert self.paused is not None, "only what is paused goes on"
                self.paused = None
            case Nudge() | GiveUp():
                assert not self.owed and not self.held and not self.left
            case Dismiss():
                pass

    def count_endings(self, before: Caller, decisions: list[Decision]) -> None:
        after = self.clocked.machine.state[0]
        endings = [decision for decision in decisions if isinstance(decision, Commit | Dismiss)]
        assert len(endings) <= 1, "an utterance ends once"
        if before is not Caller.QUIET and after is Caller.QUIET:
            assert len(endings) == 1, "an utterance ends in a turn or in nothing"
        if after is not Caller.QUIET:
            assert not endings, "what has ended is over"

    def check_waits(self) -> None:
        machine = self.clocked.machine
        caller, agent = machine.state
        assert (agent is Agent.PAUSED) == (self.paused is not None)
        awaited_here = (
            (caller is not Caller.QUIET and agent is not Agent.PROTECTED and not (self.held and agent is Agent.PAUSED))
            or (agent is Agent.PAUSED and not self.held)
            or (caller is Caller.QUIET and agent is Agent.SILENT and not self.held and not self.left)
        )
        if awaited_here and machine.deadline is None:
            assert self.turns == 0, "something is awaited and nobody would ever be woken for it"
        if not awaited_here:
            assert machine.deadline is None
        if self.paused is not None and not self.held:
            assert machine.deadline is not None
            assert machine.deadline <= self.paused + _TIMING.suspense + 1e-9


@settings(max_examples=400, deadline=None)
@given(_SCRIPTS)
def test_every_promise_holds_under_any_order_of_events(script: list[tuple[str, float]]) -> None:
    witness = Witness()
    for name, after in script:
        witness.tell(name, after)


@settings(max_examples=200, deadline=None)
@given(_SCRIPTS)
def test_a_machine_that_is_left_alone_comes_to_rest(script: list[tuple[str, float]]) -> None:
    witness = Witness()
    for name, after in script:
        witness.tell(name, after)
    witness.tell("resumed", 0.0)
    for _ in range(8):
        witness.tell("time", 0.0)
    caller, agent = witness.clocked.machine.state
    assert agent is not Agent.PAUSED
    assert caller is Caller.QUIET or agent is Agent.PROTECTED
