"""The rehearsing caller's end of the call, as the engine sees it: a leg that says what it is told to and keeps what it hears."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never

import numpy as np

from switchroom.identity import LegId
from switchroom.media.frame import FRAME, RATE, TICK, Encoding, Samples
from switchroom.ports import (
    Answer,
    Capability,
    Digit,
    HangUp,
    Left,
    LegCommand,
    Party,
    Refuse,
    Ring,
    SendDigits,
    Signal,
    Transfer,
    TransferProgress,
    Transferred,
)
from switchroom.rehearsal import sound
from switchroom.rehearsal.play import Caller
from switchroom.rehearsal.voice import CallersEar

_ID = LegId("leg_rehearsal")
_AUDIBLE = 200
_SILENCE = bytes(2 * FRAME)
_RINGS = 2.0  # seconds until somebody takes the caller over, or does not
_GAP = 0.03  # a stretch of sound that goes on after less than this is the same one


@dataclass(slots=True)
class Stretch:
    """Sound, in the loop's time."""

    start: float
    end: float


@dataclass(slots=True)
class CallersLeg:
    """Implements ports.Leg. ``ticked`` is called after every 20 ms, ``changed`` when the call is answered or over."""

    caller: Caller
    ear: CallersEar
    ticked: Callable[[], None] = lambda: None
    changed: Callable[[], None] = lambda: None
    id: LegId = _ID
    encoding: Encoding = Encoding.L16_16K
    codec: str = "L16"
    delay: float = 0.0
    keys_in_sound: bool = False
    answered: float | None = None
    over: bool = False
    left: float | None = None
    refused: str = ""
    agent_sounds: list[Stretch] = field(default_factory=list)
    _saying: list[tuple[float, Samples]] = field(default_factory=list)
    _silent_from: float = 0.0
    _noise: Samples | None = None
    _report: Callable[[Signal], None] = lambda _: None

    @property
    def party(self) -> Party:
        """Who calls."""
        return Party(self.caller.number, self.caller.name)

    @property
    def can(self) -> frozenset[Capability]:
        """What the caller's carrier can do."""
        return frozenset() if self.caller.transfer is None else frozenset({Capability.REFER})

    def attach(self, report: Callable[[Signal], None]) -> None:
        """See ports.Leg."""
        self._report = report

    def say(self, samples: Samples, now: float) -> None:
        """Be heard from ``now`` on."""
        self._saying = [*self._saying[-8:], (now, samples)]
        self._silent_from = max(self._silent_from, now + len(samples) / RATE + 2 * TICK)

    def make_noise(self, level: float) -> None:
        """Be in a noisy place; 0: no more."""
        self._noise = sound.noise(level) if level else None

    def signal(self, signal: Signal) -> None:
        """Report something, unless the call is over."""
        if not self.over:
            self._report(signal)

    def press(self, digit: str) -> None:
        """Press a key."""
        self.signal(Digit(digit, "rfc4733" if self.caller.transport == "phone_gateway" else "browser"))

    def leave(self) -> None:
        """Hang up."""
        if not self.over:
            self.over, self.left = True, asyncio.get_running_loop().time()
            self._report(Left("hangup"))
            self.changed()

    def hear(self, now: float) -> bytes | None:
        """See ports.Leg: what was said in the last 20 ms."""
        if self.over:
            return None
        if self._noise is None and now > self._silent_from:
            return _SILENCE
        frame = np.zeros(FRAME, np.int32)
        for start, samples in self._saying:
            _lay(frame, samples, round((now - TICK - start) * RATE))
        if self._noise is not None:
            at = round(now / TICK) * FRAME % len(self._noise)
            frame += self._noise[at : at + FRAME]
        return np.clip(frame, -32768, 32767).astype("<i2").tobytes()

    def speak(self, payload: bytes, now: float) -> None:
        """See ports.Leg."""
        if not self.over and payload != _SILENCE and np.frombuffer(payload, "<i2").max() > _AUDIBLE:
            if self.agent_sounds and now - TICK - self.agent_sounds[-1].end < _GAP:
                self.agent_sounds[-1].end = now
            else:
                self.agent_sounds.append(Stretch(now - TICK, now))
            self.ear.hear(payload, now)
        self.ticked()

    async def do(self, command: LegCommand) -> None:
        """See ports.Leg."""
        match command:
            case Answer():
                self.answered = asyncio.get_running_loop().time()
            case Refuse(reason):
                self.refused, self.over = reason, True
            case HangUp():
                self.leave()
            case Transfer():
                asyncio.get_running_loop().call_later(_RINGS, self._handed_over)
            case Ring() | SendDigits():
                pass
            case _:
                assert_never(command)
        self.changed()

    def media(self) -> Mapping[str, float]:
        """See ports.Leg."""
        return {}

    def _handed_over(self) -> None:
        self.signal(TransferProgress())
        if self.caller.transfer is not None:
            self.signal(Transferred(self.caller.transfer))


def _lay(frame: "np.ndarray[tuple[int, ...], np.dtype[np.int32]]", samples: Samples, offset: int) -> None:
    """Add those of ``samples`` to the frame that fall into it; ``offset`` is the frame's place among them."""
    if -FRAME < offset < len(samples):
        piece = samples[max(offset, 0) : offset + FRAME]
        place = max(-offset, 0)
        frame[place : place + len(piece)] += piece
