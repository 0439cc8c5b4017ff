"""The rows that share an encoding: their payloads become one matrix, and one matrix becomes their payloads.

Decoding is one table look-up and one matrix product for all of them; so is encoding, except that rows which hear
nothing get a silent payload that was made beforehand. L16 payloads are little-endian here; a transport whose wire is
not (RTP) swaps the bytes itself.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from switchroom.media import g711
from switchroom.media.frame import FRAME, RATE, Encoding, Samples
from switchroom.media.resample import Resampler
from switchroom.media.row import Row
from switchroom.media.voice_network import Rows


def decode(encoding: Encoding, data: bytes) -> Samples:
    """Return the samples in ``data``, at the encoding's rate."""
    match encoding:
        case Encoding.PCMU:
            return g711.decode_ulaw(np.frombuffer(data, np.uint8))
        case Encoding.PCMA:
            return g711.decode_alaw(np.frombuffer(data, np.uint8))
        case Encoding.L16_8K | Encoding.L16_16K:
            return np.frombuffer(data, "<i2").astype(np.int16)


def encode(encoding: Encoding, samples: Samples) -> bytes:
    """Return the payloads for ``samples`` at the encoding's rate, one after the other."""
    match encoding:
        case Encoding.PCMU:
            return g711.encode_ulaw(samples).tobytes()
        case Encoding.PCMA:
            return g711.encode_alaw(samples).tobytes()
        case Encoding.L16_8K | Encoding.L16_16K:
            return samples.astype("<i2").tobytes()


class Band:
    """All rows of one encoding. Its matrices at the wire's own rate are in the order of ``numbers``."""

    def __init__(self, encoding: Encoding, rows: int) -> None:
        self.encoding = encoding
        self.numbers: Rows = np.empty(0, np.intp)
        self.malformed = 0
        self._rows: Sequence[Row] = ()
        self._ask: list[Callable[[float], bytes | None]] = []
        self._length = encoding.rate // 50
        self._silence = encode(encoding, np.zeros(self._length, np.int16))
        self._up = Resampler(encoding.rate, RATE, rows) if encoding.rate != RATE else None
        self._down = Resampler(RATE, encoding.rate, rows) if encoding.rate != RATE else None
        self._sounding: npt.NDArray[np.bool_] = np.zeros(rows, np.bool_)  # rows that heard something in the last tick
        self._heard: Samples = np.zeros((0, self._length), np.int16)

    def grow(self, rows: int) -> None:
        """Make room for rows numbered below ``rows``."""
        self._sounding = np.pad(self._sounding, (0, rows - len(self._sounding)))
        for converter in (self._up, self._down):
            if converter is not None:
                converter.grow(rows)

    def reset(self, row: int) -> None:
        """Begin anew with a row."""
        self._sounding[row] = False
        for converter in (self._up, self._down):
            if converter is not None:
                converter.reset(row)

    def serve(self, rows: Sequence[Row]) -> None:
        """Serve exactly these from now on."""
        self.numbers = np.array([row.number for row in rows], np.intp)
        self._rows = rows
        self._ask = [row.wire.hear for row in rows]

    def hear(self, frame: Samples, now: float) -> Rows:
        """Write what the rows' parties said into ``frame``; return the rows of which nothing came."""
        missing: list[int] = []
        payloads: list[bytes] = []
        size = self.encoding.payload_size
        for place, ask in enumerate(self._ask):
            payload = ask(now)
            if payload is None or len(payload) != size:
                self.malformed += payload is not None
                missing.append(place)
                payload = self._silence
            payloads.append(payload)
        self._heard = decode(self.encoding, b"".join(payloads)).reshape(len(payloads), self._length)
        frame[self.numbers] = self._heard if self._up is None else self._up.convert(self._heard, self.numbers)
        return self.numbers[missing]

    def concealed(self, frame: Samples, rows: Rows) -> None:
        """Take what these rows are heard saying in place of what is missing."""
        mine = np.flatnonzero(np.isin(self.numbers, rows))
        if len(mine) == 0:
            return
        # Concealment repeats what was heard on this wire, so there is nothing above half its rate that could alias.
        narrow = frame[self.numbers[mine], :: FRAME // self._length]
        self._heard[mine] = narrow
        if self._up is not None:
            self._up.remember(narrow, self.numbers[mine])

    def speak(self, out: Samples, now: float) -> None:
        """Send each row's party what it shall hear, and give the taps their copy."""
        hearing = out[self.numbers].any(axis=1)
        busy = np.flatnonzero(hearing | self._sounding[self.numbers])
        self._sounding[self.numbers] = hearing
        payloads = [self._silence] * len(self._rows)
        sound = out[self.numbers[busy]]
        if len(busy):
            if self._down is not None:
                sound = self._down.convert(sound, self.numbers[busy])
            size = self.encoding.payload_size
            data = encode(self.encoding, sound)
            for i, place in enumerate(busy.tolist()):
                payloads[place] = data[i * size : (i + 1) * size]
        for row, payload in zip(self._rows, payloads, strict=True):
            if row.live:
                row.wire.speak(payload, now)
        self._tap(dict(zip(busy.tolist(), sound, strict=True)))

    def _tap(self, spoken: Mapping[int, Samples]) -> None:
        nothing = np.zeros(self._length, np.int16)
        for place, row in enumerate(self._rows):
            if row.tap is not None and row.live:
                row.tap.write(self._heard[place], spoken.get(place, nothing))
