"""A party who speaks through a browser: a :class:`~switchroom.ports.Leg` with a small reserve of sound on its way in.

    reserve   becomes   when
    filling   playing   ``CUSHION`` frames wait, or something has waited for as long as they would take
    playing   filling   less than a frame waits

A browser sends at its own pace, in pieces of any size: 20 ms at a time, or a whole utterance at once and then nothing.
The tick takes 20 ms each time. Nothing that was sent is lost while less than ``LONGEST`` seconds wait; a live microphone
that came late catches up by leaving out silence, so that a burst does not delay the rest of the call.
"""

import asyncio
from collections.abc import Callable, Mapping

import numpy as np

from switchroom.errors import Invalid, Limited
from switchroom.identity import LegId
from switchroom.media.converter import Converter
from switchroom.media.frame import RATE, TICK, Encoding
from switchroom.ports import (
    Answer,
    Capability,
    Digit,
    HangUp,
    Interrupted,
    Left,
    LegCommand,
    Party,
    Refuse,
    Ring,
    SendDigits,
    Signal,
    Typed,
)
from switchroom.transports.browser.outbox import Outbox

CUSHION = 3
"""Frames that wait before the first is played, against the jitter of a live microphone."""

LONGEST = 60.0
"""Seconds of sound that may wait."""

_FRAME = Encoding.L16_16K.payload_size
_SECOND = 2 * RATE
_SILENCE = bytes(_FRAME)
_QUIET = 300  # peak of a frame that can be left out, 40 dB below full scale
_BEHIND = 10 * _FRAME  # more than this waits: a live microphone is catching up
_PIECE = _SECOND // 2  # whoever sends more than half a second at once is not live
_LOSS = 5  # frames that are missing; after them it is silence
_TRAIL = 20  # frames of silence that are sent after speech, so that pauses between words keep their length


class BrowserLeg:
    """One browser's voice. ``over`` is set when no more is to be said or heard."""

    def __init__(self, leg: LegId, party: Party, outbox: Outbox, rate: int = RATE) -> None:
        self.id = leg
        self.party = party
        self.encoding = Encoding.L16_16K
        self.can: frozenset[Capability] = frozenset()
        self.keys_in_sound = False
        self.codec = "L16"
        self.over = asyncio.Event()
        self.refused: Refuse | None = None
        self._report: Callable[[Signal], None] = _nobody
        self._incoming = _Reserve(rate)
        self._outgoing = _Loudspeaker(outbox, rate)
        self._left = False

    def attach(self, report: Callable[[Signal], None]) -> None:
        """Report signals to ``report`` from now on."""
        self._report = report

    @property
    def delay(self) -> float:
        """Seconds for which what ``hear`` gives has waited; sound that was sent ahead of time did not wait but came early."""
        return self._incoming.delay

    def hear(self, now: float) -> bytes | None:  # noqa: ARG002 - the tick's pace is the clock
        """Return 20 ms of what the party said; None if they are late."""
        return self._incoming.frame()

    def speak(self, payload: bytes, now: float) -> None:  # noqa: ARG002
        """Send 20 ms to the party."""
        self._outgoing.frame(payload)

    async def do(self, command: LegCommand) -> None:
        """Carry out a command; never waits. A browser neither rings nor takes digits."""
        match command:
            case Refuse():
                self.refused = command
                self.over.set()
            case HangUp():
                self.leave("hangup")
                self.over.set()
            case SendDigits():
                raise Invalid("a browser takes no digits: nobody there could hear them", code="not_possible")
            case Ring() | Answer():
                return

    def media(self) -> Mapping[str, float]:
        """Return what went wrong with the sound, and how much of it there was."""
        incoming, outgoing = self._incoming, self._outgoing
        return {
            "received": incoming.received / _SECOND,
            "missing": incoming.missing * TICK,
            "skipped": incoming.skipped * TICK,
            "refused": incoming.refused / _SECOND,
            "sent": outgoing.sent * TICK,
            "dropped": float(outgoing.dropped),
        }

    def take(self, pcm: bytes) -> None:
        """The party said this, at its own rate. Raises Limited if too much waits already: the piece is then left out."""
        self._incoming.take(pcm)

    def press(self, digits: str) -> None:
        """The party pressed these keys."""
        for digit in digits:
            self._report(Digit(digit, "browser"))

    def write(self, text: str) -> None:
        """The party said this in writing."""
        self._report(Typed(text))

    def interrupt(self) -> None:
        """The party wants the agent to stop."""
        self._report(Interrupted())

    def leave(self, reason: str) -> None:
        """The party is gone: ``hangup`` or ``lost``. Leaving twice is leaving once."""
        if not self._left:
            self._left = True
            self._report(Left("lost" if reason == "lost" else "hangup"))


