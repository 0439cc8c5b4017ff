"""A dialogue that anything may happen in, and what must be true of it: the engine in virtual time, stepped from outside.

Every word the caller says is said once in the dialogue, so whatever becomes of it can be followed: into transcripts, into
turns, into what the brain was asked.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from switchroom.errors import Unavailable
from switchroom.events import catalogue as happened
from switchroom.media.frame import Samples
from switchroom.ports import (
    CallerSaid,
    Digit,
    Errands,
    Expecting,
    Heard,
    HearingFailed,
    Held,
    Hints,
    Left,
    Outcome,
    Prompt,
    ReplyPart,
    Resumed,
    Say,
    ToolAnswered,
    ToolCalled,
    Utterance,
    Values,
    Voice,
)
from switchroom.virtual_time import VirtualTimeLoop
from tests.calls.rig import Rig, rig
from tests.scripted import ScriptedLeg, voice

_ONSET = 0.4
"""A recogniser is handed so much sound from before the voice was noticed."""
_PARTIAL = 0.3
_SETTLED = 30.0
_TYPED = 4.0

FILLERS, PATIENCE = ("Let me see.", "One moment."), "I am still looking, please bear with me."

Trouble = Literal["", "voice", "brain", "slow", "tool"]


@dataclass
class Spoken:
    """One stretch of the caller's voice. ``said`` False: a cough, a hum, or a recogniser that fails."""

    start: float
    end: float
    words: str
    delay: float
    fails: bool = False


@dataclass
class FollowingEar:
    """Understands what was really said since the utterance began, each time ``delay`` after it is asked."""

    spoken: list[Spoken] = field(default_factory=list)
    name: str = "following"
    reported: list[str] = field(default_factory=list)
    _report: Callable[[Heard | HearingFailed], None] | None = None
    _began: float = 0.0
    _utterance: int = 0
    _partial: str = ""
    _due: float = 0.0

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> "FollowingEar":
        self._report = report
        return self

    def begin(self) -> None:
        self._began, self._partial = asyncio.get_running_loop().time() - _ONSET, ""
        self._utterance += 1

    def hear(self, samples: Samples) -> None:
        now = asyncio.get_running_loop().time()
        said = self._said(lambda spoken: spoken.start + _PARTIAL <= now and not spoken.fails)
        if said and said != self._partial and self._report is not None:
            self._partial = said
            self._report(Heard(said, final=False))

    def pause(self) -> None:
        now = asyncio.get_running_loop().time()
        spoken = [one for one in self.spoken if self._began <= one.start <= now]
        fails = any(one.fails for one in spoken)
        text = self._said(lambda one: one.start <= now)
        delay = spoken[-1].delay if spoken else 0.1
        self._due = max(now + delay, self._due + 0.001)  # one final after the other, as they were asked for
        asyncio.get_running_loop().call_at(self._due, self._finish, self._utterance, None if fails else text)

    def close(self) -> None:
        self._report = None

    def _said(self, counts: Callable[[Spoken], bool]) -> str:
        return " ".join(one.words for one in self.spoken if one.start >= self._began and counts(one) and one.words)

    def _finish(self, utterance: int, text: str | None) -> None:
        if self._report is None or utterance != self._utterance:
            return
        if text is None:
            self._report(HearingFailed(Unavailable("the recogniser died", code="stt_died")))
            return
        self.reported.append(text)
        self._report(Heard(text, final=True, confidence=0.9))


class FaultyVoice:
    """60 ms of sound per letter, unless it was told to break."""

    name = "faulty"

    def __init__(self) -> None:
        self.trouble: list[Trouble] = []

    async def speak(self, text: str, voice_: Voice) -> AsyncGenerator[Samples, None]:
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "slow":
            await asyncio.sleep(2.0)
        for number, word in enumerate(text.split()):
            if trouble == "voice" and number == 1:
                raise Unavailable("the voice died", code="voice_died")
            await asyncio.sleep(0.01)
            yield voice(0.06 * (len(word) + 1), 4000)


