"""Providers that fail by script, and chains of them that note what they tell."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from switchroom.errors import SwitchroomError
from switchroom.events.catalogue import Event
from switchroom.identity import CallId, EventId, TenantId
from switchroom.media.frame import Samples
from switchroom.ports import Ask, ModelPart, Spent, Tell, TheySaid, Voice, Wrote
from switchroom.providers.failover.chain import Chain, Link

E = TypeVar("E", bound=Event)
P = TypeVar("P")

Step = float | SwitchroomError | ModelPart
"""Seconds that pass, an error that is raised, a part that is given."""

ASK = Ask("Be kind.", (TheySaid("Hello?"),))


FOREVER = 1e9
"""So long that nobody waits."""


@dataclass
class ScriptedModel:
    """Answers request n by script n, and the last for ever."""

    scripts: Sequence[Sequence[Step]]
    name: str = "scripted"
    asked: list[Ask] = field(default_factory=list)
    closed: int = 0

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        script = self.scripts[min(len(self.asked), len(self.scripts) - 1)]
        self.asked.append(ask)
        try:
            for step in script:
                if isinstance(step, SwitchroomError):
                    raise step
                if isinstance(step, int | float):
                    await asyncio.sleep(step)
                else:
                    yield step
        except (asyncio.CancelledError, GeneratorExit):
            self.closed += 1
            raise


@dataclass
class BrittleVoice:
    """Speaks 0.1 s of sound per letter in pieces of a second; ``script`` says after how many pieces what happens, per request."""

    script: Sequence[tuple[int, Step]] = ()
    first: float = 0.1
    name: str = "brittle"
    said: list[str] = field(default_factory=list)
    open: int = 0

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        at, what = self.script[len(self.said)] if len(self.said) < len(self.script) else (-1, 0.0)
        self.said.append(text)
        self.open += 1
        try:
            await asyncio.sleep(self.first)
            for piece in range(len(text) // 10 + 1):
                if piece == at:
                    if isinstance(what, SwitchroomError):
                        raise what
                    await asyncio.sleep(what if isinstance(what, float) else 0.0)
                yield np.full(16000, 1000, np.int16)
        finally:
            self.open -= 1


@dataclass
class Told:
    """What was told."""

    events: list[Event] = field(default_factory=list)

    @property
    def tell(self) -> Tell:
        def tell(make: object) -> None:
            assert callable(make)
            self.events.append(
                make(id=EventId("e"), tenant=TenantId("t"), call=CallId("c"), sequence=len(self.events) + 1, at=0.0)
            )

        return tell

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def chain(self, capability: str, *providers: P, shun: float = 15.0) -> Chain[P]:
        names = "abcdef"
        return Chain(tuple(Link(names[i], one) for i, one in enumerate(providers)), capability, self.tell, shun)


def wrote(*texts: str) -> list[Step]:
    """Return the steps of an answer, a tenth of a second per part."""
    return [*(step for text in texts for step in (0.1, Wrote(text))), Spent("m", 10, 5)]
