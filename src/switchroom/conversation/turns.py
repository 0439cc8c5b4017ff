"""Who has the floor.

Two small machines that look at each other: what the caller does and what the agent does. Inputs say what happened,
decisions what to do; the whole table is in ``docs/turns.md``, and the tests walk it row by row. In short:

    caller         agent             input                  decision
    QUIET          SPEAKING          VoiceStarted           PauseSpeech        in the same tick
    TALKING, LULL  PAUSED            words                  StopSpeech         the utterance becomes a turn
    LULL           PAUSED            "mhm", nothing, time   ResumeSpeech       it does not
    TALKING        PAUSED            time (noise)           ResumeSpeech       words may still come
    LULL           SILENT            final, time            Commit | Dismiss
    TALKING, LULL  OWED              words                  Withdraw           both texts become one turn
    TALKING        any               time (30 s)            AskFinal           what follows is a new utterance
    TYPING         SILENT            "#", length, time      Commit
    any            SPEAKING, PAUSED  DigitPressed           StopSpeech
    any            PROTECTED         anything               -                  kept until it may be answered
    QUIET          SILENT            time                   Nudge | GiveUp

Every utterance ends in exactly one Commit or Dismiss, and a Commit is made only while the agent is silent and owes
nothing: one turn gets one reply by construction.
"""

from dataclasses import replace
from typing import assert_never

from switchroom.conversation.endpoint import Endpoint
from switchroom.conversation.moves import (
    AgentStarted,
    AgentStopped,
    AskFinal,
    CallerInterrupted,
    CallerLeft,
    CallerWrote,
    Commit,
    Decision,
    DigitPressed,
    Dismiss,
    Expected,
    GiveUp,
    Input,
    Missed,
    Nudge,
    OwnVoiceHeard,
    PauseSpeech,
    ReplyOwed,
    ResumeSpeech,
    StopSpeech,
    VoiceStarted,
    VoiceStopped,
    Withdraw,
)
from switchroom.conversation.parties import Agent, Caller, Line, Reply, changes_who_talks
from switchroom.conversation.pauses import Pauses
from switchroom.conversation.timing import Timing
from switchroom.conversation.utterance import Utterance
from switchroom.ports import Heard, Held, Patience, Resumed

__all__ = [
    "Agent", "AgentStarted", "AgentStopped", "AskFinal", "Caller", "CallerInterrupted", "CallerLeft", "CallerWrote",
    "Commit", "Decision", "DigitPressed", "Dismiss", "Expected", "GiveUp", "Heard", "Held", "Input", "Missed",
    "Nudge", "OwnVoiceHeard", "PauseSpeech", "ReplyOwed", "ResumeSpeech", "Resumed", "StopSpeech", "Timing", "TurnMachine",
    "VoiceStarted", "VoiceStopped", "Withdraw",
]  # fmt: skip

_KEYS = "0123456789*#ABCD"


