"""What the journal tells of tools when nobody asks for their outcome any more, in virtual time."""

from switchroom.events import catalogue as happened
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import tools_of
from switchroom.ports import CallDetails
from switchroom.providers.scripted import ScriptedModel
from tests.calls.rig import Rig, ScriptedEar, rig
from tests.calls.test_thinking import FLOW
from tests.flow.agents import Kitchen, wants
from tests.flow.small import NOW
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run


def _plan(seconds: float) -> Plan:
    model = ScriptedModel([[wants("cook", dish="pie")], ["It is in the oven."]])
    return Plan(parse(FLOW), tools_of(Kitchen({"cook": seconds})), lambda _: model)


async def _hung_up_on(seconds: float) -> Rig:
    """Hold a call in which the caller leaves while the cook, who takes so long, works."""
    plan = _plan(seconds)

    def open_brain(details: CallDetails) -> FlowBrain:
        return FlowBrain(plan, Exchange("tenant", details.id), details.errands, lambda: NOW)

    async with rig(ScriptedEar(["a pie please"]), open_brain=open_brain) as engine:
        await engine.call(ScriptedLeg([(3.0, voice(1.0))], leaves=5.5))
    return engine


def test_a_tool_that_comes_back_after_the_caller_hung_up_is_told_to_have_finished() -> None:
    async def main() -> None:
        engine = await _hung_up_on(4.0)
        (began,), (ended,) = engine.of(happened.ToolStarted), engine.of(happened.ToolFinished)
        assert (ended.tool, ended.turn) == (began.tool, began.turn)
        assert (round(ended.took, 3), ended.result) == (4.0, {"minutes": 10})
        assert [event.topic for event in engine.events][-2:] == ["call.ended", "voice.call.completed"]

    run(main())


def test_a_tool_that_is_broken_off_with_the_call_is_told_to_have_failed() -> None:
    async def main() -> None:
        engine = await _hung_up_on(60.0)
        assert [event.tool for event in engine.of(happened.ToolStarted)] == ["cook"]
        assert [event.code for event in engine.of(happened.ToolFailed)] in (["tool_abandoned"], ["tool_timeout"])
        assert not engine.of(happened.ToolFinished)

    run(main())
