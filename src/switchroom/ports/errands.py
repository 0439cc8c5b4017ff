"""Doing: the tools of one call and how they come back."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Protocol

from switchroom.errors import SwitchroomError

Value = str | int | float | bool | date | time | None
Values = Mapping[str, Value]
"""What a conversation knows: slots and tool results by name."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a tool came back after ``took`` seconds."""

    took: float
    result: Values = field(default_factory=dict)
    error: SwitchroomError | None = None


class Errands(Protocol):
    """Runs one call's tools."""

    async def run(
        self, key: str, work: Callable[[], Awaitable[Values]], limit: float, *, read_only: bool = False
    ) -> Outcome:
        """Start ``work`` unless it was started under ``key`` before; wait for it, at most ``limit`` seconds in all.

        Cancelling the wait does not cancel the work, and asking again with the same key gives the same outcome. Never raises what
        the work raises: a SwitchroomError is in the outcome as it is, a time-out as Unavailable (``tool_timeout``), anything else
        as Bug. ``read_only`` work changes nothing: only such is done for a turn that is merely guessed (``Brain.branch``).
        """
        ...
