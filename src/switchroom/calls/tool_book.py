"""Which tools a call told to have begun, and not yet how they came back: so that each beginning has exactly one end in the journal.

A reply may be broken off while its tool works, and no other may ever ask for the outcome: the caller hung up. The work was done
all the same, so at the end of the call what is still open here is told from the errands.
"""

from collections.abc import Callable, Iterator
from functools import partial

from switchroom.calls.work import Work, event_of
from switchroom.errors import Unavailable
from switchroom.events.catalogue import Event
from switchroom.flow.values import written
from switchroom.ports import Outcome, ToolAnswered, ToolCalled

Back = Callable[[str], tuple[float, Outcome] | None]
"""When and how the errand of a key came back; None if it did not."""


class ToolBook:
    """The open entries are told in the order in which they were made."""

    def __init__(self) -> None:
        self._open: list[tuple[ToolCalled, int]] = []

    def entry(self, work: Work, turn: int) -> Callable[..., Event]:
        """Return the event of ``work``; it counts once it is made, which for a turn that is only guessed may be never."""
        return partial(self._made, work, turn, event_of(work, turn))

    def rest(self, back: Back) -> Iterator[tuple[Callable[..., Event], float | None]]:
        """Yield how what is open came back, and when that was, if it is known."""
        for called, turn in tuple(self._open):
            at, outcome = back(called.key) or (None, _abandoned())
            result = {name: written(value) for name, value in outcome.result.items()}
            answer = ToolAnswered(called.tool, outcome.took, result, outcome.error, called.key)
            yield self.entry(answer, turn), at

    def _made(self, work: Work, turn: int, make: Callable[..., Event], **who: object) -> Event:
        if isinstance(work, ToolCalled):
            self._open.append((work, turn))
        elif isinstance(work, ToolAnswered):
            answered = (called for called in self._open if (called[0].key, called[0].tool) == (work.key, work.tool))
            if (one := next(answered, None)) is not None:
                self._open.remove(one)
        return make(**who)


def _abandoned() -> Outcome:
    return Outcome(0.0, error=Unavailable("the call ended before the tool did", code="tool_abandoned"))
