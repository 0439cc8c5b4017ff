"""The worker that speaks: loads one voice of sherpa-onnx and says texts, sentence by sentence, at 16 kHz.

Jobs are those of the local voice: ``{"say": text, "voice": name, "speed": x, "skip": n}``; here ``voice`` is a number of
the speakers in the model.
"""

import importlib
import json
import re
import sys
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from switchroom.media.converter import Converter
from switchroom.media.frame import RATE
from switchroom.providers.local.framing import Frame
from switchroom.providers.local.worker import Job, Send, serve

PAUSE = int(0.18 * RATE)
_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+")
_GO_ON, _STOP = 1, 0


class Speaking:
    """Does the jobs."""

    def __init__(self, kind: str, files: Mapping[str, str]) -> None:
        sherpa_onnx = importlib.import_module("sherpa_onnx")
        part = {
            "vits": sherpa_onnx.OfflineTtsVitsModelConfig,
            "kokoro": sherpa_onnx.OfflineTtsKokoroModelConfig,
            "matcha": sherpa_onnx.OfflineTtsMatchaModelConfig,
        }[kind](**files)
        model = sherpa_onnx.OfflineTtsModelConfig(**{kind: part}, num_threads=1, provider="cpu")
        config = sherpa_onnx.OfflineTtsConfig(model=model, max_num_sentences=1)
        if not config.validate():
            raise ValueError("sherpa-onnx does not take this model; what it misses is in the log")
        self._tts = sherpa_onnx.OfflineTts(config)

    def __call__(self, job: Job, send: Send) -> None:
        """Say one text."""
        if "say" not in job.frame.head:
            raise ValueError("a job of an unknown kind")
        name = job.frame.word("voice") or "0"
        if not name.isdigit() or int(name) >= max(1, self._tts.num_speakers):
            raise ValueError(
                f"there is no voice {name!r}: it has the numbers 0 to {max(1, self._tts.num_speakers) - 1}"
            )
        out = _Out(job, send, self._tts.sample_rate)
        for number, sentence in enumerate(_SENTENCE.split(job.frame.word("say").strip())):
            if number:
                out.give_plain(np.zeros(PAUSE, np.int16))
            if sentence and not job.abandoned:
                self._say(sentence, int(name), job.frame.number("speed", 1.0), out)
        out.finish()

    def _say(self, sentence: str, speaker: int, speed: float, out: "_Out") -> None:
        try:
            self._tts.generate(sentence, sid=speaker, speed=speed, callback=out.give)
        except (LookupError, TypeError) as error:  # what C++ throws at a word or a sign that the model does not have
            raise RuntimeError(f"the voice cannot say it: {error}") from error


class _Out:
    """Sends what is to be heard, but for what was heard before."""

    def __init__(self, job: Job, send: Send, rate: int) -> None:
        self._job = job
        self._send = send
        self._skip = int(job.frame.number("skip"))
        self._converter = Converter(rate, RATE)

    def give(self, samples: npt.NDArray[np.float32], _progress: float) -> int:
        pcm = (np.clip(np.asarray(samples), -1, 1) * 32767).astype("<i2").tobytes()
        self.give_plain(np.frombuffer(self._converter.convert(pcm), "<i2"))
        return _STOP if self._job.abandoned else _GO_ON

    def finish(self) -> None:
        self.give_plain(np.frombuffer(self._converter.flush(), "<i2"))

    def give_plain(self, samples: npt.NDArray[np.int16]) -> None:
        skipped = min(self._skip, len(samples))
        self._skip -= skipped
        if len(samples) > skipped:
            self._send(Frame({}, samples[skipped:].astype("<i2").tobytes()))


def main(described: str) -> None:
    """Serve until standard input ends. What cannot be loaded is told in the greeting, and is the error of every job."""
    model = json.loads(described)
    try:
        speaking = Speaking(model["kind"], model["files"])
    except (ImportError, OSError, RuntimeError, ValueError, KeyError) as error:
        serve(_broken, {"error": f"{type(error).__name__}: {error}"[:500]})
    else:
        serve(speaking, {"engine": model["kind"]})


def _broken(_job: Job, _send: Send) -> None:
    raise RuntimeError("its model could not be loaded")


if __name__ == "__main__":
    main(sys.argv[1])
