"""A flow ready to answer calls, with the tools of a restaurant if it has a section for one."""

from collections.abc import Callable
from copy import copy
from datetime import datetime
from zoneinfo import ZoneInfo

from switchroom.domains.restaurant.desk import ReservationDesk
from switchroom.domains.restaurant.opening import restaurant_from
from switchroom.flow.graph import Exchange, Flow, needs_model
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import Tools, tools_of
from switchroom.identity import TenantId
from switchroom.ports import CallDetails, Models
from switchroom.storage.db import Database


class Reception:
    """Built once per flow and database; every call gets its own brain."""

    def __init__(
        self, flow: Flow, database: Database, others: Tools | None = None, models: Models | None = None
    ) -> None:
        """``others`` are tools beside the house's own, which go before them; ``models`` those that the flow may name.

        Raises Invalid: the flow or its ``restaurant`` section cannot be used.
        """
        section = flow.settings.get("restaurant")
        self.restaurant = None if section is None else restaurant_from(section)
        self._others = others or {}
        self.plan = Plan(flow, self._tools(database), models)
        self.zone = ZoneInfo(flow.zone) if self.restaurant is None else self.restaurant.zone

    def _tools(self, database: Database) -> Tools:
        own = {} if self.restaurant is None else tools_of(ReservationDesk(database, self.restaurant))
        return {**self._others, **own}

    def elsewhere(self, database: Database, change: Callable[[Tools], Tools]) -> "Reception":
        """Return the same flow at work on another database, with its tools as ``change`` makes them: for rehearsals."""
        reception = copy(self)
        reception.plan = self.plan.with_tools(change(self._tools(database)))
        return reception

    @property
    def greeting(self) -> str:
        """What is said when a call is answered."""
        return self.plan.flow.starts[0].greeting

    @property
    def thinks(self) -> bool:
        """Whether it needs a language model."""
        return any(map(needs_model, self.plan.flow.nodes.values()))

    def opener(
        self,
        tenant: TenantId,
        now: Callable[[], datetime],
        agent: str = "",
        models: Callable[[CallDetails], Models] | None = None,
    ) -> Callable[[CallDetails], FlowBrain]:
        """Return what opens a brain per call of ``agent`` (``CallPlan.open_brain``); ``now`` gives the time in any zone.

        ``models`` gives a call the agent's language models; None: those the flow was checked with.
        The greeting is left to whoever answers the call (``CallPlan.greeting``).
        """

        def open_brain(call: CallDetails) -> FlowBrain:
            exchange = Exchange(tenant, call.id, call.party.address, call.source, call.context.facts, agent)
            chosen = None if models is None else models(call)
            brain = FlowBrain(self.plan, exchange, call.errands, lambda: now().astimezone(self.zone), models=chosen)
            brain.hurried = call.hurried
            return brain

        return open_brain
