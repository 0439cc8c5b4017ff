"""A voice that is a chain of them: the next one speaks when one fails.

Before the first sound nobody hears of it. A voice that breaks off in mid-sentence is the mouth's affair, which alone knows how
much was heard: it asks again for what was not, and the next voice says it. Whoever has taken over keeps speaking for the
rest of the call, for a caller would rather hear one new voice than two in turn.
"""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media.frame import Samples
from switchroom.ports import TextToSpeech, Voice
from switchroom.providers.failover.chain import Chain
from switchroom.providers.failover.lateness import Patience
from switchroom.providers.failover.race import Race, Stream

PATIENCE = Patience(first=3.0, stall=2.5, soonest=0.2, hedge=1.2)


@dataclass(frozen=True, slots=True)
class FailoverVoice:
    """Implements ports.TextToSpeech, for one call."""

    chain: Chain[TextToSpeech]
    tasks: asyncio.TaskGroup
    patience: Patience = PATIENCE

    @property
    def name(self) -> str:
        """The names of the chain."""
        return ", ".join(link.name for link in self.chain.links)

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text``. Closing abandons the rest. Raises Unavailable, also for one that stalls in mid-sentence."""
        cost = {"characters": float(len(text))}
        race: Race[TextToSpeech, Samples] = Race(
            self.chain, self.tasks, self.patience, lambda tts: tts.speak(text, voice), cost
        )
        stream: Stream[TextToSpeech, Samples] | None = None
        try:
            stream = await race.run()
            piece = stream.first
            while piece is not None:
                yield piece
                piece = await stream.next()
        except SwitchroomError as error:
            raise Unavailable(str(error), code=f"voice_{error.code}") from error
        finally:
            if stream is not None:
                await stream.close()
