"""A call's recording: caller on the left, agent on the right, or the caller alone; streamed to disk while they speak.

The tick only appends 20 ms to a small buffer; a thread shared by all calls writes it out about once a second and sets
the sizes in the WAV header each time, so the file plays up to the last second even after a crash. A disk that is full
ends the recording, never the call.
"""

import asyncio
import contextlib
import queue
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np

from switchroom.media.frame import Samples
from switchroom.media.wav import HEADER_SIZE, header

_FLUSH = 50  # ticks
_QUEUE = 4096  # pieces that wait for the disk, of all calls; beyond it the newest is dropped and the recording fails


class Disk:
    """The thread that writes. Jobs run in the order they were given; a job that raises OSError reports to its recording."""

    def __init__(self) -> None:
        self._jobs: queue.Queue[Callable[[], None] | None] = queue.Queue(_QUEUE)
        self._thread = threading.Thread(target=self._run, name="disk", daemon=True)

    def __enter__(self) -> "Disk":
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._jobs.put(None)
        self._thread.join()

    def submit(self, job: Callable[[], None]) -> bool:
        """Queue a job; False if the disk is so far behind that it was not taken."""
        try:
            self._jobs.put_nowait(job)
        except queue.Full:
            return False
        return True

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


class Recorder:
    """Writes one call. ``failed`` is called on the event loop, once, with what went wrong."""

    def __init__(
        self, path: Path, rate: int, disk: Disk, failed: Callable[[str], None], *, alone: bool = False
    ) -> None:
        """``alone``: only what is heard of the caller is written."""
        self.path = path
        self.rate = rate
        self._disk = disk
        self._failed = failed
        self._loop = asyncio.get_running_loop()
        self._pending: list[Samples] = []
        self._file: BinaryIO | None = None
        self._frames = 0
        self._channels = 1 if alone else 2
        self._broken = False
        self._submit(self._open)

    @property
    def broken(self) -> bool:
        """Whether writing stopped early."""
        return self._broken

    @property
    def duration(self) -> float:
        """Seconds that reached the disk."""
        return self._frames / self.rate

    @property
    def size(self) -> int:
        """Bytes on disk, header included."""
        return HEADER_SIZE + 2 * self._channels * self._frames

    def write(self, heard: Samples, spoken: Samples) -> None:
        """Take one tick at the recording's rate; called by the plane."""
        if self._broken:
            return
        self._pending.append(heard.copy() if self._channels == 1 else np.stack((heard, spoken), axis=1))
        if len(self._pending) >= _FLUSH:
            self._flush()

    async def close(self) -> None:
        """Write the rest and wait until it is on disk. Safe to cancel: the file stays playable."""
        self._flush()
        done = asyncio.Event()

        def finish() -> None:
            if self._file is not None:
                with contextlib.suppress(OSError):
                    self._file.close()
            self._loop.call_soon_threadsafe(done.set)

        if self._disk.submit(finish):
            await done.wait()

    def discard(self) -> None:
        """Remove the file of a recording that is closed."""
        self._submit(lambda: self.path.unlink(missing_ok=True))

    def _flush(self) -> None:
        if self._pending and not self._broken:
            data = np.concatenate(self._pending).astype("<i2").tobytes()
            self._submit(lambda: self._append(data))
        self._pending = []

    def _submit(self, job: Callable[[], None]) -> None:
        def guarded() -> None:
            if self._broken:
                return
            try:
                job()
            except OSError as error:
                self._break(f"{error.strerror or error}: {self.path}")

        if not self._disk.submit(guarded):
            self._break(f"the disk is too slow for this many recordings: {self.path}")

    def _break(self, message: str) -> None:
        if not self._broken:
            self._broken = True
            self._loop.call_soon_threadsafe(self._failed, message)

    def _open(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = self.path.open("wb", buffering=0)
        self._file.write(header(self.rate, self._channels, 0))

    def _append(self, data: bytes) -> None:
        if self._file is None:
            return
        self._file.write(data)
        self._frames += len(data) // (2 * self._channels)
        self._file.seek(0)
        self._file.write(header(self.rate, self._channels, self.size - HEADER_SIZE))
        self._file.seek(0, 2)
