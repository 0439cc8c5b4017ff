"""Telling by its sound whether a caller has finished."""

from collections.abc import Callable
from typing import Protocol

from switchroom.media.frame import Samples


class EndOfTurn(Protocol):
    """A model of how finished turns sound."""

    @property
    def name(self) -> str: ...

    def judge(self, samples: Samples, answer: Callable[[float], None]) -> None:
        """Say how likely ``samples``, an utterance at 16 kHz up to where the voice fell silent, is a whole turn.

        Does not wait: ``answer`` is called later on the event loop with 0..1, or never, if there is too much to judge.
        """
        ...
