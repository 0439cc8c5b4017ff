"""A flow with the tools of one restaurant, ready to answer calls."""

from collections.abc import Callable
from datetime import datetime

from switchroom.domains.restaurant.desk import ReservationDesk
from switchroom.domains.restaurant.opening import restaurant_from
from switchroom.flow.graph import Exchange, Flow
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import tools_of
from switchroom.identity import TenantId
from switchroom.ports import CallDetails
from switchroom.storage.db import Database


class Reception:
    """Built once per flow and database; every call gets its own brain."""

    def __init__(self, flow: Flow, database: Database) -> None:
        """Raises Invalid: the flow or its ``restaurant`` section cannot be used."""
        self.restaurant = restaurant_from(flow.settings.get("restaurant"))
        self.plan = Plan(flow, tools_of(ReservationDesk(database, self.restaurant)))

    @property
    def greeting(self) -> str:
        """What is said when a call is answered."""
        return self.plan.flow.greeting

    def opener(
        self, tenant: TenantId, now: Callable[[], datetime], agent: str = ""
    ) -> Callable[[CallDetails], FlowBrain]:
        """Return what opens a brain per call of ``agent`` (``CallPlan.open_brain``); ``now`` gives the time in any zone.

        The greeting is left to whoever answers the call (``CallPlan.greeting``).
        """
        zone = self.restaurant.zone

        def open_brain(call: CallDetails) -> FlowBrain:
            exchange = Exchange(tenant, call.id, call.party.address, call.source, call.context.facts, agent)
            return FlowBrain(self.plan, exchange, call.errands, lambda: now().astimezone(zone))

        return open_brain
