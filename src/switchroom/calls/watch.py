"""Watches over the replies of one call: fills silence that lasts, and says when a reply will not come.

``Deadlines`` decides. It is told here, tick by tick, what became of the reply: whether it is heard, and who is awaited. A filler is
part of the reply it bridges: it goes to the same playout, in front of the sentence that is awaited, into the ledger and into what
the brain is shown.
"""

from dataclasses import dataclass
from functools import partial
from typing import Literal

from switchroom.calls.chronicle import Chronicle
from switchroom.calls.mouth import Mouth
from switchroom.calls.reply import Rendered, Reply
from switchroom.calls.sentences import Sentences
from switchroom.conversation.deadlines import (
    Awaited,
    Away,
    Busy,
    Deadlines,
    Done,
    Fill,
    Free,
    Owed,
    Promise,
    Silent,
    Sounds,
    Stall,
)
from switchroom.conversation.pace import Pace
from switchroom.events import catalogue as happened
from switchroom.ports import CallPlan, TextToSpeech, TransferTo

Line = Literal["free", "busy", "away"]
"""Whether something may be said to the caller now: they listen, they speak (or we paused for them), nobody is there."""


_LINES: dict[Line, Free | Busy | Away] = {"free": Free(), "busy": Busy(), "away": Away()}


@dataclass(frozen=True, slots=True)
class Stock:
    """What may be said while the caller waits, in the call's voice."""

    plan: CallPlan
    tts: TextToSpeech
    sentences: Sentences

    @property
    def voice(self) -> str:
        """What makes two calls sound alike."""
        return f"{self.plan.tenant}/{self.plan.agent}/{self.tts.name}/{self.plan.voice}"

    async def prepare(self) -> None:
        """Render everything. Safe to cancel."""
        for text in (*self.plan.fillers, self.plan.patience, self.plan.giving_up):
            await self.sentences.prepare(self.voice, text, self.tts, self.plan.voice)

    def ready(self, text: str) -> Rendered | None:
        """Return a sentence that is rendered; None if it is not."""
        return self.sentences.ready(self.voice, text) if text else None


class Watch:
    """One call's."""

    def __init__(self, stock: Stock, pace: Pace, mouth: Mouth, chronicle: Chronicle, apology: Rendered) -> None:
        plan = stock.plan
        self._deadlines = Deadlines(Promise(no_silence=plan.no_silence, stalled=plan.stalled))
        self.stock = stock
        self._pace = pace
        self._apology = apology
        self._mouth = mouth
        self._tell = chronicle.tell
        self._person = plan.person
        self._reply: Reply | None = None
        self._owner = ""
        self._sounding = False
        self._line: Line = "free"
        self._fillers = 0  # said so far: the next is another one

    def instead(self, reply: Reply, stall: Stall, now: float) -> tuple[Reply, Rendered | None]:
        """Return what takes the place of a reply that will not come, and what is said in it.

        After too many of them the agent is given up: the caller is handed over, once, or the call ends.
        """
        given, sentence = reply.given_up(), self._apology
        if stall.count >= self.stock.plan.stalls:
            person, self._person = self._person, ""
            given.transfer = TransferTo(person) if person else None
            given.ends_call, given.leaves_for = not person, "error"
            sentence = self.stock.ready(self.stock.plan.giving_up) or sentence
        if sentence.text:
            given.bridged(sentence.text, stall.owner, now)
        return given, sentence if sentence.text else None

    def ticked(self, reply: Reply | None, line: Line, now: float) -> Stall | None:
        """Look at the reply that is owed or heard now; return that it has stalled, if it has."""
        if reply is not self._reply:
            self._follow_line(line, now)
            self._begin(reply, now)
        if reply is None:
            return None
        self._follow(reply, line, now)
        for decided in self._deadlines.expire(now):
            if isinstance(decided, Stall):
                reply.well = False
                self._tell(
                    partial(
                        happened.ReplyStalled,
                        turn=reply.turn,
                        owner=decided.owner,
                        waited=decided.waited,
                        count=decided.count,
                    )
                )
                return decided
            self._fill(decided, reply, now)
        return None

    def _begin(self, reply: Reply | None, now: float) -> None:
        before, self._reply = self._reply, reply
        if before is not None:
            self._deadlines.handle(Done(before.well), now)
            self._learn(before)
        if reply is not None:
            self._owner, self._sounding = "llm", False
            bridged = reply.answers in {"turn", "transfer"}
            expected = now if reply.awaits == "stt" else now + self._pace.reply
            self._deadlines.handle(Owed(reply.since, expected, reply.short, bridged), now)

    def goes_on(self, reply: Reply) -> None:
        """What was said while its transcript was awaited belongs to ``reply``."""
        self._reply = reply

    def _learn(self, reply: Reply) -> None:
        """Note what the stages of a reply took, unless it was bridged or begun before it was due."""
        stages = reply.stages
        if reply.draft is None and "filler" not in stages and stages.keys() >= {"decision", "brain", "voice"}:
            self._pace.note("endpointing", max(stages["decision"] - reply.since, 0.0))
            self._pace.note("llm", stages["brain"] - stages["decision"])
            self._pace.note("tts", stages["voice"] - stages["brain"])

    def _follow(self, reply: Reply, line: Line, now: float) -> None:
        if reply.awaits != self._owner:
            self._owner = reply.awaits
            self._deadlines.handle(Awaited(self._owner), now)
        self._follow_line(line, now)
        sounding = self._mouth.sounding
        if sounding != self._sounding:
            self._sounding = sounding
            asked = reply.text.rstrip().endswith("?")
            self._deadlines.handle(Sounds() if sounding else Silent(asked), now)

    def _follow_line(self, line: Line, now: float) -> None:
        if line != self._line:
            self._line = line
            self._deadlines.handle(_LINES[line], now)

    def _fill(self, fill: Fill, reply: Reply, now: float) -> None:
        sentence = self._choose(fill)
        if sentence is None:
            return
        reply.bridged(sentence.text, fill.owner, now)
        self._mouth.fill(sentence.text, sentence.samples)
        self._tell(partial(happened.FillerSpoken, turn=reply.turn, text=sentence.text, owner=fill.owner))

    def _choose(self, fill: Fill) -> Rendered | None:
        """Return what to say: no filler twice in a row."""
        plan = self.stock.plan
        if fill.what == "filler" and plan.fillers:
            self._fillers += 1
            filler = self.stock.ready(plan.fillers[(self._fillers - 1) % len(plan.fillers)])
            if filler is not None and (len(plan.fillers) > 1 or self._fillers % 2):
                return filler
        return self.stock.ready(plan.patience)
