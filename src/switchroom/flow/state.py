"""Where a conversation stands: one frozen value, replaced as a whole.

``waiting`` is the difference between "the caller was asked at ``at``" and "the walk stands at ``at`` and goes on by itself". A
reply that is broken off leaves one of the two behind, and both can be continued. ``transfer`` is the node that handed the caller
over; the walk stands where they go on if nobody takes them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from switchroom.flow.graph import Exchange
from switchroom.ports import Value, Values


@dataclass(frozen=True, slots=True)
class Pending:
    """A tool that was called and whose outcome has not been taken in. ``key`` names the call for ever."""

    node: str
    key: str
    arguments: Values


@dataclass(frozen=True, slots=True)
class Called:
    """A tool that a language model called in ``turn``, as the model is reminded of it.

    ``arguments`` are as it wrote them, ``given`` as the tool took them. ``content`` is what came back, for the model; empty while
    the tool works. ``after`` is when the last thing said before it was said. ``late``: the caller was told not to wait for it.
    """

    turn: int
    id: str
    tool: str
    arguments: Mapping[str, object]
    key: str
    after: float
    given: Mapping[str, object] = field(default_factory=dict)
    content: str = ""
    late: bool = False


REMEMBERED = 40
"""So many calls a model is reminded of; those at work are never forgotten."""


@dataclass(frozen=True, slots=True)
class State:
    """Everything a conversation remembers."""

    at: str
    waiting: bool = False
    values: Values = field(default_factory=lambda: MappingProxyType({}))
    tries: int = 0
    answered: bool = False
    back: tuple[str, ...] = ()
    turn: int = 0
    said: tuple[str, ...] = ()
    message: str = ""
    intent: str = ""
    visits: Mapping[str, int] = field(default_factory=dict)
    last_slot: str = ""
    pending: Pending | None = None
    over: bool = False
    transfer: str = ""
    calls: tuple[Called, ...] = ()
    acted: str = ""
    """What the caller had said when a tool that changes something was called for it, in the reply before."""

    def knows(self, values: Values) -> "State":
        """Return the state with ``values`` in it."""
        return replace(self, values=MappingProxyType({**self.values, **values}))

    def forgets(self, names: tuple[str, ...]) -> "State":
        """Return the state without the slots, and without the results of the tool nodes, called ``names``."""
        kept = {
            name: value
            for name, value in self.values.items()
            if name not in names and name.partition(".")[0] not in names
        }
        return replace(self, values=MappingProxyType(kept))

    def called(self, *calls: Called) -> "State":
        """Return the state with ``calls`` in it, in the place of what was known of them before."""
        changed = {call.id: call for call in calls}
        kept = [changed.pop(call.id, call) for call in self.calls]
        kept += changed.values()
        settled = [call.id for call in kept if call.content]
        forgotten = set(settled[: max(len(kept) - REMEMBERED, 0)])
        return replace(self, calls=tuple(call for call in kept if call.id not in forgotten))

    def goes(self, target: str) -> "State":
        """Return the state with the walk standing at ``target``."""
        return replace(self, at=target, waiting=False, answered=False, tries=0)

    def value(self, name: str, exchange: Exchange) -> Value:
        """Return variable ``name``; None while it is unknown."""
        match name:
            case "exchange.user_message":
                return self.message
            case "exchange.intent":
                return self.intent
            case _ if name.startswith("exchange."):
                return exchange.value(name.removeprefix("exchange."))
            case _:
                return self.values.get(name)
