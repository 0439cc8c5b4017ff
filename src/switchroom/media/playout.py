"""What one voice has still to say, to the sample.

The plane pulls 20 ms per tick. Pausing fades out over 5 ms and goes back to where it paused, so that resuming loses
nothing and ``played`` counts every sample once: exactly those the party was given at full volume.
"""

from collections import deque
from enum import Enum

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import FRAME, RATE, Samples

_FADE = RATE * 5 // 1000
_TRAIL = 60  # frames
_IN: npt.NDArray[np.float32] = (np.arange(_FADE, dtype=np.float32) + np.float32(0.5)) / np.float32(_FADE)
_OUT: npt.NDArray[np.float32] = _IN[::-1].copy()


class _State(Enum):
    PLAYING = "playing"
    PAUSED = "paused"
    RESUMING = "resuming"  # the next frame is faded in


class Playout:
    """A queue of samples at 16 kHz. Pushed samples are not copied and must not be changed afterwards."""

    def __init__(self) -> None:
        self.played = 0
        """Samples heard so far."""
        self.queued = 0
        """Samples not yet heard."""
        self.breaks = 0
        """How often what sounds next became something else: what was queued was dropped, or what was finished was heard out."""
        self._trail: deque[Samples | None] = deque(maxlen=_TRAIL)
        self._pieces: deque[Samples] = deque()
        self._offset = 0  # into the first piece
        self._state = _State.PLAYING
        self._sounding = False  # the last frame pulled was not faded to silence
        self._tail: Samples | None = None  # fades out what was cut off
        self._finished = True

    @property
    def paused(self) -> bool:
        """Whether it is paused."""
        return self._state is _State.PAUSED

    @property
    def sounding(self) -> bool:
        """Whether the last frame was of what is queued, not of the fade that ends it."""
        return self._sounding

    @property
    def drained(self) -> bool:
        """Whether everything has been heard and ``finish`` has said that no more comes."""
        return self._finished and self.queued == 0

    def push(self, samples: Samples) -> None:
        """Say this after everything else."""
        if self.drained:
            self.breaks += 1
        if len(samples):
            self._pieces.append(samples)
            self.queued += len(samples)
        self._finished = False

    def finish(self) -> None:
        """No more comes until the next ``push``."""
        self._finished = True

    def pause(self) -> None:
        """Fall silent within 5 ms; keep the rest."""
        if self._state is not _State.PAUSED:
            self._fade_out()
            self._state = _State.PAUSED

    def resume(self) -> None:
        """Go on exactly where it paused."""
        if self._state is _State.PAUSED:
            unheard = self._tail is not None  # taken back before the fade was heard
            self._state = _State.PLAYING if unheard else _State.RESUMING
            self._tail = None

    def clear(self) -> int:
        """Drop what has not been played; return how many samples that was. A pause is over, too."""
        if self._state is not _State.PAUSED:
            self._fade_out()
        dropped = self.queued
        self.breaks += 1
        self._pieces.clear()
        self._offset = 0
        self.queued = 0
        self._state = _State.PLAYING
        self._finished = True
        return dropped

    def shorten(self, keep: int) -> None:
        """Drop all that is queued but the next ``keep`` samples: something else will be said. A pause stays one."""
        if keep == 0 and self._state is not _State.PAUSED:
            self._fade_out()
        left, pieces, offset = keep, deque[Samples](), self._offset
        while left > 0 and self._pieces:
            piece = self._pieces.popleft()[offset:]
            pieces.append(piece[:left])
            left, offset = left - len(pieces[-1]), 0
        self._pieces, self._offset, self.queued = pieces, 0, keep - left

    def pull(self) -> Samples | None:
        """Return the next FRAME samples, padded with silence at the end; None if there is nothing to say now."""
        frame = self._next()
        self._trail.append(frame)
        return frame

    def trail(self, samples: int) -> Samples:
        """Return the last ``samples`` that were pulled, silence where there was nothing to say; 1.2 s at most are known."""
        frames = -(-samples // FRAME)
        kept = list(self._trail)[-frames:]
        sound = np.zeros((frames, FRAME), np.int16)
        for place, frame in enumerate(kept, frames - len(kept)):
            if frame is not None:
                sound[place] = frame
        return sound.reshape(-1)[-samples:]

    def _next(self) -> Samples | None:
        if self._tail is not None:
            return self._cut_off()
        if self.queued == 0 or self._state is _State.PAUSED:
            self._sounding = False
            return None
        frame = self._take(FRAME)
        if self._state is _State.RESUMING:
            frame = frame.copy()
            frame[:_FADE] = frame[:_FADE] * _IN
            self._state = _State.PLAYING
        self._sounding = True
        return frame

    def _fade_out(self) -> None:
        """Prepare the frame that ends a sound which is being heard; its samples do not count as played."""
        if self._sounding and self.queued:
            tail = np.zeros(FRAME, np.int16)
            ahead = self._peek(_FADE)
            tail[: len(ahead)] = ahead * _OUT[: len(ahead)]
            self._tail = tail

    def _cut_off(self) -> Samples | None:
        tail, self._tail = self._tail, None
        self._sounding = False
        if self._state is _State.PLAYING and self.queued:  # cleared, and something new is said already
            self._state = _State.RESUMING
        return tail

    def _peek(self, count: int) -> Samples:
        found: list[Samples] = []
        offset = self._offset
        for piece in self._pieces:
            found.append(piece[offset : offset + count])
            count -= len(found[-1])
            offset = 0
            if count <= 0:
                break
        return np.concatenate(found)

    def _take(self, count: int) -> Samples:
        first = self._pieces[0]
        end = self._offset + count
        if end < len(first):  # nearly always: no copy
            frame = first[self._offset : end]
            self._offset = end
            self.queued -= count
            self.played += count
            return frame
        return self._gather(count)

    def _gather(self, count: int) -> Samples:
        frame = np.zeros(count, np.int16)
        filled = 0
        while self._pieces and filled < count:
            piece = self._pieces[0][self._offset : self._offset + count - filled]
            frame[filled : filled + len(piece)] = piece
            filled += len(piece)
            self._offset += len(piece)
            if self._offset >= len(self._pieces[0]):
                self._pieces.popleft()
                self._offset = 0
        self.queued -= filled
        self.played += filled
        return frame