@dataclass
class FaultyMind:
    """Repeats what it hears; breaks, is slow or calls a tool when it was told to. Holds itself to one prompt at a time."""

    trouble: list[Trouble] = field(default_factory=list)
    expecting: Expecting = Expecting(Hints("faulty"))
    prompts: list[Prompt] = field(default_factory=list)
    context: list[list[Utterance]] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    errands: Errands | None = None
    busy: bool = False
    overlapped: bool = False

    async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
        self.overlapped |= self.busy
        self.busy = True
        try:
            self.prompts.append(prompt)
            self.context.append(list(heard))
            trouble: Trouble = self.trouble.pop(0) if self.trouble and isinstance(prompt, CallerSaid) else ""
            match trouble:
                case "slow":
                    await asyncio.sleep(3.0)
                case "brain":
                    raise Unavailable("the model died", code="model_died")
                case "tool":
                    yield ToolCalled("book", {})
                    yield ToolAnswered("book", *await self._book(len(self.prompts)))
                case _:
                    pass
            if isinstance(prompt, CallerSaid):
                yield Say(f"You have told me {prompt.text}.")
                yield Say("What else can I do for you on this fine and sunny day?")
            else:
                yield Say("Are you there?")
        finally:
            self.busy = False

    def branch(self, errands: Errands) -> "FaultyMind":
        return replace(self, prompts=list(self.prompts), context=[], errands=errands, busy=False)

    async def _book(self, number: int) -> tuple[float, Values]:
        async def work() -> Values:
            await asyncio.sleep(1.5)
            self.done.append(f"booked {number}")
            return {"status": "booked"}

        if self.errands is None:
            return 0.0, {}
        outcome: Outcome = await self.errands.run(f"book {number}", work, 8.0)
        return outcome.took, outcome.result


class Dialogue:
    """One call. Every method lets virtual time pass; ``finish`` judges it."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner(loop_factory=VirtualTimeLoop)
        self._loop = self._runner.get_loop()
        self.ear, self.voice, self.mind = FollowingEar(), FaultyVoice(), FaultyMind()
        self.leg = ScriptedLeg()
        self.pressed: list[float] = []
        self.hung_up: float | None = None
        self._engine: Rig | None = None
        self._said = 0
        self._over = asyncio.Event()
        self._host: asyncio.Task[None] | None = None
        self._run(self._open())

    @property
    def engine(self) -> Rig:
        assert self._engine is not None
        return self._engine

    @property
    def now(self) -> float:
        return self._loop.time()

    def wait(self, seconds: float) -> None:
        self._run(asyncio.sleep(seconds))

    def say(self, kind: Literal["words", "nod", "cough", "lost"], seconds: float, delay: float) -> None:
        """Let the caller's voice be heard for so long, and go on when it has ended."""
        words = {"words": self._words(), "nod": "mhm", "cough": "", "lost": self._words()}[kind]
        start = self.now + 0.02
        self.ear.spoken.append(Spoken(start, start + seconds, words, delay, fails=kind == "lost"))
        if self.leg.answered is not None:
            self.leg.script.append((start - self.leg.answered, voice(seconds)))
        self.wait(seconds + 0.02)

    def press(self, digit: str) -> None:
        self.pressed.append(self.now)
        self._signal(Digit(digit, "rfc4733"))

    def hold(self) -> None:
        self._signal(Held())
        self.wait(1.0)
        self._signal(Resumed())

    def hang_up(self) -> None:
        if self.hung_up is None:
            self.hung_up = self.now
            self._signal(Left("hangup"))

    def finish(self) -> None:
        """Let what was said come to its end, hang up, and judge."""
        try:
            if self.hung_up is None:
                self.wait(_SETTLED)
            self.hang_up()
            self._run(self._close())
            Verdict(self).judge()
        finally:
            self._runner.close()

    def _words(self) -> str:
        self._said += 1
        return f"alpha{self._said} bravo{self._said}"

    def _signal(self, signal: Digit | Held | Resumed | Left) -> None:
        self._run(self._tell(signal))

    async def _tell(self, signal: Digit | Held | Resumed | Left) -> None:
        if not self.leg.over:
            self.leg.over = isinstance(signal, Left)
            self.leg.signal(signal)

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        self._runner.run(work)

    async def _open(self) -> None:
        began = asyncio.Event()
        self._host = asyncio.get_running_loop().create_task(self._live(began))
        await began.wait()
        await asyncio.sleep(0.5)

    async def _live(self, began: asyncio.Event) -> None:
        def open_brain(details: Any) -> FaultyMind:
            self.mind.errands = details.errands
            return self.mind

        plan = {
            "open_brain": open_brain,
            "nudges": 50,
            "max_duration": 3000.0,
            "fillers": FILLERS,
            "patience": PATIENCE,
        }
        async with rig(self.ear, speech=self.voice, **plan) as engine:  # type: ignore[arg-type]
            self._engine = engine
            engine.offer(self.leg)
            began.set()
            await self._over.wait()
            await engine.until_idle()

    async def _close(self) -> None:
        self._over.set()
        assert self._host is not None
        await self._host


