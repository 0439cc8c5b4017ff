"""Short sentences that must be there when they are needed: rendered once for all calls that sound alike, and kept.

They are rendered beside the calls, after the answer; one that is not there in time is not said.
"""

from collections import OrderedDict
from contextlib import aclosing

import numpy as np
import structlog

from switchroom.calls.reply import Rendered
from switchroom.errors import SwitchroomError
from switchroom.media.frame import Samples
from switchroom.ports import TextToSpeech, Voice

log = structlog.get_logger()

MOST = 256


class Sentences:
    """Room for the last ``most`` sentences. ``voice`` in a key is whatever makes two calls sound alike."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[str, str], Samples] = OrderedDict()

    def ready(self, voice: str, text: str) -> Rendered | None:
        """Return the sentence, if it is there."""
        samples = self._kept.get((voice, text))
        return None if samples is None else Rendered(text, samples)

    async def prepare(self, voice: str, text: str, tts: TextToSpeech, sound: Voice) -> None:
        """Render the sentence unless it is there; one that cannot be rendered is left out. Safe to cancel."""
        if not text or (voice, text) in self._kept:
            return
        pieces = [np.zeros(0, np.int16)]
        try:
            async with aclosing(tts.speak(text, sound)) as speech:
                pieces += [piece async for piece in speech]
        except SwitchroomError as error:
            log.warning("a sentence for waiting is not there", code=error.code, problem=str(error))
            return
        self._kept[voice, text] = np.concatenate(pieces)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
