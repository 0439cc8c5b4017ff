"""A recogniser from a folder: each call's ear hands its utterance piece by piece to a worker, one piece under way at a time.

A streaming model is given what was heard since the last piece and answers with all the words so far; a model that takes
utterances as a whole is asked once, when the caller falls silent.
"""

import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np

from switchroom.errors import Invalid, SwitchroomError
from switchroom.media.frame import RATE, Samples
from switchroom.observability import get_logger
from switchroom.ports import Heard, HearingFailed, Hints, Listening
from switchroom.providers.choices import Choice
from switchroom.providers.local.framing import Frame
from switchroom.providers.local.pool import Job, Pool, Urgency
from switchroom.providers.neural.folders import model_of
from switchroom.providers.neural.running import running

log = get_logger(__name__)

PIECE = RATE * 3 // 10
"""Samples after which a streaming model is asked what it has understood."""

LONGEST = 40 * RATE
PATIENCE = 8.0
_OPTIONS = {"workers"}


@asynccontextmanager
async def open_recogniser(choice: Choice) -> AsyncIterator["FolderRecogniser"]:
    """Yield the recogniser whose weights are in ``model``. Raises Invalid for a wrong folder, Unavailable for broken weights."""
    if unknown := set(choice.options) - _OPTIONS:
        raise Invalid(
            f"{choice.name}: {choice.kind} has no option {sorted(unknown)[0]!r}; it has workers", code="providers"
        )
    model = model_of(choice, "recogniser")
    async with running("switchroom.providers.neural.hearing", choice, model) as pool:
        yield FolderRecogniser(choice.name, pool, streaming=model.engine == "sherpa")


class FolderRecogniser:
    """Implements ``ports.SpeechToText``. What a caller may say is not told to it."""

    def __init__(self, name: str, pool: Pool, *, streaming: bool) -> None:
        self.name = name
        self.pool = pool
        self._streaming = streaming
        self._numbers = itertools.count(1)

    def listen(
        self,
        language: str,  # noqa: ARG002 - the model's language is what it is
        hints: Callable[[], Hints],  # noqa: ARG002
        report: Callable[[Heard | HearingFailed], None],
    ) -> Listening:
        """Open an ear."""
        return _Ear(self.pool, lambda: f"{self.name}-{next(self._numbers)}", report, streaming=self._streaming)


class _Ear:
    def __init__(
        self, pool: Pool, name: Callable[[], str], report: Callable[[Heard | HearingFailed], None], *, streaming: bool
    ) -> None:
        self._pool = pool
        self._new_name = name
        self._report = report
        self._streaming = streaming
        self._name = ""
        self._sound: Samples = np.zeros(0, np.int16)
        self._given = 0
        self._told = ""
        self._job: Job | None = None
        self._asked = False

    def begin(self) -> None:
        self._drop()
        self._name, self._sound, self._given, self._told = self._new_name(), np.zeros(0, np.int16), 0, ""

    def hear(self, samples: Samples) -> None:
        self._asked = False
        if len(self._sound) < LONGEST:
            self._sound = np.concatenate((self._sound, samples))
        if self._streaming and len(self._sound) - self._given >= PIECE:
            self._give(final=False)

    def pause(self) -> None:
        if len(self._sound):
            self._asked = True
            self._give(final=True)
        else:
            self._report(Heard("", final=True, confidence=0.0))

    def close(self) -> None:
        self._drop()

    def _drop(self) -> None:
        self._asked = False
        if self._job is not None:
            self._pool.abandon(self._job)
            self._job = None

    def _give(self, *, final: bool) -> None:
        if self._job is not None:
            return  # what there is goes when this has come back
        at = self._given if self._streaming else 0
        head = {"hear": self._name if self._streaming else self._new_name(), "at": at, "final": final}
        lore = Frame({"learn": self._name}, self._sound[:at].tobytes()) if at else None
        frame = Frame(head, self._sound[at:].astype("<i2").tobytes())
        self._given = len(self._sound)
        urgency = Urgency.NOW if final else Urgency.SOON
        job = Job(
            frame,
            lambda answer: self._answered(answer, final=final),
            self._ended,
            urgency=urgency,
            patience=PATIENCE,
            lore=lore,
        )
        self._job = job
        self._pool.submit(job)

    def _answered(self, frame: Frame, *, final: bool) -> None:
        text = frame.word("text")
        if final and self._asked and self._given == len(self._sound):
            self._asked = False
            self._report(Heard(text, final=True, confidence=1.0 if text else 0.0))
        elif text != self._told:
            self._report(Heard(text, final=False))
        self._told = text

    def _ended(self, error: SwitchroomError | None) -> None:
        self._job = None
        if error is not None:
            log.warning("an utterance was lost", code=error.code)
            self._asked = False
            self._report(HearingFailed(error))
        elif self._asked:
            self._give(final=True)
