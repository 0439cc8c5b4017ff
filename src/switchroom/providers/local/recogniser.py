"""The local recogniser: keeps each call's utterance and has workers decode it, as a whole, again and again.

A final is decoded when the caller falls silent. While they speak, what there is is decoded at growing intervals, if a
worker has nothing better to do: soon at first, so that a word can be told from a cough, then ever more seldom,
because each takes the whole utterance.
"""

from collections.abc import Callable, Sequence

import numpy as np

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media.frame import RATE, Samples
from switchroom.observability import get_logger
from switchroom.ports import Heard, HearingFailed, Hints, Listening
from switchroom.providers.local.framing import Frame
from switchroom.providers.local.pool import Job, Pool, Urgency

log = get_logger(__name__)

PARTIALS = (0.35, 0.7, 1.2, 1.8, 2.6, 3.6, 5.0, 7.0, 9.5, 13.0, 18.0)
"""Seconds of an utterance after which what there is is decoded."""

LONGEST = 40.0
"""Seconds of an utterance that are kept; of a longer one the beginning is forgotten."""

PATIENCE = 6.0
"""Seconds after which a final that is not there is given up."""


class PocketsphinxRecogniser:
    """A recogniser of English. ``run()`` keeps its workers alive."""

    name = "pocketsphinx"

    def __init__(self, workers: int = 1, *, patience: float = PATIENCE) -> None:
        self.pool = Pool("switchroom.providers.local.hearing", workers)
        self._patience = patience

    async def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Work until cancelled; ``ready`` is called when it is able to hear."""
        await self.pool.run(ready)

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        """Open an ear. Raises Unavailable for a language other than English."""
        if language.partition("-")[0].lower() not in {"en", ""}:
            raise Unavailable(
                f"{self.name} knows English only, not {language!r}: choose another recogniser", retryable=False
            )
        return _Ear(self.pool, hints, report, self._patience)

    def prepare(self, hints: Sequence[Hints]) -> None:
        """Have decoders built before they are needed."""
        for hint in hints:
            self.pool.submit(_building(hint))


def lore(hints: Hints) -> Frame | None:
    """Return what a worker must learn of ``hints``; None when anything may be said."""
    if not hints.sentences and not hints.words:
        return None
    text = "\n".join(hints.sentences) + "\f" + " ".join(hints.words)
    return Frame({"learn": hints.id}, text.encode())


def _building(hints: Hints) -> Job:
    def end(error: SwitchroomError | None) -> None:
        if error is not None:
            log.info("decoder was not built ahead", hints=hints.id, code=error.code)

    frame = Frame({"build": _known_as(hints)})
    return Job(frame, _ignore, end, urgency=Urgency.SOON, lore=lore(hints))


def _known_as(hints: Hints) -> str:
    return hints.id if hints.sentences or hints.words else ""


def _ignore(_answer: Frame) -> None:
    """A built decoder says nothing."""


class _Ear:
    """One call's ear."""

    def __init__(
        self,
        pool: Pool,
        hints: Callable[[], Hints],
        report: Callable[[Heard | HearingFailed], None],
        patience: float,
    ) -> None:
        self._pool = pool
        self._ask_hints = hints
        self._report = report
        self._patience = patience
        self._hints = Hints("")
        self._pieces: list[Samples] = []
        self._length = 0
        self._next = 0
        self._partial: Job | None = None
        self._final: Job | None = None
        self._built = ""

    def begin(self) -> None:
        """An utterance begins; what was unfinished is forgotten."""
        self._drop()
        self._pieces, self._length, self._next = [], 0, 0
        self._hints = self._ask_hints()
        if self._hints.id != self._built:
            self._built = self._hints.id
            self._pool.submit(_building(self._hints))

    def hear(self, samples: Samples) -> None:
        """Take more of the utterance."""
        self._pieces.append(np.array(samples, np.int16))
        self._length += len(samples)
        while self._length > LONGEST * RATE and len(self._pieces) > 1:
            self._length -= len(self._pieces.pop(0))
        if self._next < len(PARTIALS) and self._length >= PARTIALS[self._next] * RATE:
            while self._next < len(PARTIALS) and self._length >= PARTIALS[self._next] * RATE:
                self._next += 1
            if self._partial is None and not self._pool.busy:
                self._partial = self._decode(final=False)

    def pause(self) -> None:
        """Understand what there is and report it as final."""
        self._drop()
        if self._length:
            self._final = self._decode(final=True)
        else:
            self._report(Heard("", final=True, confidence=0.0))

    def close(self) -> None:
        """Report nothing more."""
        self._drop()
        self._pieces, self._length = [], 0

    def _drop(self) -> None:
        for job in (self._partial, self._final):
            if job is not None:
                self._pool.abandon(job)
        self._partial = self._final = None

    def _decode(self, *, final: bool) -> Job:
        def answer(frame: Frame) -> None:
            self._report(Heard(frame.word("text"), final=final, confidence=frame.number("confidence")))

        def end(error: SwitchroomError | None) -> None:
            if final:
                self._final = None
            else:
                self._partial = None
            if error is not None and final:
                log.warning("an utterance was lost", code=error.code)
                self._report(HearingFailed(error))

        frame = Frame(
            {"hear": _known_as(self._hints), "final": final}, np.concatenate(self._pieces).astype("<i2").tobytes()
        )
        urgency = Urgency.NOW if final else Urgency.SOME_TIME
        job = Job(frame, answer, end, urgency=urgency, patience=self._patience, lore=lore(self._hints))
        self._pool.submit(job)
        return job
