"""A scripted phone for tests of the engine: what it says is a list, what it hears is kept."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from switchroom.identity import LegId
from switchroom.media.frame import FRAME, RATE, Encoding, Samples
from switchroom.media.voice_network import Lags
from switchroom.ports import Answer, Capability, HangUp, Left, LegCommand, Party, Refuse, Ring, Signal


def voice(seconds: float, level: int = 8000) -> Samples:
    """Something loud enough to be voice for :class:`EnergyNetwork`. Softer ones have another pitch: they are an agent's."""
    time = np.arange(int(seconds * RATE)) / RATE
    return (level * np.sin(2 * np.pi * (220 if level >= 8000 else 340) * time)).astype(np.int16)


class EnergyNetwork:
    """A voice network that takes loudness for voice: exact, free, and good enough where audio is scripted."""

    lags = Lags(onset=0.016, alert=0.016, tail=0.016)

    def probabilities(self, windows: npt.NDArray[np.float32], rows: npt.NDArray[np.intp]) -> npt.NDArray[np.float32]:
        loud: npt.NDArray[np.float32] = (np.abs(windows).max(axis=1) > 0.02).astype(np.float32)
        return loud

    def pass_over(self, windows: npt.NDArray[np.float32], rows: npt.NDArray[np.intp]) -> None:
        return None

    def reset(self, rows: npt.NDArray[np.intp]) -> None:
        return None

    def grow(self, rows: int) -> None:
        return None


@dataclass
class ScriptedLeg:
    """A leg that says ``script``, pairs of (seconds since it was answered, samples at 16 kHz), and then nothing."""

    script: list[tuple[float, Samples]] = field(default_factory=list)
    leaves: float | None = None
    id: LegId = LegId("leg_test")
    party: Party = Party("sip:caller@test", "Caller")
    encoding: Encoding = Encoding.L16_16K
    delay: float = 0.0
    keys_in_sound: bool = True
    codec: str = "L16"
    can: frozenset[Capability] = frozenset()
    commands: list[LegCommand] = field(default_factory=list)
    heard: list[Samples] = field(default_factory=list)
    answered: float | None = None
    over: bool = False
    _report: Callable[[Signal], None] | None = None

    def attach(self, report: Callable[[Signal], None]) -> None:
        self._report = report

    def signal(self, signal: Signal) -> None:
        assert self._report is not None, "the leg was never attached"
        self._report(signal)

    def hear(self, now: float) -> bytes | None:
        if self.answered is None:
            self.answered = now
        since = now - self.answered
        if self.leaves is not None and since >= self.leaves and not self.over:
            self.over = True
            self.signal(Left("hangup"))
            return None
        frame = np.zeros(FRAME, np.int16)
        for start, samples in self.script:
            offset = round((since - start) * RATE)
            if -FRAME < offset < len(samples):
                piece = samples[max(offset, 0) : offset + FRAME]
                place = max(-offset, 0)
                frame[place : place + len(piece)] += piece
        return frame.astype("<i2").tobytes()

    def speak(self, payload: bytes, now: float) -> None:
        self.heard.append(np.frombuffer(payload, "<i2"))

    async def do(self, command: LegCommand) -> None:
        self.commands.append(command)
        if isinstance(command, HangUp) and not self.over:
            self.over = True
            self.signal(Left("hangup"))

    def media(self) -> Mapping[str, float]:
        return {}

    def audible(self) -> list[tuple[float, float]]:
        """Return the stretches (seconds since the first tick) in which the leg heard sound."""
        stretches: list[tuple[float, float]] = []
        for index, frame in enumerate(self.heard):
            if np.abs(frame).max(initial=0) > 200:
                start, end = index * FRAME / RATE, (index + 1) * FRAME / RATE
                if stretches and start - stretches[-1][1] < 1e-6:
                    stretches[-1] = (stretches[-1][0], end)
                else:
                    stretches.append((start, end))
        return stretches


__all__ = ["Answer", "EnergyNetwork", "Refuse", "Ring", "ScriptedLeg", "voice"]
