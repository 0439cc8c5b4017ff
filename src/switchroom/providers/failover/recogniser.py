"""A recogniser that is a chain of them: an utterance is kept until it is understood, and replayed to the next one.

A recogniser that fails, while the caller speaks or after, is replaced at once. One that is late with a final gets another
one beside it, and whose final is there first is believed. A transcript is never waited for longer than the turn can wait.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.events.providers import SwitchReason
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints, Listening, SpeechToText
from switchroom.providers.failover.chain import Attempt, Chain, Link
from switchroom.providers.failover.lateness import MOMENT, Patience

PATIENCE = Patience(first=3.6, stall=3.6, soonest=0.4, hedge=1.5)
"""The turn machine waits 4 s for a transcript."""

KEPT = 40.0
"""Seconds of an utterance that are kept; of a longer one the beginning is forgotten."""

Report = Callable[[Heard | HearingFailed], None]


@dataclass(frozen=True, slots=True)
class FailoverRecogniser:
    """Implements ports.SpeechToText, for one call."""

    chain: Chain[SpeechToText]
    patience: Patience = PATIENCE

    @property
    def name(self) -> str:
        """The names of the chain."""
        return ", ".join(link.name for link in self.chain.links)

    def listen(self, language: str, hints: Callable[[], Hints], report: Report) -> Listening:
        """Open an ear. Raises Unavailable if no recogniser knows the language."""
        ear = _Ear(self.chain, self.patience, partial(_listen, language, hints), report)
        ear.open()
        return ear


def _listen(language: str, hints: Callable[[], Hints], stt: SpeechToText, report: Report) -> Listening:
    return stt.listen(language, hints, report)


@dataclass(slots=True)
class _Sound:
    """What was heard of the utterance."""

    pieces: list[Samples] = field(default_factory=list)
    length: int = 0

    def add(self, samples: Samples) -> None:
        self.pieces.append(samples)
        self.length += len(samples)
        while len(self.pieces) > 1 and self.length > KEPT * RATE:
            self.length -= len(self.pieces.pop(0))


@dataclass(slots=True)
class _Listener:
    """A recogniser at work on the utterance."""

    attempt: Attempt[SpeechToText]
    ear: Listening

    @property
    def link(self) -> Link[SpeechToText]:
        return self.attempt.link


class _Ear:
    """One call's ear at all of them."""

    def __init__(
        self,
        chain: Chain[SpeechToText],
        patience: Patience,
        listen: Callable[[SpeechToText, Report], Listening],
        report: Report,
    ) -> None:
        self._chain = chain
        self._patience = patience
        self._listen = listen
        self._report = report
        self._ears: dict[str, Listening] = {}
        self._at_work: list[_Listener] = []
        self._tried: list[str] = []
        self._sound = _Sound()
        self._paused: float | None = None
        self._alone = False  # nobody else could be asked besides who is late
        self._timer: asyncio.TimerHandle | None = None
        self._now = asyncio.get_running_loop().time

    def open(self) -> None:
        """Open the first ear that can be opened, so that a call is refused that nobody could understand."""
        error: SwitchroomError | None = None
        for link in self._chain.links:
            try:
                self._ear(link)
            except SwitchroomError as failure:
                error = failure
            else:
                return
        raise self._chain.exhausted(error)

    def begin(self) -> None:
        """An utterance begins."""
        self._quiet()
        for listener in self._at_work:
            listener.attempt.abandoned()
        self._at_work, self._tried, self._alone = [], [], False
        self._sound = _Sound()
        self._next(None)

    def hear(self, samples: Samples) -> None:
        """Take more of it."""
        self._quiet()
        self._sound.add(samples)
        for listener in self._at_work:
            listener.ear.hear(samples)

    def pause(self) -> None:
        """The caller fell silent."""
        self._quiet()
        self._paused = self._now()
        for listener in tuple(self._at_work):
            if listener.attempt.over:
                listener.attempt = self._chain.resume(listener.link)
            listener.attempt.due()
            listener.ear.pause()
        if not self._at_work and self._paused is not None:
            self._next(None)  # everybody failed while they spoke
        self._wake()

    def close(self) -> None:
        """The call is over."""
        self._quiet()
        for listener in self._at_work:
            listener.attempt.abandoned()
        self._at_work = []
        for name in tuple(self._ears):
            self._ears.pop(name).close()

    def _quiet(self) -> None:
        """The utterance goes on, or another one begins: nobody is late."""
        self._paused = None
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    # Who listens.

    def _ear(self, link: Link[SpeechToText]) -> Listening:
        if link.name not in self._ears:
            self._ears[link.name] = self._listen(link.provider, partial(self._reported, link.name))
        return self._ears[link.name]

    def _next(self, why: SwitchReason | None, error: SwitchroomError | None = None) -> None:
        """Have the utterance heard by whoever is next."""
        while (attempt := self._chain.attempt(self._tried)) is not None:
            try:
                listener = self._start(attempt)
            except SwitchroomError as failure:
                attempt.unfit(failure)
                self._tried.append(attempt.link.name)
                why, error = "failed", failure
            else:
                self._chain.use(attempt.link.name, why, self._waited(listener))
                self._wake()
                return
        if self._paused is not None:
            self._report(HearingFailed(self._chain.exhausted(error)))

    def _start(self, attempt: Attempt[SpeechToText]) -> _Listener:
        ear = self._ear(attempt.link)
        listener = _Listener(attempt, ear)
        self._at_work.append(listener)
        ear.begin()
        if self._sound.pieces:
            ear.hear(np.concatenate(self._sound.pieces))
        if self._paused is not None:
            ear.pause()
        return listener

    def _drop(self, listener: _Listener) -> None:
        """Let go of it: only a closed ear is sure to say nothing more of this utterance."""
        self._at_work.remove(listener)
        ear = self._ears.pop(listener.link.name, None)
        if ear is not None:
            ear.close()

    def _failed(self, listener: _Listener, error: SwitchroomError, why: SwitchReason) -> None:
        listener.attempt.failed(error)
        self._drop(listener)
        self._tried.append(listener.link.name)
        if not self._at_work:
            self._next(why, error)

    # What they say.

    def _reported(self, name: str, report: Heard | HearingFailed) -> None:
        listener = next((one for one in self._at_work if one.link.name == name), None)
        if listener is None:
            return
        match report:
            case HearingFailed(error):
                self._failed(listener, error, "failed")
            case Heard(final=True):
                self._understood(listener)
                self._report(report)
            case Heard():
                if listener is self._at_work[0]:
                    self._report(report)

    def _understood(self, listener: _Listener) -> None:
        after = self._waited(listener)
        place = self._at_work.index(listener)
        if len(self._at_work) > 1:
            first, second = self._at_work[0].link.name, self._at_work[max(place, 1)].link.name
            seconds = round(self._sound.length / RATE, 2)
            self._chain.hedged(first, second, listener.link.name, after, {"seconds": seconds})
            self._chain.use(listener.link.name, "late" if place else None, after)
        listener.attempt.answered()
        for index, other in enumerate(tuple(self._at_work)):
            if other is not listener:
                (other.attempt.outrun if index < place else other.attempt.abandoned)()
                self._drop(other)
        if self._timer is not None:
            self._timer.cancel()

    def _waited(self, listener: _Listener) -> float:
        return listener.attempt.since if self._paused is None else self._now() - self._paused

    # Who is late.

    def _wake(self) -> None:
        """Wake up when the next of those at work is late."""
        if self._paused is None or not self._at_work:
            return
        due = self._patience.first - (self._now() - self._paused)
        late = self._late()
        due = due if late is None else min(due, late)
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(max(due, MOMENT), self._woken)

    def _late(self) -> float | None:
        """Return in how many seconds another one is to listen, too: whenever the last that was asked is late."""
        if self._alone:
            return None
        attempt = self._at_work[-1].attempt
        wait = self._patience.late(attempt.link.took)
        return None if wait is None else wait - attempt.since

    def _woken(self) -> None:
        late = self._late()
        if late is not None and late <= 0:
            self._ask_another()
        for listener in tuple(self._at_work):
            if self._waited(listener) >= self._patience.first:
                message = f"{listener.link.name} gave no transcript within {self._patience.first:.1f} s"
                self._failed(listener, Unavailable(message, code="late"), "late")
        self._wake()

    def _ask_another(self) -> None:
        attempt = self._chain.attempt((*self._tried, *(one.link.name for one in self._at_work)))
        if attempt is None:
            self._alone = True
            return
        try:
            self._start(attempt)
        except SwitchroomError as error:
            attempt.unfit(error)
            self._tried.append(attempt.link.name)
