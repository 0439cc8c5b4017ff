"""A language model that is a chain of them: the next one answers when one fails, in mid-sentence if need be.

Until something was written, the next one is simply asked the same. After that it is told what was written and goes on from
there. A tool that was asked for stands: whoever asked for it has got it, so the answer ends there.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

from switchroom.errors import SwitchroomError
from switchroom.events.providers import SwitchReason
from switchroom.ports import Ask, LanguageModel, ModelPart, ToolWanted, Wrote
from switchroom.providers.failover.chain import Chain
from switchroom.providers.failover.continuation import Seam, WholeWords, continuing
from switchroom.providers.failover.lateness import Patience
from switchroom.providers.failover.race import Race, Stream

PATIENCE = Patience(first=6.0, stall=6.0, soonest=0.3, hedge=3.0)

_LETTERS = 4  # of a token, as a rule


@dataclass(slots=True)
class _Answer:
    """What came of one request so far."""

    said: str = ""
    wanted: bool = False
    words: WholeWords = field(default_factory=WholeWords)
    seam: Seam = field(default_factory=lambda: Seam(""))

    def again(self) -> None:
        """Another model goes on."""
        self.words, self.seam = WholeWords(), Seam(self.said)

    def take(self, part: ModelPart) -> list[ModelPart]:
        """Return what to pass on."""
        if isinstance(part, Wrote):
            return self._wrote(self.seam.feed(self.words.feed(part.text)))
        self.wanted = self.wanted or isinstance(part, ToolWanted)
        return [*self.rest(), part]

    def rest(self) -> list[ModelPart]:
        """Return what was held back: no more comes."""
        return self._wrote(self.seam.feed(self.words.flush()) + self.seam.flush())

    def _wrote(self, text: str) -> list[ModelPart]:
        self.said += text
        return [Wrote(text)] if text else []


@dataclass(frozen=True, slots=True)
class FailoverModel:
    """Implements ports.LanguageModel, for one call."""

    chain: Chain[LanguageModel]
    tasks: asyncio.TaskGroup
    patience: Patience = PATIENCE

    @property
    def name(self) -> str:
        """The names of the chain."""
        return ", ".join(link.name for link in self.chain.links)

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        """Yield the answer. Closing stops the request. Raises what the last model raised, if none is left."""
        answer = _Answer()
        failed: list[str] = []
        why: SwitchReason | None = None
        while True:
            stream = await self._race(ask, answer, failed).run(why)
            try:
                async with aclosing(_passed(stream, answer)) as parts:
                    async for part in parts:
                        yield part
            except SwitchroomError:
                if answer.wanted:
                    return
                failed.append(stream.attempt.link.name)
                if all(link.name in failed for link in self.chain.links):
                    raise
                why = "failed"
                answer.again()
            else:
                return
            finally:
                await stream.close()

    def _race(self, ask: Ask, answer: _Answer, failed: list[str]) -> Race[LanguageModel, ModelPart]:
        asked = continuing(ask, answer.said)
        cost = {"tokens_in": float(_tokens(asked)), "tokens_out": 0.0}
        return Race(self.chain, self.tasks, self.patience, lambda link: link.provider.answer(asked), cost, failed)


async def _passed(stream: Stream[LanguageModel, ModelPart], answer: _Answer) -> AsyncGenerator[ModelPart, None]:
    part = stream.first
    while part is not None:
        for passed in answer.take(part):
            yield passed
        part = await stream.next()
    for passed in answer.rest():
        yield passed


def _tokens(ask: Ask) -> int:
    letters = len(ask.instructions) + sum(len(str(message)) for message in ask.messages)
    return letters // _LETTERS + 1
