"""Follows the script: says, presses and waits as a caller does, going by what reaches their ear and when they have the floor."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import assert_never

from switchroom.conversation.words import tokens
from switchroom.errors import SwitchroomError
from switchroom.media.frame import RATE
from switchroom.ports import Held, Resumed
from switchroom.rehearsal.improvising import Improviser
from switchroom.rehearsal.leg import CallersLeg, Stretch
from switchroom.rehearsal.lines import Line, Spoken
from switchroom.rehearsal.record import Act, Record
from switchroom.rehearsal.steps import (
    Compare,
    Expect,
    HangUp,
    Hold,
    MakeNoise,
    MakeSound,
    PressKeys,
    SayLine,
    StaySilent,
    Step,
    Timed,
    Wait,
)

PAUSE = 0.4
"""Seconds between the agent's last word and the caller's first, unless the step says otherwise."""
_LAST_WORDS = 0.5


class Stuck(Exception):
    """The script cannot go on; the message says why."""


@dataclass(frozen=True, slots=True)
class Place:
    """What an actor works with. ``lines`` are those of the script's steps by number, ``make`` makes those nobody foresaw.

    ``judge`` is called for every step that expects something, with its number; ``improviser`` goes on where the script ends.
    """

    leg: CallersLeg
    record: Record
    spoken: Spoken
    lines: Mapping[int, Line]
    make: Callable[[SayLine], Awaitable[Line]]
    improviser: Improviser | None
    judge: Callable[[int, Expect | Compare], Awaitable[None]]


class Actor:
    """One caller of one call."""

    def __init__(self, place: Place, patience: float) -> None:
        self._leg = place.leg
        self._record = place.record
        self._with = place
        self._patience = patience
        self._owed = True  # the agent has the next word
        self._ended = 0.0  # when the caller last had
        self._spoke: float | None = None
        self._tick, self._change = asyncio.Event(), asyncio.Event()
        self._clock = asyncio.get_running_loop().time
        place.leg.ticked = self._tick.set
        place.leg.changed = place.record.changed = self._changed

    async def perform(self, script: tuple[Step, ...]) -> None:
        """Do every step, then hang up once the agent has finished. Raises Stuck."""
        await self._until(lambda: self._leg.answered is not None or self._leg.over, self._patience, "answer the call")
        if self._leg.answered is None:
            raise Stuck(f"the call was not answered but refused: {self._leg.refused}")
        for number, step in enumerate(script):
            if self._leg.over and not isinstance(step, Expect | Compare):
                raise self._too_late(number, step)
            await self._do(number, step)
        if self._with.improviser is not None:
            await self._improvise(self._with.improviser)
        if not self._leg.over:
            await self._their_turn()
            await self._sleep(_LAST_WORDS)
        self.leave()

    def leave(self) -> None:
        """Hang up, if that has not been done."""
        if not self._leg.over:
            self._act("(hangs up)", self._record.now, speaks=False)
            self._leg.leave()

    async def _do(self, number: int, step: Step) -> None:
        match step:
            case SayLine() | MakeSound() | PressKeys() | HangUp():
                await self._moment_of(step)
                if self._leg.over and not isinstance(step, HangUp):
                    raise self._too_late(number, step)
                await self._act_out(step, self._with.lines.get(number))
            case StaySilent(seconds):
                await self._sleep(seconds)
            case MakeNoise(level):
                self._act(f"(noise at {level:g} dB)" if level else "(noise ends)", self._record.now, speaks=False)
                self._leg.make_noise(level)
            case Wait(phrase, within):
                await self._hear(phrase, within)
            case Hold(seconds):
                await self._hold(seconds)
            case Expect() | Compare():
                await self._their_turn()
                await self._with.judge(number, step)
            case _:
                assert_never(step)

    async def _act_out(self, step: Timed, line: Line | None) -> None:
        if self._leg.over:
            return
        match step:
            case SayLine() | MakeSound():
                if line is not None:
                    await self._speak(line, answered=isinstance(step, SayLine))
            case PressKeys(digits=digits, every=every):
                await self._press(digits, every)
            case HangUp():
                self.leave()
            case _:
                assert_never(step)

    async def _improvise(self, improviser: Improviser) -> None:
        """Go on without a script, until the call is over or it has been long enough."""
        for _ in range(improviser.caller.turns):
            await self._their_turn()
            if self._leg.over:
                return
            try:
                steps = await improviser.next()
            except SwitchroomError as error:
                raise Stuck(f"the model that plays the caller failed: {error}") from error
            for step in steps:
                await self._sleep(PAUSE)
                if isinstance(step, StaySilent):
                    await self._sleep(step.silence)
                else:
                    await self._act_out(step, await self._with.make(step) if isinstance(step, SayLine) else None)

    # When to begin.

    async def _moment_of(self, step: Timed) -> None:
        if step.at is not None:
            await self._sleep(step.at - self._record.now)
        elif step.over is not None:
            await self._into_their_speech(step.over)
        elif step.once is not None:
            await self._hear(step.once, self._patience)
        else:
            await self._their_turn()
        default = PAUSE if step.at is None and step.over is None and step.once is None else 0.0
        if isinstance(step, HangUp) and not step.after:
            default = 0.0
        await self._sleep(default if step.after is None else step.after)

    async def _their_turn(self) -> None:
        """Wait until the agent has said what it owes, and is silent."""
        await self._until(lambda: self._leg.over or self._has_finished(), self._patience, "finish speaking")

    def _has_finished(self) -> bool:
        if self._owed and self._record.spoken >= self._ended:
            self._owed = False
        return not self._owed and self._record.status == "listening"

    async def _into_their_speech(self, seconds: float) -> None:
        """Wait until the agent has spoken for so long since the caller last did."""

        def long_enough() -> bool:
            sounds = [s for s in self._leg.agent_sounds if s.end > (self._spoke or 0.0)]
            return bool(sounds) and self._clock() - max(sounds[0].start, self._spoke or 0.0) >= seconds

        await self._until(lambda: self._leg.over or long_enough(), self._patience + seconds, "speak", sound=True)

    async def _hear(self, phrase: str, within: float) -> None:
        wanted = f" {' '.join(tokens(phrase))} "

        def heard() -> bool:
            return wanted in f" {' '.join(tokens(self._leg.ear.heard_since(self._spoke or 0.0)))} "

        await self._until(lambda: self._leg.over or heard(), within, f"say {phrase!r}", sound=True)
        if not heard():
            raise Stuck(f"the call ended before the agent said {phrase!r}")

    def _too_late(self, number: int, step: Step) -> Stuck:
        return Stuck(f"the call was over before step {number + 1} ({_kind(step)})")

    # What is done.

    async def _speak(self, line: Line, *, answered: bool) -> None:
        start = self._clock()
        seconds = line.seconds if line.hang_up is None else min(line.hang_up, line.seconds)
        self._leg.say(line.samples, start)
        self._with.spoken.lines.append(line.starting(start))
        self._began(answered=answered)
        now = self._record.now
        self._record.acts.append(Act(now, now + seconds, line.text, answered or line.text == "(mhm)"))
        self._record.caller_sounds.append(Stretch(now, now + seconds))
        await self._sleep(seconds)
        self._ended = self._record.now if answered else self._ended
        if line.hang_up is not None:
            self.leave()

    async def _press(self, digits: str, every: float) -> None:
        began = self._record.now
        self._began(answered=True)
        for index, digit in enumerate(digits):
            await self._sleep(every if index else 0.0)
            self._leg.press(digit)
        self._ended = self._record.now
        self._record.acts.append(Act(began, self._ended, f"[{digits}]"))

    async def _hold(self, seconds: float) -> None:
        self._act(f"(holds for {seconds:g} s)", self._record.now, speaks=False)
        self._leg.signal(Held())
        await self._sleep(seconds)
        self._leg.signal(Resumed())

    def _began(self, *, answered: bool) -> None:
        if answered:
            self._owed = True
            self._ended = float("inf")
            self._spoke = self._clock()

    def _act(self, text: str, at: float, *, speaks: bool) -> None:
        self._record.acts.append(Act(at, at, text, speaks))

    # Time.

    def _changed(self) -> None:
        self._change.set()
        self._tick.set()

    async def _sleep(self, seconds: float) -> None:
        """Let time pass; return early when the call is over."""
        until = self._clock() + seconds
        while not self._leg.over and (left := until - self._clock()) > 1 / RATE:
            await self._within(left, self._change)

    async def _until(self, condition: Callable[[], bool], within: float, what: str, *, sound: bool = False) -> None:
        """Wait for what the engine tells, or with ``sound`` for what is heard. Raises Stuck: it does not come."""
        until = self._clock() + within
        while not condition():
            if self._clock() >= until:
                raise Stuck(f"the agent did not {what} within {within:g} s")
            await self._within(until - self._clock(), self._tick if sound else self._change)

    async def _within(self, seconds: float, happens: asyncio.Event) -> None:
        """Wait until something happens, no longer than ``seconds``."""
        happens.clear()
        try:
            async with asyncio.timeout(seconds):
                await happens.wait()
        except TimeoutError:
            return


def _kind(step: Step) -> str:
    match step:
        case SayLine() as line:
            return f"say {line.say!r}"
        case PressKeys(digits=digits):
            return f"digits {digits}"
        case _:
            return type(step).__name__
