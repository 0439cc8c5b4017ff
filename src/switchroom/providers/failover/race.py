"""One request to a chain of providers that stream their answers: whose first part is there first, answers.

The next provider is asked when one fails or is given up, and besides one that is later than it usually is. Then
the others are closed, and nothing but the winner's stream is left.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.events.providers import SwitchReason
from switchroom.providers.failover.chain import Attempt, Chain, Link, P
from switchroom.providers.failover.lateness import MOMENT, Patience
from switchroom.providers.failover.pump import Ended, Pump

T = TypeVar("T")


@dataclass(slots=True)
class _Runner(Generic[P, T]):
    attempt: Attempt[P]
    pump: Pump[T]


class Stream(Generic[P, T]):
    """The winner's answer, from its second part on; ``first`` is the first, None if there was none at all."""

    def __init__(self, runner: _Runner[P, T], first: T | None, stall: float) -> None:
        self.attempt = runner.attempt
        self.first = first
        self._pump = runner.pump
        self._stall = stall

    async def next(self) -> T | None:
        """Return the next part, None at the end. Raises what the provider raised; Unavailable if it stalls. Safe to cancel."""
        if self.first is None:
            return None
        try:
            async with asyncio.timeout(self._stall):
                return await self._pump.next()
        except Ended:
            self.attempt.answered()
            return None
        except TimeoutError:
            name = self.attempt.link.name
            error: SwitchroomError = Unavailable(
                f"{name} stopped in mid-answer for {self._stall:.1f} s", code="stalled"
            )
        except SwitchroomError as failure:
            error = failure
        self.attempt.failed(error)
        raise error

    async def close(self) -> None:
        """Let go of it, wherever it is."""
        self.attempt.abandoned()
        await self._pump.close()


@dataclass(slots=True)
class Race(Generic[P, T]):
    """One request. ``ask`` makes it of a provider; ``cost`` is what it costs to ask a second one in vain."""

    chain: Chain[P]
    tasks: asyncio.TaskGroup
    patience: Patience
    ask: Callable[[Link[P]], AsyncGenerator[T, None]]
    cost: Mapping[str, float] = field(default_factory=dict)
    tried: list[str] = field(default_factory=list)
    """Whom not to ask any more: who failed."""
    _running: list[_Runner[P, T]] = field(default_factory=list)
    _there: asyncio.Event = field(default_factory=asyncio.Event)
    _why: SwitchReason | None = None
    _last: SwitchroomError | None = None
    _alone: bool = False  # nobody else can be asked besides who is late

    async def run(self, why: SwitchReason | None = None) -> Stream[P, T]:
        """Return the first answer that begins. Raises what the last provider raised, if there is none. Safe to cancel."""
        self._why = why
        clock = asyncio.get_running_loop().time
        began = clock()
        try:
            self._send(self.chain.attempt(self.tried))
            while True:
                self._there.clear()
                won = await self._look()
                if won is not None:
                    break
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._wait()):
                        await self._there.wait()
                self._lose_patience()
            runner, first = won
            self._told(runner, clock() - began)
            for other in self._running[: self._running.index(runner)]:
                other.attempt.outrun()
            self._running.remove(runner)
            return Stream(runner, first, self.patience.stall)
        finally:
            for other in self._running:
                other.attempt.abandoned()
                await other.pump.close()
            self._running.clear()

    def _send(self, attempt: Attempt[P] | None) -> None:
        if attempt is None:
            if not self._running:
                raise self.chain.exhausted(self._last)
            return
        pump = Pump(self.tasks, self.ask(attempt.link), self._there)
        self._running.append(_Runner(attempt, pump))

    async def _look(self) -> tuple[_Runner[P, T], T | None] | None:
        """Return who has begun to answer; replace who failed."""
        for runner in tuple(self._running):
            if not runner.pump.ready:
                continue
            try:
                first = await runner.pump.next()
            except Ended:
                runner.attempt.answered()
                return runner, None
            except SwitchroomError as error:
                self._drop(runner, error, "failed")
            else:
                runner.attempt.answering()
                return runner, first
        return None

    def _drop(self, runner: _Runner[P, T], error: SwitchroomError, why: SwitchReason) -> None:
        runner.attempt.failed(error)
        self._running.remove(runner)
        self._last, self._why = error, why
        self.tried.append(runner.attempt.link.name)
        if not self._running:
            self._there.set()
            self._send(self.chain.attempt(self.tried))

    def _wait(self) -> float:
        """Return seconds until the next who is waited for becomes too late."""
        due = [self._limit(runner) - runner.attempt.since for runner in self._running]
        late = self._late()
        return max(min(due if late is None else [*due, late]), MOMENT)

    def _limit(self, runner: _Runner[P, T]) -> float:
        return runner.attempt.link.patience or self.patience.first

    def _late(self) -> float | None:
        """Return in how many seconds another one is to be asked: whenever the last that was asked is late."""
        if self._alone or not self._running:
            return None
        attempt = self._running[-1].attempt
        wait = self.patience.late(attempt.link.took)
        return None if wait is None else wait - attempt.since

    def _lose_patience(self) -> None:
        late = self._late()
        if late is not None and late <= 0:
            self._ask_another()
        for runner in tuple(self._running):
            if runner.attempt.since >= self._limit(runner) and not runner.pump.ready:
                name = runner.attempt.link.name
                message = f"{name} did not begin to answer within {self._limit(runner):.1f} s"
                runner.pump.abandon()
                self._drop(runner, Unavailable(message, code="late"), "late")

    def _ask_another(self) -> None:
        asked = [runner.attempt.link for runner in self._running]
        another = self.chain.attempt((*self.tried, *(link.name for link in asked)))
        if another is None:
            self._alone = True
            another = self.chain.again(asked[0]) if len(asked) == 1 else None
        self._send(another)

    def _told(self, winner: _Runner[P, T], after: float) -> None:
        place = self._running.index(winner)
        if len(self._running) > 1:
            first, second = self._running[0].attempt.link.name, self._running[max(place, 1)].attempt.link.name
            self.chain.hedged(first, second, winner.attempt.link.name, after, dict(self.cost))
            self._why = self._why or ("late" if place else None)
        self.chain.use(winner.attempt.link.name, self._why, after)
