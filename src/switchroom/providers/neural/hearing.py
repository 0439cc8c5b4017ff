"""The worker that hears: loads one recogniser and answers utterances, which come to it piece by piece.

``{"hear": id, "at": n, "final": bool}`` with 16 kHz PCM is more of utterance ``id`` from its ``n``-th sample on, answered
with ``{"text"}``. A worker that was started since, or that another did the beginning of, does not have the beginning: it
says so, is taught it by ``{"learn": id}`` with all that came before, and is asked again.
"""

import importlib
import json
import sys
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Protocol

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import RATE
from switchroom.providers.local.framing import Frame
from switchroom.providers.local.worker import Job, Missing, Send, serve
from switchroom.providers.withheld import withhold

MOST_UTTERANCES = 64
TAIL = 0.6
"""Seconds of silence after which a streaming recogniser has given all its words."""

Floats = npt.NDArray[np.float32]


class Utterance(Protocol):
    """One utterance in an engine."""

    def take(self, samples: Floats) -> None: ...
    def text(self, *, final: bool) -> str: ...


class Engine(Protocol):
    """A recogniser that is loaded."""

    def begin(self) -> Utterance: ...


class Hearing:
    """Does the jobs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._known: OrderedDict[str, tuple[Utterance, int]] = OrderedDict()

    def __call__(self, job: Job, send: Send) -> None:
        """Answer one job."""
        frame = job.frame
        samples: Floats = np.frombuffer(frame.body, "<i2").astype(np.float32) / np.float32(32768)
        if "learn" in frame.head:
            self._take(frame.word("learn"), self._engine.begin(), 0, samples)
        elif "hear" in frame.head:
            name, at = frame.word("hear"), int(frame.number("at"))
            utterance, heard = self._known.get(name, (None, 0))
            if utterance is None or heard != at:
                if at:
                    raise Missing
                utterance = self._engine.begin()
            self._take(name, utterance, at, samples)
            send(Frame({"text": utterance.text(final=bool(frame.head.get("final")))}))
        else:
            raise ValueError("a job of an unknown kind")

    def _take(self, name: str, utterance: Utterance, at: int, samples: Floats) -> None:
        utterance.take(samples)
        self._known[name] = utterance, at + len(samples)
        self._known.move_to_end(name)
        while len(self._known) > MOST_UTTERANCES:
            self._known.popitem(last=False)


class _Stream(Protocol):
    def accept_waveform(self, rate: int, samples: Floats) -> None: ...


class _Recogniser(Protocol):
    def create_stream(self) -> _Stream: ...
    def is_ready(self, stream: _Stream) -> bool: ...
    def decode_stream(self, stream: _Stream) -> None: ...
    def get_result(self, stream: _Stream) -> str: ...


class _Segment(Protocol):
    text: str


class _Whisper(Protocol):
    def transcribe(self, sound: Floats, **how: object) -> tuple[Iterable[_Segment], object]: ...


class Sherpa:
    """sherpa-onnx's streaming recognisers."""

    def __init__(self, kind: str, files: Mapping[str, str]) -> None:
        recognisers = importlib.import_module("sherpa_onnx").OnlineRecognizer
        open_ = recognisers.from_transducer if kind == "transducer" else recognisers.from_zipformer2_ctc
        self._recogniser: _Recogniser = open_(**files, num_threads=1, provider="cpu")

    def begin(self) -> Utterance:
        """Begin an utterance."""
        return _SherpaUtterance(self._recogniser)


class _SherpaUtterance:
    def __init__(self, recogniser: _Recogniser) -> None:
        self._recogniser = recogniser
        self._stream = recogniser.create_stream()

    def take(self, samples: Floats) -> None:
        self._stream.accept_waveform(RATE, samples)

    def text(self, *, final: bool) -> str:
        if final:
            self.take(np.zeros(round(TAIL * RATE), np.float32))
        while self._recogniser.is_ready(self._stream):
            self._recogniser.decode_stream(self._stream)
        return str(self._recogniser.get_result(self._stream)).strip().lower()


class Whisper:
    """faster-whisper, which takes an utterance as a whole."""

    def __init__(self, folder: str, language: str) -> None:
        withhold("av")
        load = importlib.import_module("faster_whisper").WhisperModel
        self._model: _Whisper = load(folder, device="cpu", compute_type="int8", cpu_threads=1, local_files_only=True)
        self._language = language

    def begin(self) -> Utterance:
        """Begin an utterance."""
        return _WhisperUtterance(self._model, self._language)


_LIVE: Mapping[str, object] = {
    "beam_size": 1,
    "temperature": 0.0,  # the usual six temperatures are up to six decodings, and a caller waits
    "without_timestamps": True,
    "condition_on_previous_text": False,
}


class _WhisperUtterance:
    def __init__(self, model: _Whisper, language: str) -> None:
        self._model = model
        self._language = language
        self._pieces: list[Floats] = []

    def take(self, samples: Floats) -> None:
        self._pieces.append(samples)

    def text(self, *, final: bool) -> str:
        if not final:
            return ""
        sound = np.concatenate(self._pieces)
        segments, _ = self._model.transcribe(sound, language=self._language or None, **_LIVE)
        return " ".join(segment.text.strip() for segment in segments).strip()


def main(described: str) -> None:
    """Serve until standard input ends. What cannot be loaded is told in the greeting, and is the error of every job."""
    described_ = json.loads(described)
    kind, files = described_["kind"], described_["files"]
    try:
        engine: Engine = Whisper(files["folder"], described_["language"]) if kind == "whisper" else Sherpa(kind, files)
    except (ImportError, OSError, RuntimeError, ValueError, AssertionError) as error:
        serve(_broken, {"error": f"{type(error).__name__}: {error}"[:500]})
    else:
        serve(Hearing(engine), {"engine": kind})


def _broken(_job: Job, _send: Send) -> None:
    raise RuntimeError("its model could not be loaded")


if __name__ == "__main__":
    main(sys.argv[1])
