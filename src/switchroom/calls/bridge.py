"""Says something while the transcript of what the caller said is late: the wait is the recogniser's, but it is a wait.

The turn is not committed yet, so there is no reply; there is one to come, and ``Watch`` watches over it as over any other. What is
said belongs to the reply that the turn gets then. A caller who goes on ends it, and it is not done again for the same utterance.
"""

from switchroom.calls.mind import Mind
from switchroom.calls.minutes import Minutes
from switchroom.calls.mouth import Mouth
from switchroom.calls.reply import Reply
from switchroom.calls.watch import Watch
from switchroom.conversation.turns import Agent, Caller, TurnMachine
from switchroom.ports import CallerSaid, Patience

_WAITS = (Caller.LULL, Agent.SILENT)


class Bridge:
    """One call's."""

    def __init__(self, turns: TurnMachine, mind: Mind, mouth: Mouth, minutes: Minutes, watch: Watch) -> None:
        self._turns = turns
        self._mind = mind
        self._mouth = mouth
        self._minutes = minutes
        self._watch = watch
        self._coming: Reply | None = None
        self._bridged = -1.0  # when the utterance began that was

    def look(self, now: float, *, away: bool) -> Reply | None:
        """Return the reply to come of which the transcript is late, if there is one. ``away``: nobody would hear it."""
        waits = self._turns.state == _WAITS and not away
        if self._coming is not None and not waits:
            self._end(self._coming, now)
        if self._coming is None and waits:
            self._coming = self._late(now)
        return self._coming

    def playing(self, now: float, *, playing: bool) -> None:
        """The agent's voice began to sound, or all of it was heard."""
        coming = self._coming
        if playing and coming is not None and "filler" in coming.stages:
            coming.audible = True
            coming.reached("sent", max(now, coming.since))

    def cross(self, reply: Reply) -> bool:
        """The turn is committed, and ``reply`` is the one to come; return whether it is heard already."""
        coming, self._coming = self._coming, None
        if coming is None or "filler" not in coming.stages:
            return False
        reply.text = f"{coming.text} {reply.text}".strip()
        reply.filled_for = coming.filled_for
        reply.stages = {**reply.stages, **coming.stages}
        self._watch.goes_on(reply)
        return coming.audible

    def _late(self, now: float) -> Reply | None:
        said = self._turns.overdue(now)
        if said is None or said.started == self._bridged:
            return None
        short = self._mind.brain.expecting.patience is Patience.SHORT
        return Reply(
            self._turns.next_turn,
            CallerSaid(said.text, said.confidence),
            said.ended,
            began=said.started,
            awaits="stt",
            short=short,
            well=False,  # it does not count: nothing has come of it yet
        )

    def _end(self, coming: Reply, now: float) -> None:
        self._coming = None
        if "filler" in coming.stages:
            self._bridged = coming.began
            self._mouth.stop()
            self._minutes.bridged(coming, self._mouth.cut()[0], now)
