"""The agent's voice in a rehearsal, and what of it reaches the caller's ear.

Whatever voice speaks, what it gives is kept beside its text; the frames that the caller is given are found again in it. So it is
known at every moment which words were heard, whoever paused, resumed or dropped the rest.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field

import numpy as np

from switchroom.errors import Unavailable
from switchroom.media.frame import RATE, Samples
from switchroom.ports import TextToSpeech, Voice
from switchroom.rehearsal.play import AgentVoice

_PIECE = RATE // 5
_LEVEL = 4000
_CHUNK = 320  # bytes: 10 ms, enough to know a sound by
_REMEMBERED = 12
_LETTER = 0.06
_AFTER_WORDS = frozenset(" ,.;:!?")


class MurmuringVoice:
    """A voice that murmurs for as long as its text is, never twice the same, so that any 10 ms of it tell where they are from."""

    name = "scripted"

    def __init__(self, manner: AgentVoice) -> None:
        self._manner = manner
        self._said = 0

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """See ports.TextToSpeech."""
        self._said += 1
        samples = self._murmur(len(text) * self._manner.letter / voice.speed)
        await asyncio.sleep(self._manner.first)
        if any(failing in text for failing in self._manner.fails):
            raise Unavailable("the voice fails here: the rehearsal says so", code="voice_scripted")
        for start in range(0, len(samples), _PIECE):
            yield samples[start : start + _PIECE]

    def _murmur(self, seconds: float) -> Samples:
        return np.random.default_rng(self._said).integers(-_LEVEL, _LEVEL, round(seconds * RATE), np.int16)


@dataclass(slots=True)
class Sentence:
    """A text and what it sounds like so far."""

    text: str
    sound: bytearray = field(default_factory=bytearray)
    whole: bool = False

    def until(self, place: int) -> str:
        """Return the words that are over before ``place`` (bytes)."""
        length = len(self.sound) if self.whole else max(len(self.sound), round(len(self.text) * _LETTER * RATE) * 2)
        letters = int(len(self.text) * place / max(length, 1))
        if letters >= len(self.text) - 1:
            return self.text
        whole = len(self.text[:letters].rpartition(" ")[0])
        return self.text[: letters if self.text[letters] in _AFTER_WORDS else whole]


class KeptVoice:
    """Implements ports.TextToSpeech by another voice, and keeps what it says."""

    def __init__(self, voice: TextToSpeech) -> None:
        self._voice = voice
        self.name = voice.name
        self.sentences: list[Sentence] = []

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """See ports.TextToSpeech."""
        sentence = Sentence(text)
        self.sentences.append(sentence)
        async with aclosing(self._voice.speak(text, voice)) as pieces:
            async for piece in pieces:
                sentence.sound += piece.astype("<i2").tobytes()
                yield piece
        sentence.whole = True


@dataclass(slots=True)
class Snippet:
    """A stretch of one sentence that reached the caller's ear, in the loop's time."""

    began: float
    until: float
    text: str


class CallersEar:
    """Finds out which words the frames are that the caller is given."""

    def __init__(self, voice: KeptVoice) -> None:
        self._voice = voice
        self._now: tuple[Sentence, int] | None = None
        self.snippets: list[Snippet] = []

    def hear(self, frame: bytes, now: float) -> None:
        """Take 20 ms that are not silent."""
        found = self._follow(frame) or self._search(frame)
        if found is None:
            return
        sentence, place = found
        fresh = self._now is None or self._now[0] is not sentence
        self._now = found
        if fresh:
            self.snippets.append(Snippet(now, now, ""))
        self.snippets[-1].until, self.snippets[-1].text = now, sentence.until(place)

    def heard_since(self, since: float) -> str:
        """Return what was heard since then, as a text."""
        return " ".join(snippet.text for snippet in self.snippets if snippet.until >= since)

    def _follow(self, frame: bytes) -> tuple[Sentence, int] | None:
        if self._now is None:
            return None
        sentence, place = self._now
        if sentence.sound[place : place + len(frame)] != frame:
            return None
        return sentence, place + len(frame)

    def _search(self, frame: bytes) -> tuple[Sentence, int] | None:
        for offset in (len(frame) - _CHUNK, 0):  # what is faded in is itself at its end, what ends is at its beginning
            chunk = frame[offset : offset + _CHUNK]
            if not any(chunk):
                continue
            for sentence in self._nearest():
                place = sentence.sound.find(chunk)
                if place >= 0:
                    return sentence, place + _CHUNK
        return None

    def _nearest(self) -> list[Sentence]:
        current = [] if self._now is None else [self._now[0]]
        return [*current, *reversed(self._voice.sentences[-_REMEMBERED:]), *self._voice.sentences[:_REMEMBERED]]
