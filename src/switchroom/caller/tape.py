"""The caller's own recording of a call: what it said on the left, what it heard on the right."""

import wave
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from switchroom.errors import Unavailable
from switchroom.media.frame import Samples

_FLUSH = 50  # ticks


class Tape:
    """A stereo wav file, written about once a second."""

    def __init__(self, path: Path, rate: int) -> None:
        try:
            self._file = wave.open(str(path), "wb")  # noqa: SIM115 - closed by __exit__
        except OSError as error:
            raise Unavailable(f"cannot record to {path}: {error}", code="record") from error
        self._file.setnchannels(2)
        self._file.setsampwidth(2)
        self._file.setframerate(rate)
        self._pending: list[Samples] = []

    def write(self, heard: Samples, spoken: Samples) -> None:
        """Take one tick; called by the plane."""
        self._pending.append(np.stack((spoken, heard), axis=1))
        if len(self._pending) >= _FLUSH:
            self._flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._flush()
        self._file.close()

    def _flush(self) -> None:
        if self._pending:
            self._file.writeframes(np.concatenate(self._pending).astype("<i2").tobytes())
        self._pending = []
