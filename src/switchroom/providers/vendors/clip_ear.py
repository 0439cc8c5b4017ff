"""One call's ear at a recogniser that takes a whole recording: an utterance is sent when the caller falls silent.

There are no partials: each would cost as much as the whole. What goes on after a pause is recognised anew, from its
beginning, and the answer to the earlier request is not waited for.
"""

import asyncio
from collections.abc import Callable, Coroutine

import numpy as np

from switchroom.errors import SwitchroomError
from switchroom.media.frame import RATE, Samples
from switchroom.observability import get_logger
from switchroom.ports import Heard, HearingFailed
from switchroom.providers.vendors.failures import translated
from switchroom.providers.vendors.line import Opening
from switchroom.providers.vendors.shapes import SpeechEvent

log = get_logger(__name__)

LONGEST = 60.0
PATIENCE = 8.0

Recognise = Callable[[Samples], Coroutine[object, None, SpeechEvent]]


class ClipEar:
    """Implements ``ports.Listening``."""

    def __init__(
        self,
        opening: Opening,
        recognise: Recognise,
        report: Callable[[Heard | HearingFailed], None],
        patience: float = PATIENCE,
    ) -> None:
        self._opening = opening
        self._recognise = recognise
        self._report = report
        self._patience = patience
        self._pieces: list[Samples] = []
        self._length = 0
        self._asked: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """An utterance begins."""
        self._drop()
        self._pieces, self._length = [], 0

    def hear(self, samples: Samples) -> None:
        """Take more of it; of an endless one the beginning is forgotten."""
        self._drop()
        self._pieces.append(np.array(samples, np.int16))
        self._length += len(samples)
        while self._length > LONGEST * RATE and len(self._pieces) > 1:
            self._length -= len(self._pieces.pop(0))

    def pause(self) -> None:
        """Have it understood."""
        self._drop()
        if self._length:
            self._asked = self._opening.spawn(self._ask(np.concatenate(self._pieces)))
        else:
            self._report(Heard("", final=True, confidence=0.0))

    def close(self) -> None:
        """Report nothing more."""
        self._drop()

    def _drop(self) -> None:
        if self._asked is not None:
            self._asked.cancel()
            self._asked = None

    async def _ask(self, samples: Samples) -> None:
        who = self._opening.who
        try:
            with translated(who):
                async with asyncio.timeout(self._patience):
                    event = await self._recognise(samples)
        except SwitchroomError as error:
            log.warning("an utterance was lost", provider=who, code=error.code)
            self._report(HearingFailed(error))
            return
        text = event.alternatives[0].text.strip() if event.alternatives else ""
        sure = (event.alternatives[0].confidence or 1.0) if text else 0.0
        language = str(event.alternatives[0].language) if text and self._opening.detects else ""
        self._report(Heard(text, final=True, confidence=sure, language=language))
