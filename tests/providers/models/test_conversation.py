"""A flow that thinks with a vendor's model over the wire: what a tool gave reaches the vendor as it wants to be told."""

import json

import pytest

from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import tools_of
from switchroom.providers.scripted import ScriptedModel
from tests.flow.agents import KITCHEN, Call, Kitchen, spoken
from tests.flow.small import NOW
from tests.providers.models.server import Answer
from tests.providers.models.test_vendors import VENDORS, Vendor, at, finish


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_a_turn_with_tools_over_the_wire(vendor: Vendor) -> None:
    async def talk() -> None:
        kitchen = Kitchen()
        answers = Answer(vendor.called), Answer(vendor.said(["There ", "is ", "some."])), Answer(vendor.said(["Bye."]))
        async with at(vendor, *answers) as (model, server):
            plan = Plan(parse(KITCHEN), tools_of(kitchen), lambda _: model)
            brain = FlowBrain(plan, Exchange("tenant", "call"), DirectErrands(), lambda: NOW)
            line = Call(brain, ScriptedModel())
            assert spoken(await line.says("is there flour and salt")) == ["There is some."]
            assert kitchen.calls == [("stock", {"item": "flour"}), ("stock", {"item": "salt"})]
            assert spoken(await line.says("thanks")) == ["Bye."]
            for request in server.requests[1:]:
                told = json.dumps(request.body)
                assert told.count("call_1_0") == told.count("call_1_1") == 2  # wanted and given, and nothing twice
                assert all(text in told for text in ('\\"left\\": 5', '\\"left\\": 4', "is there flour and salt"))

    finish(talk())
