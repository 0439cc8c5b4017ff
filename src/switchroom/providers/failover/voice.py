"""A voice that is a chain of them: the next one speaks when one fails.

Before the first sound nobody hears of it. A voice that breaks off in mid-sentence is the mouth's affair, which alone knows how
much was heard: it asks again for what was not, and the next voice says it. Whoever has taken over keeps speaking for the
rest of the call, for a caller would rather hear one new voice than two in turn.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media.frame import Samples
from switchroom.ports import TextToSpeech, Voice
from switchroom.providers.failover.chain import Chain
from switchroom.providers.failover.lateness import Patience
from switchroom.providers.failover.race import Race, Stream

PATIENCE = Patience(first=3.0, stall=2.5, soonest=0.2, hedge=1.2)


Kept = Callable[[str, str, Voice], Awaitable[Samples | None]]
"""What was spoken before: by which provider, what, in which voice."""


async def nothing_kept(_provider: str, _text: str, _voice: Voice) -> Samples | None:
    """Return nothing: nothing was."""
    return None


@dataclass(frozen=True, slots=True)
class FailoverVoice:
    """Implements ports.TextToSpeech, for one call."""

    chain: Chain[TextToSpeech]
    tasks: asyncio.TaskGroup
    kept: Kept = nothing_kept
    patience: Patience = PATIENCE

    @property
    def name(self) -> str:
        """The names of the chain."""
        return ", ".join(link.name for link in self.chain.links)

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text``, as it was spoken before if it was. Closing abandons the rest.

        Raises Unavailable, also for a voice that stalls in mid-sentence.
        """
        known = await self._known(text, voice, [self.chain.in_use])
        if known is not None:
            yield known
            return
        race: Race[TextToSpeech, Samples] = Race(
            self.chain,
            self.tasks,
            self.patience,
            lambda link: link.provider.speak(text, voice),
            {"characters": float(len(text))},
        )
        stream: Stream[TextToSpeech, Samples] | None = None
        try:
            stream = await race.run()
            piece = stream.first
            while piece is not None:
                yield piece
                piece = await stream.next()
        except SwitchroomError as error:
            known = None if stream is not None else await self._known(text, voice, race.tried)
            if known is None:
                raise Unavailable(str(error), code=f"voice_{error.code}") from error
            yield known
        finally:
            if stream is not None:
                await stream.close()

    async def _known(self, text: str, voice: Voice, names: list[str]) -> Samples | None:
        for name in names:
            known = await self.kept(name, text, voice)
            if known is not None:
                return known
        return None
