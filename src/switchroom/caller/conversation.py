"""Our half of the conversation: take turns with whoever answered, and measure how long they take.

We speak when the other side has said something since we last spoke and has been silent for ``TURN``; one that says nothing for
``PATIENCE`` is spoken to all the same.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import assert_never

import numpy as np

from switchroom.caller.far_end import FarEnd
from switchroom.caller.report import Line
from switchroom.caller.steps import PlayFile, PressKeys, SayText, Step, WaitSeconds
from switchroom.media.frame import RATE, Samples
from switchroom.media.playout import Playout
from switchroom.ports import (
    Digit,
    FarEndRings,
    Held,
    Interrupted,
    Left,
    Leg,
    PartyChanged,
    Resumed,
    SendDigits,
    Signal,
    TransferProgress,
    Transferred,
    Typed,
)

TURN = 0.9
PATIENCE = 12.0
GREETING = 10.0
LAST_WORDS = 2.0
_OVER = 0.5
_WORDS = 1.5  # so long their words may keep ours waiting, for the sake of the order in which both are told
_QUIET = 200  # a sample below this belongs to the silence around what we say

Show = Callable[[str], None]


class Conversation:
    """One call's steps. ``connected`` is the loop's time of the answer."""

    def __init__(self, leg: Leg, far_end: FarEnd, playout: Playout, connected: float, show: Show) -> None:
        self.lines: list[Line] = []
        self.latencies: list[float] = []
        self.left = False
        self._leg = leg
        self._far_end = far_end
        self._playout = playout
        self._connected = connected
        self._show = show
        self._answered = 0  # utterances of theirs before we last spoke
        self._we_ended: float | None = None

    def signalled(self, signal: Signal) -> None:
        """Take what the leg reports."""
        match signal:
            case Digit(digit=digit):
                self._say("they pressed", digit, self._clock(), self._clock())
            case Held():
                self._say("they", "(put us on hold)", self._clock(), self._clock())
            case Resumed():
                self._say("they", "(took us off hold)", self._clock(), self._clock())
            case Left():
                self.left = True
            case PartyChanged(party):
                self._say("they", f"(handed us over to {party.address})", self._clock(), self._clock())
            case FarEndRings() | Interrupted() | Typed() | TransferProgress() | Transferred():
                pass
            case _:
                assert_never(signal)

    def told(self, start: float, end: float, words: str | None) -> None:
        """Take an utterance of the other side."""
        text = "(something)" if words is None else f"{words} (as recognised)"
        self._say("agent", text, start, end)

    async def hold(self, steps: Sequence[tuple[Step, Samples]]) -> bool:
        """Do every step; False if the other side never made a sound. Returns early when they hang up."""
        if not await self._far_end.until(lambda: self.left or bool(self._far_end.starts), GREETING):
            return False
        for step, samples in steps:
            if self.left:
                break
            await self._do(step, samples)
        await self._their_turn(LAST_WORDS)
        self._measure()
        return True

    async def _do(self, step: Step, samples: Samples) -> None:
        match step:
            case SayText(text, over):
                await (self._they_are_speaking() if over else self._their_turn(TURN))
                await self._speak(f"{text}", samples)
            case PlayFile(path):
                await self._their_turn(TURN)
                await self._speak(f"({path.name})", samples)
            case PressKeys(digits):
                await self._their_turn(TURN)
                await self._press(digits)
            case WaitSeconds(seconds):
                await self._far_end.until(lambda: self.left, seconds)
            case _:
                assert_never(step)

    async def _speak(self, text: str, samples: Samples) -> None:
        if self.left:
            return
        self._measure()
        start = self._clock()
        self._playout.push(samples)
        self._playout.finish()
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > _QUIET)
        voiced = (int(loud[-1]) + 1 if len(loud) else len(samples)) / RATE
        self._answered = len(self._far_end.starts)
        self._say("you", text, start, start + voiced)
        self._we_ended = start + voiced
        await self._far_end.until(lambda: self.left or self._playout.drained, len(samples) / RATE + 5.0)

    async def _press(self, digits: str) -> None:
        if self.left:
            return
        self._measure()
        start = self._clock()
        await self._leg.do(SendDigits(digits))
        self._answered = len(self._far_end.starts)
        self._say("you pressed", digits, start, self._clock())
        self._we_ended = self._clock()

    async def _their_turn(self, silence: float) -> None:
        """Wait until they have answered and fallen silent."""
        far_end = self._far_end
        spoke = await far_end.until(
            lambda: self.left or len(far_end.starts) > self._answered or far_end.speaking, PATIENCE
        )
        if spoke:
            await far_end.until(lambda: self.left or far_end.silence >= silence, 120.0)
            await far_end.settle(_WORDS)

    async def _they_are_speaking(self) -> None:
        far_end = self._far_end
        await far_end.until(
            lambda: self.left or (far_end.speaking and self._clock() - far_end.starts[-1] > _OVER), PATIENCE
        )

    def _measure(self) -> None:
        """Note how long they took to answer what we last said."""
        ended, self._we_ended = self._we_ended, None
        answers = self._far_end.starts[self._answered :]
        if ended is not None and answers and answers[0] > ended:
            self.latencies.append(answers[0] - ended)

    def _clock(self) -> float:
        return asyncio.get_running_loop().time()

    def _say(self, who: str, text: str, start: float, end: float) -> None:
        line = Line(max(start - self._connected, 0.0), max(end - self._connected, 0.0), who, text)
        self.lines.append(line)
        self._show(f"[{line.start:6.2f}s] {who}: {text}")
