"""The recogniser's worker process: utterances in, words out.

``{"learn": id}`` with sentences and words as text teaches a set of hints; ``{"hear": id, "final": bool}`` with 16 kHz
PCM is answered with ``{"text", "confidence"}``.
"""

import tempfile
from pathlib import Path

import numpy as np

from switchroom.providers.local.conditioning import condition, is_narrow
from switchroom.providers.local.decoding import Decoders
from switchroom.providers.local.denoising import denoise
from switchroom.providers.local.framing import Frame
from switchroom.providers.local.judging import judge
from switchroom.providers.local.worker import Job, Missing, Send, serve


class Hearing:
    """Does the jobs."""

    def __init__(self, folder: Path) -> None:
        self._decoders = Decoders(folder)

    def __call__(self, job: Job, send: Send) -> None:
        """Answer one job."""
        if "learn" in job.frame.head:
            self._learn(job.frame)
        elif "hear" in job.frame.head:
            send(self._hear(job.frame))
        elif "build" in job.frame.head:
            self._known(job.frame.word("build"))
            self._decoders.get(job.frame.word("build"), narrow=True)
        else:
            raise ValueError("a job of an unknown kind")

    def _learn(self, frame: Frame) -> None:
        sentences, _, words = frame.body.decode("utf-8").partition("\f")
        self._decoders.learn(frame.word("learn"), sentences.split("\n"), words.split())

    def _known(self, name: str) -> None:
        if not self._decoders.knows(name):
            raise Missing

    def _hear(self, frame: Frame) -> Frame:
        name = frame.word("hear")
        self._known(name)
        heard = np.frombuffer(frame.body, "<i2")
        samples = denoise(heard)
        decoded = self._decoders.decode(name, condition(samples), narrow=is_narrow(heard))
        judged = judge(decoded, samples)
        return Frame({"text": judged.text, "confidence": round(judged.confidence, 3)})


def main() -> None:
    """Serve until standard input ends."""
    with tempfile.TemporaryDirectory(prefix="switchroom-hearing-") as folder:
        serve(Hearing(Path(folder)), {"engine": "pocketsphinx"})


if __name__ == "__main__":
    main()
