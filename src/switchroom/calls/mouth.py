"""The agent's mouth: sentences become samples in the call's playout, and what was heard of them is known to the sample.

A sentence is fetched from the voice only when the one before is nearly played, so little is rendered in vain when the
caller interrupts and little is held in memory. The ledger learns of every sample that is queued; the playout knows
which of them were played. So a voice that breaks off is asked again for what was not heard, which another one may say.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import aclosing
from math import inf

from switchroom.calls.draft import Draft
from switchroom.conversation.ledger import Ledger
from switchroom.conversation.spoken.form import spoken_form
from switchroom.errors import SwitchroomError
from switchroom.media.frame import FRAME, RATE, Samples
from switchroom.media.playout import Playout
from switchroom.ports import TextToSpeech, Voice

LOW_WATER = RATE // 2
_BREAKS = 2  # so often a sentence is begun anew
_AHEAD = 3 * FRAME


class Mouth:
    """Speaks for one call; one ``say`` at a time."""

    def __init__(self, playout: Playout, tts: TextToSpeech, voice: Voice) -> None:
        self._playout = playout
        self._tts = tts
        self.voice = voice
        """The voice of the next sentence."""
        self._level = LOW_WATER
        self._below = asyncio.Event()
        self._more = False
        self._start = 0  # of the sentence that is being queued
        self._awaited = False  # it has no sound yet
        self._protected: list[tuple[int, bool]] = []  # from this sample on
        self.ledger = Ledger()
        """What was said, and how far it was heard."""
        self._music: Iterator[Samples] | None = None

    @property
    def remaining(self) -> float:
        """Seconds that are still to be heard; ``inf`` while more is being made than is queued."""
        return inf if self._more else self._playout.queued / RATE

    @property
    def sounding(self) -> bool:
        """Whether there is something to be heard now."""
        return (self._playout.queued > 0 or self._music is not None) and not self._playout.paused

    @property
    def protected(self) -> bool:
        """Whether what is heard now must not be interrupted."""
        while len(self._protected) > 1 and self._protected[1][0] <= self._playout.played:
            del self._protected[0]
        return bool(self._protected) and self._protected[0][1]

    def cut(self) -> tuple[str, str]:
        """Return what was heard and what was not since the last cut."""
        self._awaited = False
        return self.ledger.cut(self._playout.played)

    def ticked(self) -> None:
        """Wake who waits for the playout to run low; called once a tick."""
        if self._music is not None:
            self._play_on()
        if self._playout.queued <= self._level:
            self._below.set()

    async def say(self, text: str, sounds: Callable[[], None], *, protected: bool = False) -> None:
        """Render ``text`` behind what is queued; ``sounds`` is called when its first sound is there.

        Returns when it is queued, not when it is heard. Safe to cancel: what is queued stays queued until ``stop``.
        Raises Unavailable if the voice fails.
        """
        self._more = True
        self._music = None
        await self._until_below(LOW_WATER)
        await self._speak(text, sounds, protected=protected)

    async def prepare(self, draft: Draft, sounds: Callable[[], None]) -> None:
        """Render the draft's sentence as ``say`` does, but keep its sound until ``adopt``. Safe to cancel."""
        try:
            await self._render(
                draft.text, sounds, lambda piece: draft.pieces.append(piece) if draft.private else self._queue(piece)
            )
        except SwitchroomError:
            if draft.private:
                raise
            rest = self._take_back()
            if rest is None:
                self.ledger.broke()
                raise
            await self._speak(rest, sounds, protected=draft.protected)
        draft.made = True
        if not draft.private:
            self.ledger.complete()

    async def _speak(self, text: str, sounds: Callable[[], None], *, protected: bool) -> None:
        breaks = 0
        while text:
            self._begin(text, protected=protected)
            try:
                await self._render(text, sounds, self._queue)
                text = ""
            except SwitchroomError:
                breaks += 1
                rest = self._take_back() if breaks <= _BREAKS else None
                if rest is None:
                    self.ledger.broke()
                    raise
                text = rest
        self.ledger.complete()

    def _take_back(self) -> str | None:
        """The voice broke off: return what is to be said anew, since it was not heard; None if there was no sound at all."""
        playout = self._playout
        if playout.played + playout.queued == self._start:
            return None
        playout.shorten(max(self._start - playout.played, 0))
        return self.ledger.take_back(playout.played)

    def adopt(self, draft: Draft) -> None:
        """Let the draft's sentence be heard: what there is of it now, the rest as it comes."""
        if draft.text:
            self._more = True
            self._begin(draft.text, protected=draft.protected)
            for piece in draft.pieces:
                self._queue(piece)
            if draft.made:
                self.ledger.complete()
        draft.pieces = []

    def play(self, text: str, samples: Samples) -> None:
        """Queue speech that was rendered before."""
        self._begin(text, protected=False)
        self._playout.push(samples)
        self._awaited = False
        self.ledger.grow(len(samples))
        self.ledger.complete()

    def music(self, pieces: Iterator[Samples]) -> None:
        """Play ``pieces``, a tick's each, behind what is queued, until something is said or they end."""
        self._begin("", protected=False)
        self._awaited = False  # what is said while it ends does not go in front of it
        self.ledger.complete()
        self._music = pieces

    def fill(self, text: str, samples: Samples) -> None:
        """Queue speech that was rendered before, in front of a sentence that is awaited."""
        if not self._awaited:
            self.play(text, samples)
            return
        start = self._start
        self.ledger.precede(text, start, len(samples))
        self._start += len(samples)
        self._protected[-1:] = [(start, False), (self._start, self._protected[-1][1])]
        self._playout.push(samples)

    async def drained(self) -> None:
        """There is no more: wait until everything queued has been heard. Safe to cancel."""
        self._more = False
        self._playout.finish()
        await self._until_below(0)

    def pause(self) -> None:
        """Fall silent at once and keep the rest."""
        self._playout.pause()

    def resume(self) -> None:
        """Go on where ``pause`` stopped."""
        self._playout.resume()

    def stop(self) -> None:
        """Fall silent at once and drop the rest."""
        self._more = False
        self._music = None
        self._playout.clear()
        self._protected.clear()

    async def _render(self, text: str, sounds: Callable[[], None], take: Callable[[Samples], None]) -> None:
        async with aclosing(self._tts.speak(text, self.voice)) as pieces:
            silent = True
            async for piece in pieces:
                take(piece)
                if silent:
                    silent = False
                    sounds()

    def _play_on(self) -> None:
        """Keep a little music queued, so that it ends as soon as something is said."""
        while self._music is not None and self._playout.queued < _AHEAD:
            piece = next(self._music, None)
            if piece is None:
                self._music = None
            else:
                self._playout.push(piece)

    def _begin(self, text: str, *, protected: bool) -> None:
        self._start = self._playout.played + self._playout.queued
        self.ledger.said(text, self._start, 0, letters=spoken_form(text, self.voice.language).letters)
        self._protected.append((self._start, protected))
        self._awaited = True

    def _queue(self, piece: Samples) -> None:
        self._awaited = False
        self._playout.push(piece)
        self.ledger.grow(self._playout.played + self._playout.queued - self._start)

    async def _until_below(self, level: int) -> None:
        self._level = level
        while self._playout.queued > level or self._music is not None:
            self._below.clear()
            await self._below.wait()
