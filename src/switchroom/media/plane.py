"""The tick of all calls of a process: every 20 ms it hears, decides, mixes and speaks for all rows at once.

    hear    each wire gives 20 ms, or they are concealed -> one int16 matrix at 16 kHz
    decide  who began or ceased to speak, which keys were pressed -> the rows' listeners are told
    mix     what each party hears: the sum of the voices and playouts that have a gain towards it
    speak   one matrix -> payloads -> wires; taps get both directions

A row is a place in every matrix; its number stays while it lives. What is added or removed while a tick runs takes
effect when the tick is over, except that a removed row's listener and wire are left alone at once.
"""

import heapq
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from switchroom.media.band import Band
from switchroom.media.frame import FRAME, Encoding, Samples
from switchroom.media.hearing import Hearing
from switchroom.media.matrix import GainMatrix
from switchroom.media.playout import Playout
from switchroom.media.row import Listener, Row, Tap, Wire
from switchroom.media.silero import SileroNetwork
from switchroom.media.voice_network import VoiceNetwork

__all__ = ["Listener", "Plane", "PlaneCounters", "Row", "Tap", "Wire"]

_FIRST_ROWS = 16
_HEED_EVERY = 50  # ticks: whether keys come in the sound changes only when a call's terms do


@dataclass(frozen=True, slots=True)
class PlaneCounters:
    """What the plane did so far. ``windows`` were judged by the network."""

    rows: int
    ticks: int
    windows: int
    concealed: int
    malformed: int


class Plane:
    """All rows of a process. A new row hears its own playout at gain 1 and nothing else."""

    def __init__(self, network_factory: Callable[[int], VoiceNetwork] = SileroNetwork) -> None:
        self.gains = GainMatrix()
        self._rows: dict[int, Row] = {}
        self._served: tuple[Row, ...] = ()  # those in the matrices
        self._hearing = Hearing(_FIRST_ROWS, network_factory(_FIRST_ROWS))
        self._bands: dict[Encoding, Band] = {}
        self._sources = np.zeros((2 * _FIRST_ROWS, FRAME), np.int16)
        self._out = np.zeros((_FIRST_ROWS, FRAME), np.int16)
        self._free: list[int] = []
        self._ticking = False
        self._changed = False
        self._ticks = 0

    def add(
        self,
        wire: Wire,
        listener: Listener,
        *,
        tap: Tap | None = None,
        listen: bool = True,
        playout: Playout | None = None,
    ) -> Row:
        """Give a party a row. Without ``listen`` its voice and keys are not watched for."""
        number = heapq.heappop(self._free) if self._free else len(self._rows)
        row = self._rows[number] = Row(number, wire, listener, tap, listen, playout or Playout())
        self.gains.set(number, row.speech, 1.0)
        self._alter()
        return row

    def remove(self, row: Row) -> None:
        """Take a row away: its wire and listener are not called again. Removing it twice does nothing."""
        if row.live:
            row.live = False
            self._alter()

    def loudness(self, row: Row) -> float:
        """Return how loud the party was in the last 32 ms, in dB below full scale (-100 is silence)."""
        return self._hearing.loudness(row.number)

    def measure(self) -> PlaneCounters:
        """Return what was done so far."""
        watch = self._hearing.watch
        return PlaneCounters(
            rows=len(self._rows),
            ticks=self._ticks,
            windows=watch.asked,
            concealed=self._hearing.concealer.concealed,
            malformed=sum(band.malformed for band in self._bands.values()),
        )

    def tick(self, now: float) -> None:
        """Advance all rows by 20 ms."""
        self._ticking = True
        self._ticks += 1
        if self._ticks % _HEED_EVERY == 0:
            self._heed()
        try:
            frame = self._hearing.hear(self._bands.values(), now)
            self._hearing.tell(self._rows, frame, now)
            self._say(frame, now)
            for row in self._served:
                if row.live:
                    row.listener.ticked(now)
        finally:
            self._ticking = False
            if self._changed:
                self._arrange()

    def _say(self, frame: Samples, now: float) -> None:
        """Mix, send, and give the taps their copy."""
        self._sources[0::2] = frame
        edges = self._pull()
        self.gains.mix(self._sources, self._out)
        for band in self._bands.values():
            band.speak(self._out, now)
        for row, playing in edges:
            if row.live:
                self._hearing.alert(row.number, spoken_to=playing)
                row.listener.playing(playing, now)

    def _pull(self) -> list[tuple[Row, bool]]:
        """Fetch what the playouts say in this tick; return the rows whose playout began to sound or ran out."""
        edges: list[tuple[Row, bool]] = []
        for row in self._served:
            playout = row.playout
            sound = playout.pull() if row.live else None
            if sound is not None:
                self._sources[row.speech] = sound
                row.sounded = True
            elif row.sounded:
                self._sources[row.speech] = 0
                row.sounded = False
            ran_out = sound is None and playout.queued == 0
            if row.sounding and (ran_out or (playout.sounding and row.breaks != playout.breaks)):
                row.sounding = False
                edges.append((row, False))
            if playout.sounding and not row.sounding:
                row.sounding, row.breaks = True, playout.breaks
                edges.append((row, True))
        return edges

    def _alter(self) -> None:
        self._changed = True
        if not self._ticking:
            self._arrange()

    def _arrange(self) -> None:
        """Let the matrices hold exactly the live rows."""
        self._changed = False
        self._let_go([row for row in self._rows.values() if not row.live])
        served = set(self._served)
        fresh = [row for row in self._rows.values() if row not in served]
        self._grow(max((row.number for row in fresh), default=0) + 1)
        for row in fresh:
            encoding = row.wire.encoding
            if encoding not in self._bands:
                self._bands[encoding] = Band(encoding, len(self._out))
            self._bands[encoding].reset(row.number)
            self._hearing.reset(row.number)
        self._served = tuple(self._rows.values())
        for encoding, band in self._bands.items():
            band.serve([row for row in self._served if row.wire.encoding is encoding])
        self._hearing.follow(row.number for row in self._served if row.listen)
        self._heed()

    def _heed(self) -> None:
        self._hearing.heed(row.number for row in self._served if row.live and row.listen and row.wire.keys_in_sound)

    def _let_go(self, rows: list[Row]) -> None:
        for row in rows:
            del self._rows[row.number]
            heapq.heappush(self._free, row.number)
            self._sources[[row.voice, row.speech]] = 0
        if rows:
            self.gains.forget({row.number for row in rows}, {end for row in rows for end in (row.voice, row.speech)})

    def _grow(self, needed: int) -> None:
        rows = len(self._out)
        if needed <= rows:
            return
        while rows < needed:
            rows *= 2
        self._sources = np.pad(self._sources, ((0, 2 * rows - len(self._sources)), (0, 0)))
        self._out = np.zeros((rows, FRAME), np.int16)
        self._hearing.grow(rows)
        for band in self._bands.values():
            band.grow(rows)
