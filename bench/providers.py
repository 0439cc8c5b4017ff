"""The engine's providers in a benchmark: they take exactly the time they are told to, and next to no work.

The recogniser knows the callers' dialogue and the time since its call was connected, so it understands what was really
being said when it was asked, whatever the engine took for an utterance. The brain writes like a language model, a word at
a time, and the engine's own chunker decides when there is enough to be spoken.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from bench import dialogue
from bench.dialogue import Line
from switchroom.flow.speech import Chunker
from switchroom.identity import AgentId, TenantId
from switchroom.media.frame import RATE, Samples
from switchroom.ports import (
    CallerSaid,
    CallOpened,
    CallPlan,
    Errands,
    Expecting,
    Heard,
    HearingFailed,
    Hints,
    Listening,
    Prompt,
    ReplyPart,
    Say,
    Utterance,
    Voice,
)

FIRST_PARTIAL = 0.3
NEXT_PARTIAL = 0.4
FINAL = 0.2
_EARLY = 0.3  # a voice that starts so long before a line may be it
_PIECE = RATE // 10
_PER_PIECE = 0.02


@dataclass(frozen=True, slots=True)
class KnowingRecogniser:
    """Understands the story of the voice that the language names (``en-slt``)."""

    stories: Mapping[str, Sequence[Line]]
    name: str = "knowing"

    def listen(
        self,
        language: str,
        hints: Callable[[], Hints],  # noqa: ARG002 - the port's
        report: Callable[[Heard | HearingFailed], None],
    ) -> Listening:
        """Open an ear."""
        return _KnowingEar(self.stories[language.partition("-")[2]], report)


class _KnowingEar:
    """Partials come 0.3 s after the onset and every 0.4 s, the final 0.2 s after the true end or when it is asked for."""

    def __init__(self, story: Sequence[Line], report: Callable[[Heard | HearingFailed], None]) -> None:
        loop = asyncio.get_running_loop()
        self._later = loop.call_at
        self._clock = loop.time
        self._connected = loop.time()
        self._story = story
        self._report = report
        self._since = 0.0  # the utterance began, in seconds of the story
        self._partial: asyncio.TimerHandle | None = None
        self._final: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self.close()
        self._since = self._clock() - self._connected - _EARLY
        self._expect_partial()

    def hear(self, samples: Samples) -> None:  # noqa: ARG002
        if self._partial is None:
            self._expect_partial()

    def pause(self) -> None:
        self.close()
        now = self._clock()
        line = self._line(now)
        at = now if line is None else max(now, self._connected + line.end + FINAL)
        self._final = self._later(at, self._tell_final)

    def close(self) -> None:
        for timer in (self._partial, self._final):
            if timer is not None:
                timer.cancel()
        self._partial = self._final = None

    def _expect_partial(self) -> None:
        now = self._clock()
        line = self._line(now)
        at = now + NEXT_PARTIAL if line is None else max(now, self._connected + line.start + FIRST_PARTIAL)
        self._partial = self._later(at, self._tell_partial)

    def _tell_partial(self) -> None:
        text = self._text()
        self._partial = self._later(self._clock() + NEXT_PARTIAL, self._tell_partial)
        if text:
            self._report(Heard(text, final=False))

    def _tell_final(self) -> None:
        self._final = None
        text = self._text()
        self._report(Heard(text, final=True, confidence=0.9 if text else 0.0))

    def _line(self, now: float) -> Line | None:
        """Return the line that is being said, or was last."""
        at = now - self._connected + _EARLY
        return next((line for line in reversed(self._story) if line.start <= at and line.end > self._since), None)

    def _text(self) -> str:
        """Return what was said of the story since the utterance began."""
        now = self._clock() - self._connected
        said: list[str] = []
        for line in self._story:
            if line.end > self._since and line.start < now:
                words = line.text.split()
                part = min((now - line.start) / (line.end - line.start), 1.0)
                said += words[: max(1, round(part * len(words)))]
        return " ".join(said)


class PacedVoice:
    """60 ms of sound per letter: the first 100 ms after 150 ms, then 100 ms every 20 ms. What the plan says is there at once."""

    name = "paced"

    def __init__(self, ready: Sequence[str]) -> None:
        noise = np.random.default_rng(5).standard_normal(RATE)
        self._sound = np.clip(noise * 3000, -12000, 12000).astype(np.int16)
        self._ready = frozenset(ready)

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:  # noqa: ARG002 - the port's
        """Yield the sound."""
        length = round(len(text) * dialogue.PER_LETTER * RATE)
        if text in self._ready:
            yield np.resize(self._sound, length)
            return
        await asyncio.sleep(dialogue.VOICE)
        for start in range(0, length, _PIECE):
            if start:
                await asyncio.sleep(_PER_PIECE)
            yield self._sound[: min(_PIECE, length - start)].copy()


class WritingBrain:
    """Answers by keyword: the first word after 300 ms, then one every 15 ms."""

    def __init__(self, model: float = dialogue.MODEL) -> None:
        self.expecting = Expecting(Hints("bench"))
        self._model = model

    async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:  # noqa: ARG002
        """Say what there is to say, as soon as it is worth speaking."""
        if isinstance(prompt, CallOpened):
            return
        text = dialogue.reply_to(prompt.text if isinstance(prompt, CallerSaid) else "")
        chunker = Chunker()
        clock = asyncio.get_running_loop().time
        first = clock() + self._model
        for place, word in enumerate(text.split()):
            await asyncio.sleep(
                max(0.0, first + place * dialogue.PER_WORD - clock())
            )  # it writes on while its reader is busy
            for chunk in chunker.feed(word if not place else f" {word}"):
                yield Say(chunk)
        for chunk in chunker.flush():
            yield Say(chunk)

    def branch(self, errands: Errands) -> "WritingBrain":  # noqa: ARG002 - it has no tools
        """Return another one: it remembers nothing."""
        return WritingBrain(self._model)


PLAN = CallPlan(
    tenant=TenantId("tnt_bench"),
    agent=AgentId("agt_bench"),
    open_brain=lambda _: WritingBrain(),
    voice=Voice(),
    greeting=dialogue.GREETING,
    silence=15.0,
    guesses=0,
)


class OneAgent:
    """Everybody who calls gets the same plan; what they dial is the voice they speak with."""

    def __init__(self, guesses: int = 0, model: float = dialogue.MODEL) -> None:
        self._plan = replace(PLAN, guesses=guesses, open_brain=lambda _: WritingBrain(model))

    async def find(self, dialled: str, source: Literal["phone_gateway", "browser"]) -> CallPlan:  # noqa: ARG002
        """Return it."""
        return replace(self._plan, language=f"en-{dialled}")

    async def plan_to_call(self, agent: AgentId, tenant: TenantId) -> CallPlan:  # noqa: ARG002
        """Return it."""
        return self._plan


def voice_for(plan: CallPlan) -> PacedVoice:
    """Return a voice that has the plan's own sentences ready."""
    return PacedVoice((plan.greeting, plan.apology, plan.farewell))