def _nobody(_: Signal) -> None:
    """Nobody listens to this leg yet."""


class _Reserve:
    """What was received and not heard yet, at the plane's rate."""

    def __init__(self, rate: int) -> None:
        self._converter = Converter(rate, RATE)
        self._waiting = bytearray()
        self._filling = True
        self._live = True
        self._dry = _LOSS  # ticks without sound in a row
        self._waited = 0  # ticks for which something waits while filling
        self.received = self.refused = self.missing = self.skipped = 0

    @property
    def delay(self) -> float:
        return min(len(self._waiting) // _FRAME, CUSHION) * TICK + TICK / 2 if self._live else 0.0

    def take(self, pcm: bytes) -> None:
        pcm = self._converter.convert(pcm)
        if len(self._waiting) + len(pcm) > LONGEST * _SECOND:
            self.refused += len(pcm)
            seconds = len(self._waiting) / _SECOND
            raise Limited(f"{seconds:.0f} s of sound wait already: send it as it is spoken", retry_after=seconds / 2)
        self._live = self._live and len(pcm) <= _PIECE
        self.received += len(pcm)
        self._waiting += pcm

    def frame(self) -> bytes | None:
        if self._filling and not self._ready():
            return self._nothing()
        if len(self._waiting) < _FRAME:
            self._waiting += self._converter.flush()
        if self._live and len(self._waiting) > _BEHIND and self._quiet():
            del self._waiting[:_FRAME]
            self.skipped += 1
        frame = bytes(self._waiting[:_FRAME])
        del self._waiting[:_FRAME]
        self._filling = len(self._waiting) < _FRAME
        self._waited = self._dry = 0
        return frame if len(frame) == _FRAME else frame.ljust(_FRAME, b"\0")

    def _ready(self) -> bool:
        if not self._waiting:
            return False
        self._waited += 1
        return len(self._waiting) >= CUSHION * _FRAME or self._waited > CUSHION

    def _nothing(self) -> bytes | None:
        if self._dry >= _LOSS:
            return _SILENCE
        self._dry += 1
        self.missing += 1
        return None

    def _quiet(self) -> bool:
        samples = np.frombuffer(self._waiting, "<i2", _FRAME // 2)
        return bool(samples.max() < _QUIET and samples.min() > -_QUIET)


class _Loudspeaker:
    """What is said to the party, in messages of 40 ms; long silence is not sent."""

    def __init__(self, outbox: Outbox, rate: int) -> None:
        self._outbox = outbox
        self._converter = Converter(RATE, rate)
        self._held: list[bytes] = []
        self._silent = _TRAIL
        self.sent = 0

    @property
    def dropped(self) -> int:
        return self._outbox.dropped

    def frame(self, payload: bytes) -> None:
        first = self._silent >= _TRAIL
        self._silent = self._silent + 1 if payload == _SILENCE else 0
        if self._silent > _TRAIL:
            return
        self.sent += 1
        self._held.append(payload)
        if first or len(self._held) > 1 or self._silent == _TRAIL:  # the first at once: it is waited for
            pcm = self._converter.convert(b"".join(self._held))
            self._held = []
            if pcm:
                self._outbox.play(pcm)
