"""How fast agents reply lately, from call to call: in memory, by agent, for those who replied last."""

from collections import OrderedDict

from switchroom.conversation.pace import Pace
from switchroom.identity import AgentId

_MOST = 1000


class Paces:
    """Room for ``most`` agents."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[AgentId, Pace] = OrderedDict()

    def of(self, agent: AgentId) -> Pace:
        """Return an agent's; a call notes in it what its replies took."""
        pace = self._kept.setdefault(agent, Pace())
        self._kept.move_to_end(agent)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return pace
