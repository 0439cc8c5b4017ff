"""Doing: the tools of one call and how they come back."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from typing import Protocol

from switchroom.errors import SwitchroomError

Value = str | int | float | bool | date | time | None
Values = Mapping[str, Value]
"""What a conversation knows: slots and tool results by name."""

Work = Callable[[], Awaitable[Values]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a tool came back after ``took`` seconds."""

    took: float
    result: Values = field(default_factory=dict)
    error: SwitchroomError | None = None


@dataclass(frozen=True, slots=True)
class Waited:
    """What a wait brought: who came back, and what those at work have reported meanwhile. ``at`` is the errands' clock."""

    at: float
    outcomes: Mapping[str, Outcome]
    reports: tuple[str, ...] = ()


class Errands(Protocol):
    """Runs one call's tools. Times are seconds of a clock of their own."""

    async def run(self, key: str, work: Work, limit: float, *, read_only: bool = False) -> Outcome:
        """Start ``work`` unless it was started under ``key`` before; wait for it, at most ``limit`` seconds in all.

        Cancelling the wait does not cancel the work, and asking again with the same key gives the same outcome. Never raises what
        the work raises: a SwitchroomError is in the outcome as it is, a time-out as Unavailable (``tool_timeout``), anything else
        as Bug. ``read_only`` work changes nothing: only such is done for a turn that is merely guessed (``Brain.branch``).
        """
        ...

    async def start(self, key: str, work: Work, limit: float, *, read_only: bool = False) -> float:
        """Start ``work`` as ``run`` does, without waiting for it; return when it was started. Safe to cancel.

        It waits only until the work may be done: for a turn that is merely guessed, until the guess is true.
        """
        ...

    async def wait(self, keys: Sequence[str], until: float) -> Waited:
        """Wait until all of ``keys`` came back, one of them has something to report, or it is ``until``. Safe to cancel.

        A key that was never started has no outcome and is not waited for.
        """
        ...

    def call_back(self, keys: Sequence[str]) -> None:
        """Nobody waits for ``keys`` any longer, the caller may talk of something else; ``news`` says when one is back."""
        ...

    def news(self) -> bool:
        """Whether one of them has come back since this was last asked, and nobody has fetched its outcome by ``wait``."""
        ...

    def report(self, key: str, text: str) -> None:
        """The work under ``key`` goes on, and ``text`` may be said of it; a newer report takes the place of one not yet taken."""
        ...
