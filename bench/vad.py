"""The voice activity network alone: both backends, at 1 to 200 calls, and how far they agree on a minute of speech."""

import argparse
import math
import os
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from bench import dialogue
from bench.figures import Figures, calibrate, gathered, note, share, show
from switchroom.media.band import decode
from switchroom.media.frame import RATE, Encoding
from switchroom.media.resample import resample
from switchroom.media.silero import SileroNetwork
from switchroom.media.silero_onnx import SileroOnnxNetwork
from switchroom.media.voice_network import WINDOW, VoiceNetwork, Windows

ROWS = (1, 10, 50, 100, 200)
_SECONDS = 0.6
_PER_SECOND = RATE / WINDOW


def speech() -> Windows:
    """Return the dialogue as windows."""
    narrow = decode(Encoding.PCMU, dialogue.make(dialogue.VOICES[0]).ulaw)
    samples = resample(narrow, Encoding.PCMU.rate, RATE).astype(np.float32) / np.float32(32768)
    return samples[: len(samples) // WINDOW * WINDOW].reshape(-1, WINDOW)


def cost(network: VoiceNetwork, windows: Windows, rows: int) -> float:
    """Return microseconds of CPU per window in batches of ``rows``, the median of many."""
    numbers = np.arange(rows)
    taken: list[float] = []
    started = time.monotonic()
    place = 0
    while time.monotonic() - started < _SECONDS:
        batch = windows[(place + np.arange(rows) * 17) % len(windows)]
        before = time.process_time_ns()
        network.probabilities(batch, numbers)
        taken.append((time.process_time_ns() - before) / 1e3 / rows)
        place += 1
    return share(taken, 0.5)


def probabilities(network: VoiceNetwork, windows: Windows) -> npt.NDArray[np.float32]:
    """Return what a network says about speech, window by window."""
    row = np.zeros(1, np.intp)
    return np.concatenate([network.probabilities(window[None], row) for window in windows])


def measure() -> Figures:
    """Measure both."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    windows = speech()
    backends: dict[str, Callable[[int], VoiceNetwork]] = {"numpy": SileroNetwork, "onnx": SileroOnnxNetwork}
    found: list[tuple[str, float, str]] = []
    before = calibrate()
    for name, make in backends.items():
        for rows in ROWS:
            note(f"{name}, {rows} calls ...")
            found.append((f"{name}_at_{rows}", cost(make(rows), windows, rows), "us per window"))
    for rows in ROWS:
        taken = next(value for name, value, _ in found if name == f"numpy_at_{rows}")
        found.append((f"numpy_per_call_second_at_{rows}", taken * _PER_SECOND / 1e3, "ms"))
    ours, theirs = (probabilities(make(1), windows) for make in backends.values())
    apart = float(np.abs(ours - theirs).max())
    found += [
        ("largest_difference", apart if math.isfinite(apart) else math.nan, "of a probability"),
        ("windows_decided_otherwise", float(np.count_nonzero((ours >= 0.5) != (theirs >= 0.5))), f"of {len(windows)}"),
        ("calibration", (before + calibrate()) / 2, "ms CPU"),
    ]
    return Figures("vad", {"seconds": round(len(windows) / _PER_SECOND)}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    show(measure(), as_json=parser.parse_args().json)


if __name__ == "__main__":
    main()
