"""The smart-turn model, version 3: a small Whisper encoder that says whether a turn sounds finished.

The model is a file of the operator's (8.7 MB, ONNX; BSD-2-Clause with the pipecat project, whose wheel on PyPI carries
``smart-turn-v3.2-cpu.onnx``). It takes the last 8 s at 16 kHz, silence in front, as 80 log-mel bands every 10 ms, and
gives a probability. 0.1 s of CPU per answer, so it runs on a thread of its own, which onnxruntime keeps out of the
interpreter; whoever asks while several wait is not answered.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from switchroom.errors import Invalid
from switchroom.media.frame import RATE, Samples

_SECONDS, _WINDOW, _HOP, _MELS = 8, 400, 160, 80
_WAITING = 4
_QUIETEST, _RANGE = 1e-10, 8.0

Floats = npt.NDArray[np.float32]


class _Session(Protocol):
    def run(self, names: None, inputs: dict[str, Floats]) -> list[Floats]: ...


class SmartTurn:
    """Judges ends of turns. Raises Invalid where the file is no such model."""

    name = "smart-turn"

    def __init__(self, path: Path) -> None:
        self._session = _load(path)
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="smart-turn")
        self._waiting = 0

    def judge(self, samples: Samples, answer: Callable[[float], None]) -> None:
        """See EndOfTurn."""
        if self._waiting >= _WAITING:
            return
        self._waiting += 1
        loop = asyncio.get_running_loop()
        made = loop.run_in_executor(self._thread, self.likely, samples)
        made.add_done_callback(lambda done: self._answered(done, answer))

    def likely(self, samples: Samples) -> float:
        """Return the probability that ``samples`` are a whole turn. Takes 0.1 s."""
        found = self._session.run(None, {"input_features": log_mel(samples)[None]})
        return float(np.clip(found[0].reshape(-1)[0], 0.0, 1.0))

    def close(self) -> None:
        """Judge no more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _answered(self, done: "asyncio.Future[float]", answer: Callable[[float], None]) -> None:
        self._waiting -= 1
        if not done.cancelled() and done.exception() is None:
            answer(done.result())


def _load(path: Path) -> _Session:
    import onnxruntime  # noqa: PLC0415 - heavy, and only where such a model is used
    from onnxruntime.capi import onnxruntime_pybind11_state as refused  # noqa: PLC0415

    wrong = (refused.Fail, refused.InvalidArgument, refused.InvalidProtobuf, refused.InvalidGraph, refused.NoSuchFile)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        session: _Session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        session.run(None, {"input_features": log_mel(np.zeros(RATE, np.int16))[None]})
    except wrong as error:
        raise Invalid(f"{path} is no smart-turn model: {error}. Name smart-turn-v3.2-cpu.onnx, or none") from error
    return session


def log_mel(samples: Samples) -> Floats:
    """Return ``[80, 800]``: what Whisper makes of the last 8 s."""
    sound = samples[-_SECONDS * RATE :].astype(np.float64) / 32768
    sound = np.concatenate([np.zeros(_SECONDS * RATE - len(sound)), sound])
    sound = (sound - sound.mean()) / np.sqrt(sound.var() + 1e-7)
    padded = np.pad(sound, _WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[::_HOP][: _SECONDS * RATE // _HOP]
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(_WINDOW) / _WINDOW)
    power = np.abs(np.fft.rfft(frames * window)) ** 2
    levels = np.log10(np.maximum(power @ _filters(), _QUIETEST)).T
    levels = np.maximum(levels, levels.max() - _RANGE)
    return np.asarray((levels + 4.0) / 4.0, np.float32)


@cache
def _filters() -> npt.NDArray[np.float64]:
    """Return ``[201, 80]``: triangles of equal area, evenly spaced on Slaney's mel scale up to 8 kHz."""
    pitches = np.linspace(0, RATE / 2, _WINDOW // 2 + 1)
    edges = _hertz(np.linspace(0.0, _mel(RATE / 2), _MELS + 2))
    rising = (pitches[:, None] - edges[None, :-2]) / np.diff(edges)[None, :-1]
    falling = (edges[None, 2:] - pitches[:, None]) / np.diff(edges)[None, 1:]
    return np.maximum(0.0, np.minimum(rising, falling)) * (2.0 / (edges[2:] - edges[:-2]))[None, :]


def _mel(hertz: float) -> float:
    """Slaney: linear to 1 kHz (mel 15), logarithmic above."""
    return hertz * 3 / 200 if hertz < 1000 else 15 + float(np.log(hertz / 1000)) * 27 / float(np.log(6.4))


def _hertz(mel: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.where(mel < 15, mel * 200 / 3, 1000 * np.exp((mel - 15) * np.log(6.4) / 27))
