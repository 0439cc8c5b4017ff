"""The voice's worker process: text in, PCM at 16 kHz out, piece by piece.

``{"say": text, "voice": name, "speed": x, "skip": n}`` is answered with frames of sound, without the first ``n``
samples: a voice that died in the middle of a sentence goes on where it stopped. Sentences are rendered one by one,
because the first sound waits for the whole of the first.
"""

import re
import sys
from collections.abc import Callable
from typing import Protocol

import numpy as np

from switchroom.media.frame import RATE, Samples
from switchroom.media.resample import resample
from switchroom.providers.local.engines import choose
from switchroom.providers.local.framing import Frame
from switchroom.providers.local.mastering import TEST_SENTENCE, Master, gain_of
from switchroom.providers.local.spoken import spoken
from switchroom.providers.local.worker import Job, Send, serve

PAUSE = int(0.18 * RATE)
"""Between two sentences, beside the tail of the first."""

SLOWEST, FASTEST = 0.5, 2.0
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z0-9\"'])")


class Engine(Protocol):
    """A synthesiser."""

    @property
    def name(self) -> str: ...
    def choose(self, name: str) -> str: ...
    def say(self, text: str, voice: str, speed: float, give: Callable[[Samples, int], bool]) -> None: ...


class Speaking:
    """Does the jobs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._gains: dict[str, float] = {}
        self._gain(engine.choose(""))

    def __call__(self, job: Job, send: Send) -> None:
        """Speak one text."""
        if "say" not in job.frame.head:
            raise ValueError("a job of an unknown kind")
        voice = self._engine.choose(job.frame.word("voice"))
        speed = min(FASTEST, max(SLOWEST, job.frame.number("speed", 1.0)))
        out = _Out(job, send)
        for number, sentence in enumerate(_sentences(spoken(job.frame.word("say")))):
            if number:
                out.give(np.zeros(PAUSE, np.int16))
            self._sentence(sentence, voice, speed, out)
            if job.abandoned:
                return

    def _sentence(self, sentence: str, voice: str, speed: float, out: "_Out") -> None:
        master = Master(self._gain(voice))

        def give(piece: Samples, rate: int) -> bool:
            out.give(master.push(resample(piece, rate, RATE)))
            return not out.abandoned

        self._engine.say(sentence, voice, speed, give)
        out.give(master.finish())

    def _gain(self, voice: str) -> float:
        if voice not in self._gains:
            pieces: list[Samples] = []

            def keep(piece: Samples, _rate: int) -> bool:
                pieces.append(piece)
                return True

            self._engine.say(TEST_SENTENCE, voice, 1.0, keep)
            self._gains[voice] = gain_of(np.concatenate(pieces))
        return self._gains[voice]


class _Out:
    """Sends what is to be heard, but for what was heard before."""

    def __init__(self, job: Job, send: Send) -> None:
        self._job = job
        self._send = send
        self._skip = int(job.frame.number("skip"))

    @property
    def abandoned(self) -> bool:
        return self._job.abandoned

    def give(self, samples: Samples) -> None:
        """Send ``samples``."""
        skipped = min(self._skip, len(samples))
        self._skip -= skipped
        if len(samples) > skipped:
            self._send(Frame({}, samples[skipped:].astype("<i2").tobytes()))


def _sentences(text: str) -> list[str]:
    return [sentence for sentence in _SENTENCE.split(text) if any(letter.isalnum() for letter in sentence)]


def main(engine: str) -> None:
    """Serve with ``engine`` until standard input ends."""
    speaker = choose(engine)
    serve(Speaking(speaker), {"engine": speaker.name})


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "auto")
