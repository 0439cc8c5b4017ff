"""The plane's neighbours, scripted."""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from switchroom.media import g711
from switchroom.media.frame import Encoding, Samples
from switchroom.media.voice_network import Lags, Rows, Windows


class ScriptedWire:
    """Says ``says`` (samples at the wire's rate) and keeps what it is given. A tick in ``missing`` gives nothing."""

    def __init__(
        self, says: Samples | None = None, encoding: Encoding = Encoding.L16_16K, missing: set[int] | None = None
    ) -> None:
        self.encoding = encoding
        self._says = np.zeros(0, np.int16) if says is None else says
        self._missing = missing or set()
        self._tick = 0
        self.given: list[bytes] = []
        self.delay = 0.0
        self.keys_in_sound = True

    def hear(self, now: float) -> bytes | None:
        length = self.encoding.rate // 50
        piece = self._says[self._tick * length : (self._tick + 1) * length]
        self._tick += 1
        if self._tick - 1 in self._missing or len(piece) < length:
            return None
        match self.encoding:
            case Encoding.PCMU:
                return g711.encode_ulaw(piece).tobytes()
            case Encoding.PCMA:
                return g711.encode_alaw(piece).tobytes()
            case _:
                return piece.astype("<i2").tobytes()

    def speak(self, payload: bytes, now: float) -> None:
        assert len(payload) == self.encoding.payload_size
        self.given.append(payload)

    def heard(self) -> Samples:
        """Everything the wire was given, decoded."""
        data = b"".join(self.given)
        match self.encoding:
            case Encoding.PCMU:
                return g711.decode_ulaw(np.frombuffer(data, np.uint8))
            case Encoding.PCMA:
                return g711.decode_alaw(np.frombuffer(data, np.uint8))
            case _:
                return np.frombuffer(data, "<i2").astype(np.int16)


def nothing(what: str) -> None:
    """React to nothing."""


@dataclass
class ScriptedListener:
    """Takes down what it is told, and may react to it."""

    react: Callable[[str], None] = nothing
    told: list[tuple[str, float]] = field(default_factory=list)
    before: Samples = field(default_factory=lambda: np.zeros(0, np.int16))
    voiced: list[Samples] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    ticks: int = 0

    def _note(self, what: str, now: float) -> None:
        self.told.append((what, round(now, 2)))
        self.react(what)

    def voice_started(self, at: float, now: float, before: Samples) -> None:
        self.at.append(at)
        self.before = before
        self._note("started", now)

    def voice(self, samples: Samples, now: float) -> None:
        self.voiced.append(samples.copy())

    def voice_stopped(self, at: float, now: float) -> None:
        self.at.append(at)
        self._note("stopped", now)

    def digit(self, digit: str, now: float) -> None:
        self._note(digit, now)

    def playing(self, playing: bool, now: float) -> None:
        self._note("playing" if playing else "played", now)

    def ticked(self, now: float) -> None:
        self.ticks += 1
        self.react("ticked")

    @property
    def whats(self) -> list[str]:
        return [what for what, _ in self.told]


class ScriptedTap:
    def __init__(self) -> None:
        self.heard: list[Samples] = []
        self.spoken: list[Samples] = []

    def write(self, heard: Samples, spoken: Samples) -> None:
        self.heard.append(heard.copy())
        self.spoken.append(spoken.copy())


class LoudIsVoice:
    """A network to which every window with a loud sample is speech."""

    lags = Lags()

    def __init__(self, rows: int) -> None:
        self.forgot: list[int] = []

    def probabilities(self, windows: Windows, rows: Rows) -> npt.NDArray[np.float32]:
        return np.asarray(np.abs(windows).max(axis=1) > 0.1, np.float32)

    def reset(self, rows: Rows) -> None:
        self.forgot += rows.tolist()

    def grow(self, rows: int) -> None: ...


class Deaf(LoudIsVoice):
    """A network to which nothing is speech."""

    def probabilities(self, windows: Windows, rows: Rows) -> npt.NDArray[np.float32]:
        return np.zeros(len(rows), np.float32)