class TurnMachine:
    """Takes what happened, says what to do. Ask ``deadline`` after every call, and call ``expire`` once it has passed."""

    def __init__(self, timing: Timing | None = None, *, language: str = "en", pauses: Pauses | None = None) -> None:
        self._timing = timing or Timing()
        self._language = language
        self._caller = Caller.QUIET
        self._reply = Reply()
        self._line = Line()
        self._end = Endpoint(self._timing, language, pauses or Pauses())
        self._utterance = Utterance(0.0, 0.0, 0.0)
        self._carried: Commit | None = None
        self._turns = 0
        self.deadline: float | None = None
        """When ``expire`` wants to be called; None while nothing is awaited, or only what the agent does."""
        self._counted: float | None = None  # when a typed answer was complete by its length; its "#" may follow

    @property
    def state(self) -> tuple[Caller, Agent]:
        """Who does what now."""
        return self._caller, self._reply.agent

    @property
    def pauses(self) -> Pauses:
        """How this caller pauses, as far as we know by now."""
        return self._end.pauses

    @property
    def next_turn(self) -> int:
        """The number of the turn being spoken or, if the caller is quiet, of the next one."""
        return self._turns + 1

    def overdue(self, now: float) -> Utterance | None:
        """What the caller said who has finished, as far as it was understood, and waits for nothing but a late transcript."""
        waits = self.state == (Caller.LULL, Agent.SILENT)
        return self._utterance if waits and self._end.overdue(self._utterance, now) else None

    def change_language(self, language: str) -> None:
        """The caller speaks ``language`` from now on."""
        self._language = self._end.language = language

    def handle(self, event: Input, now: float) -> list[Decision]:
        """Take what happened."""
        if self._line.quiet is None:
            self._line.quiet = now
        decisions = self._take(event, now)
        self.deadline = self._next_deadline()
        return decisions

    def expire(self, now: float) -> list[Decision]:
        """Say what to do now that time has passed. Harmless when called early."""
        if self.deadline is None or now < self.deadline:
            return []
        decisions = self._time_out(now)
        self.deadline = self._next_deadline()
        return decisions

    def _take(self, event: Input, now: float) -> list[Decision]:
        match event:
            case VoiceStarted() | VoiceStopped():
                return self._voice(event, now)
            case OwnVoiceHeard():
                return self._ignore_voice()
            case Heard() | Missed():
                return self._understand(event, now)
            case DigitPressed() | CallerWrote():
                return [] if self._line.left else self._take_written(event, now)
            case ReplyOwed() | AgentStarted() | AgentStopped() | CallerInterrupted():
                return [] if self._line.left else self._change_agent(event, now)
            case Held() | Resumed() | CallerLeft():
                return self._change_line(event, now)
            case Expected():
                self._end.expect(event)
                return []
            case _:
                assert_never(event)

    def _time_out(self, now: float) -> list[Decision]:
        match self._caller, self._reply.agent:
            case (_, Agent.PAUSED):
                return self._go_on()
            case (Caller.QUIET, _):
                return self._nudge()
            case (Caller.TALKING, _):
                self._caller, self._utterance.cut = Caller.LULL, True
                self._utterance.stop(now)
                return [AskFinal()]
            case (_, Agent.SILENT):
                return self._close()
            case _:
                return self._dismiss()

    # the caller

    def _voice(self, event: VoiceStarted | VoiceStopped, now: float) -> list[Decision]:
        at = min(event.at, now)
        if isinstance(event, VoiceStopped):
            if self._caller is Caller.TALKING:
                self._caller = Caller.LULL
                self._utterance.stop(at)
            unwanted, self._line.deaf = self._line.deaf and self._caller is Caller.QUIET, False
            return [Dismiss()] if unwanted else []
        self._line.deaf |= self._line.held
        if self._line.held or self._line.left or not changes_who_talks(self._caller, self._utterance, event):
            return []
        if self._caller is Caller.QUIET:
            self._utterance = Utterance(at, at, at)
        elif self._caller is Caller.LULL:
            self._end.went_on(self._utterance, at)
            self._utterance.resume(at)
        self._utterance.ours = event.ours
        self._utterance.answers |= self._is_answer(event.remaining)
        self._caller = Caller.TALKING
        return self._pause(now) if self._reply.agent is Agent.SPEAKING and not event.ours else []

    def _ignore_voice(self) -> list[Decision]:
        """What we took for the caller is our own voice: go on; what it says is nothing."""
        if self._caller not in {Caller.TALKING, Caller.LULL} or self._utterance.took_floor:
            return []
        self._utterance.ours = True
        return self._go_on() if self._reply.agent is Agent.PAUSED and not self._line.held else []

    def _understand(self, event: Heard | Missed, now: float) -> list[Decision]:
        if self._caller not in {Caller.TALKING, Caller.LULL}:
            return []  # of an utterance that is over
        silent = self._caller is Caller.LULL
        if isinstance(event, Heard):
            self._utterance.finished = event.whole
            self._utterance.hear(event, now, silent=silent)
        else:
            self._utterance.miss(event.code, now, silent=silent)
        return self._judge(now)

    def _judge(self, now: float) -> list[Decision]:
        """Decide what is to become of the agent's reply under what the caller says or types."""
        reply = self._reply
        if self._caller is Caller.QUIET:
            return []
        if reply.agent is Agent.SILENT:
            return self._settle(now)
        unheard = reply.agent is Agent.OWED or reply.unheard is not None
        takes = self._caller is Caller.TYPING or self._carried is not None
        takes = takes or self._utterance.takes_floor(self._language, self._timing, unheard=unheard)
        if takes and not reply.guarded:
            return [*self._silence_agent(now), *self._settle(now)]
        if takes or not self._utterance.whole or self._caller is not Caller.LULL:
            return []
        return [*(self._go_on() if reply.agent is Agent.PAUSED and not self._line.held else []), *self._dismiss()]

    def _is_answer(self, remaining: float) -> bool:
        """Whether the agent had only its last words to say; one who awaits a short answer is answered earlier."""
        if self._reply.agent in {Agent.SILENT, Agent.OWED}:
            return False
        return remaining <= self._timing.last_words * (2.0 if self._end.patience is Patience.SHORT else 1.0)

    def _take_written(self, event: DigitPressed | CallerWrote, now: float) -> list[Decision]:
        if isinstance(event, DigitPressed):
            if len(event.digit) != 1 or event.digit not in _KEYS or self._belated(event.digit, now):
                return []
        elif not event.text.strip():
            return []
        decisions = [] if self._reply.agent is Agent.SILENT or self._reply.guarded else self._silence_agent(now)
        if self._caller is Caller.QUIET:
            self._utterance = Utterance(now, now, now)
        self._caller = Caller.TYPING
        if isinstance(event, CallerWrote):
            self._utterance.write(event.text, now)
        elif self._utterance.press(event.digit, now, self._end.digits):
            self._counted = now
        return [*decisions, *self._settle(now)]

    def _belated(self, digit: str, now: float) -> bool:
        """Whether it is the "#" behind an answer that was complete without it."""
        counted, self._counted = self._counted, None
        recent = counted is not None and now - counted <= self._timing.between_digits
        return recent and digit == "#" and self._caller is not Caller.TYPING

    def _settle(self, now: float) -> list[Decision]:
        """Commit at once what need not wait any longer."""
        if self._reply.agent is not Agent.SILENT:
            return []
        ready = self._utterance.typed if self._caller is Caller.TYPING else self._caller is Caller.LULL
        if not ready or (self._caller is Caller.LULL and now < self._turn_due()):
            return []
        return self._close()

    def _close(self) -> list[Decision]:
        """The utterance is over and the agent silent: it becomes a turn, or nothing."""
        content = self._utterance.content(self._language, self._carried)
        self._carried = None
        if content is None:
            return self._dismiss()
        self._turns += 1
        commit = replace(content, turn=self._turns)
        self._end.committed(commit, self._utterance)
        self._caller = Caller.QUIET
        self._line.nudges = 0
        if not self._line.left:
            self._reply = Reply(Agent.OWED, unheard=commit)
        return [commit]

    def _dismiss(self) -> list[Decision]:
        self._caller = Caller.QUIET
        return [Dismiss()]

    # the agent

    def _change_agent(
        self, event: ReplyOwed | AgentStarted | AgentStopped | CallerInterrupted, now: float
    ) -> list[Decision]:
        match event:
            case ReplyOwed():
                if self._reply.agent is not Agent.SILENT:
                    return []
                self._reply = Reply(Agent.OWED)
                return self._judge(now)
            case AgentStarted(protected):
                return self._start_agent(now, protected=protected)
            case AgentStopped():
                return self._agent_done(now)
            case CallerInterrupted():
                return self._break_off(now)

    def _start_agent(self, now: float, *, protected: bool) -> list[Decision]:
        before = self._reply.agent
        self._reply.protected = protected
        if before is Agent.PAUSED:
            return []
        contested = self._caller is not Caller.QUIET and before is not Agent.SPEAKING and not protected
        contested = contested and not self._utterance.ours
        if self._line.held or contested:
            return [*self._pause(now), *self._judge(now)]
        self._reply.sound()
        return []

    def _agent_done(self, now: float) -> list[Decision]:
        paused = self._reply.agent is Agent.PAUSED
        if self._reply.agent is Agent.SILENT:
            return []
        self._reply = Reply()
        self._line.quiet = now
        return [*([ResumeSpeech()] if paused else []), *self._settle(now)]

    def _pause(self, now: float) -> list[Decision]:
        self._reply.agent, self._reply.paused = Agent.PAUSED, now
        return [PauseSpeech()]

    def _go_on(self) -> list[Decision]:
        self._reply.sound()
        return [ResumeSpeech()]

    def _silence_agent(self, now: float) -> list[Decision]:
        """End the reply for what the caller says or types. If nothing of it was heard, they had not finished."""
        reply, self._reply = self._reply, Reply()
        self._line.quiet = now
        owed = reply.agent is Agent.OWED
        self._utterance.took_floor |= not owed
        self._end.interrupted(self._utterance)
        self._carried = reply.unheard or self._carried
        withdrawn: list[Decision] = [Withdraw(reply.unheard.turn if reply.unheard else None)]
        return withdrawn if owed else [StopSpeech(), *(withdrawn if reply.unheard else [])]

    def _break_off(self, now: float) -> list[Decision]:
        reply = self._reply
        if reply.agent is Agent.SILENT or reply.guarded:
            return []
        self._reply = Reply()
        self._line.quiet = now
        return [reply.ending, *self._settle(now)]

    def _nudge(self) -> list[Decision]:
        self._line.nudges += 1
        self._reply = Reply(Agent.OWED)
        return [GiveUp() if self._line.nudges > self._timing.nudges else Nudge(self._line.nudges)]

    # the line

    def _change_line(self, event: Held | Resumed | CallerLeft, now: float) -> list[Decision]:
        if self._line.left:
            return []
        if isinstance(event, CallerLeft):
            return self._leave(now)
        held = isinstance(event, Held)
        if held is self._line.held:
            return []
        self._line.held = held
        self._line.quiet = now
        if held:
            return self._pause(now) if self._reply.agent in {Agent.SPEAKING, Agent.PROTECTED} else []
        return [*self._go_on(), *self._judge(now)] if self._reply.agent is Agent.PAUSED else []

    def _leave(self, now: float) -> list[Decision]:
        self._line.left = True
        reply, self._reply = self._reply, Reply()
        decisions: list[Decision] = [] if reply.agent is Agent.SILENT else [reply.ending]
        if self._caller is Caller.TALKING:
            self._caller = Caller.LULL
            self._utterance.stop(now)
        self._utterance.typed = True
        return [*decisions, *self._settle(now)]

    # the clock

    def _next_deadline(self) -> float | None:
        match self._caller, self._reply.agent:
            case _, Agent.PROTECTED:
                return None
            case _, Agent.PAUSED:
                return None if self._line.held else self._verdict_due()
            case Caller.TALKING, _:
                return self._utterance.started + self._timing.floor
            case Caller.LULL, agent:
                return self._turn_due() if agent is Agent.SILENT else self._utterance.ended + self._timing.transcript
            case Caller.TYPING, _:
                return self._utterance.ended + self._timing.between_digits
            case Caller.QUIET, Agent.SILENT:
                return self._line.nudge_due(self._timing.silence)
            case _:
                return None

    def _turn_due(self) -> float:
        """When a caller who fell silent has finished."""
        if self._line.left and self._utterance.whole:
            return self._utterance.ended
        return self._end.due(self._utterance)

    def _verdict_due(self) -> float:
        """When a paused agent goes on unless words come."""
        said, paused = self._utterance, self._reply.paused
        noise, silence = max(said.voiced, paused) + self._timing.noise, said.ended + self._timing.verdict
        due = noise if self._caller is Caller.TALKING else silence
        return min(due, paused + self._timing.suspense)
