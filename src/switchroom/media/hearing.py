"""The hearing half of a tick: payloads become one matrix, gaps are concealed, and what is heard in it is told.

Everything here is done for all rows in a handful of array operations; only rows about which something is to be told
cost a call.
"""

import math
from collections.abc import Iterable, Mapping

import numpy as np

from switchroom.media.activity import Verdict
from switchroom.media.band import Band
from switchroom.media.conceal import Concealer
from switchroom.media.dtmf import DigitDetector
from switchroom.media.frame import Samples
from switchroom.media.recent import Recent
from switchroom.media.row import Row
from switchroom.media.voice_end import true_end
from switchroom.media.voice_network import Rows, VoiceNetwork
from switchroom.media.watch import Watch

_NOBODY: Rows = np.empty(0, np.intp)


class Hearing:
    """Room for ``rows`` rows."""

    def __init__(self, rows: int, network: VoiceNetwork) -> None:
        self.recent = Recent(rows)
        self.concealer = Concealer(rows)
        self.watch = Watch(rows, network)
        self._digits = DigitDetector(rows)
        self._tail = network.lags.tail
        self._keyed = _NOBODY
        self._speaking: set[int] = set()

    def grow(self, rows: int) -> None:
        """Make room for ``rows`` rows."""
        for part in (self.recent, self.concealer, self.watch, self._digits):
            part.grow(rows)

    def reset(self, row: int) -> None:
        """Begin anew with a row."""
        for part in (self.recent, self.concealer, self.watch, self._digits):
            part.reset(row)
        self._speaking.discard(row)

    def follow(self, rows: Iterable[int]) -> None:
        """Watch exactly these rows for voice from now on."""
        watched = np.array(sorted(rows), np.intp)
        self.watch.follow(watched)
        self._speaking &= set(watched.tolist())

    def alert(self, row: int, *, spoken_to: bool) -> None:
        """Be quick to hear a voice of this row from now on, or not: it is being spoken to."""
        self.watch.activity.alert[row] = spoken_to

    def heed(self, rows: Iterable[int]) -> None:
        """Listen to exactly these rows for keys from now on."""
        self._keyed = np.array(sorted(rows), np.intp)

    def loudness(self, row: int) -> float:
        """Return the level of the row's last window in dB below full scale, -100 at least."""
        return 10 * math.log10(max(float(self.watch.power[row]), 1e-10))

    def hear(self, bands: Iterable[Band], now: float) -> Samples:
        """Return this tick as ``[rows, FRAME]``."""
        frame = self.recent.advance()
        for band in bands:
            missing = band.hear(frame, now)
            if len(missing):
                band.concealed(frame, self.concealer.fill(self.recent, missing))
                self.concealer.welcome(self.recent, np.setdiff1d(band.numbers, missing, assume_unique=True))
            else:
                self.concealer.welcome(self.recent, band.numbers)
        return frame

    def tell(self, rows: Mapping[int, Row], frame: Samples, now: float) -> None:
        """Tell the listeners what was heard in this tick."""
        verdict = self.watch.tick(self.recent, now)
        pressed = self._digits.tick(self.recent, self._keyed)
        for number in list(self._speaking):
            if rows[number].live:
                rows[number].listener.voice(frame[number], now)
        self._tell_edges(verdict, rows, now)
        for number, digit in pressed:
            if rows[number].live and rows[number].wire.keys_in_sound:
                rows[number].listener.digit(digit, now)

    def _tell_edges(self, verdict: Verdict, rows: Mapping[int, Row], now: float) -> None:
        at = self.watch.activity.at
        for number in verdict.started.tolist():
            self._speaking.add(number)
            if rows[number].live:
                row = rows[number]
                row.listener.voice_started(float(at[number]) - row.wire.delay, now, self.recent.all_of(number))
        for number in verdict.stopped.tolist():
            self._speaking.discard(number)
            if rows[number].live:
                row = rows[number]
                row.listener.voice_stopped(self._true_end(number, float(at[number]), now) - row.wire.delay, now)

    def _true_end(self, row: int, at: float, now: float) -> float:
        """Return when the voice that the network says ended at ``at`` had really ended."""
        tail = self._tail
        return true_end(self.recent.all_of(row), now, at + tail, tail)