@dataclass
class Verdict:
    """What must be true of any dialogue."""

    dialogue: Dialogue

    def judge(self) -> None:
        self.one_end()
        self.one_reply_per_turn()
        self.no_lost_words()
        self.nobody_was_asked_two_things_at_once()
        self.nothing_was_told_out_of_order()

    def of(self, kind: type[Any]) -> list[Any]:
        return self.dialogue.engine.of(kind)

    def one_end(self) -> None:
        assert len(self.of(happened.CallEnded)) == 1
        assert len(self.of(happened.CallCompleted)) == 1, [str(one.message) for one in self.of(happened.CallFailed)]

    def one_reply_per_turn(self) -> None:
        """A turn is answered once; none goes without, unless the caller went on before anything was heard, or left."""
        ended = [turn.turn for turn in self.of(happened.TurnEnded)]
        assert ended == list(range(1, len(ended) + 1)), "turns are numbered without gaps, each once"
        answered = Counter(reply.turn for reply in self.of(happened.ReplyStarted) if reply.answers == "turn")
        assert all(count == 1 for count in answered.values()), f"replies per turn: {answered}"
        assert set(answered) <= set(ended)
        spoken = [*self.of(happened.ReplySpoken), *self.of(happened.ReplyInterrupted)]
        closed = Counter(reply.turn for reply in spoken if reply.answers == "turn")
        assert closed == answered, "each reply that began has ended, once"
        unanswered = set(ended) - set(answered)
        left = {ended[-1]} if ended and self.dialogue.hung_up is not None else set()
        texts = {turn.turn: turn.text for turn in self.of(happened.TurnEnded)}
        for turn in unanswered - left:
            following = texts.get(turn + 1)
            keyed = following is not None and not following.strip("0123456789*#")  # keys count for more
            goes_on = following is not None and following.startswith(texts[turn])
            assert keyed or goes_on, f"turn {turn} was never answered"

    def no_lost_words(self) -> None:
        """What was understood while the call lasted is in the transcript once, and in a turn."""
        written = " ".join(line.text for line in self.of(happened.TranscriptFinal)).split()
        twice = [word for word, count in Counter(written).items() if count > 1 and word != "mhm"]
        assert not twice, f"written down twice: {twice}"
        turns = " ".join(turn.text for turn in self.of(happened.TurnEnded)).split()
        keyed = {turn.turn for turn in self.of(happened.TurnEnded) if turn.text.strip("0123456789*#") == ""}
        said_too = [line.text for line in self.of(happened.TranscriptFinal) if line.turn in keyed]
        typed = " ".join(said_too).split()  # said in a turn of keys, which count for more
        for word in {word for text in self.dialogue.ear.reported for word in text.split() if word != "mhm"}:
            if self.typed_over(word):
                continue
            assert word in written, f"{word!r} was understood and is not in the transcript"
            assert word in turns or word in typed, f"{word!r} was understood and is in no turn"

    def typed_over(self, word: str) -> bool:
        """Tell whether keys were pressed around the time it was said: they count for more (docs/turns.md)."""
        spoken = next(one for one in self.dialogue.ear.spoken if word in one.words.split())
        return any(spoken.start - _TYPED <= at <= spoken.end + spoken.delay + _TYPED for at in self.dialogue.pressed)

    def nobody_was_asked_two_things_at_once(self) -> None:
        assert not self.dialogue.mind.overlapped
        assert len(set(self.dialogue.mind.done)) == len(self.dialogue.mind.done), "a tool ran twice"

    def nothing_was_told_out_of_order(self) -> None:
        kept = [event for event in self.dialogue.engine.events if not event.ephemeral]
        assert [event.sequence for event in kept] == list(range(1, len(kept) + 1))
