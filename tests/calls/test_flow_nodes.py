"""Flows in whole calls: queues, messages, parts and a model's hold on the line, from the caller's voice to the journal."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path

from switchroom.events import catalogue as happened
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange
from switchroom.flow.linking import link
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import Tools, tools_of
from switchroom.ports import CallDetails, Capability, LanguageModel, Transfer, Transferred
from switchroom.providers.scripted import ScriptedModel
from tests.calls.rig import ScriptedEar, rig
from tests.flow.agents import Kitchen, wants
from tests.flow.small import NOW
from tests.flow.test_line_nodes import TEXT
from tests.flow.test_linking import DOOR, IDENTIFY, TOOLS
from tests.flow.test_voice_tools import STAFFED
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run


def _opener(
    text: str, tools: Tools | None = None, parts: Mapping[str, str] | None = None, model: LanguageModel | None = None
) -> Callable[[CallDetails], FlowBrain]:
    whole, problems = link(parse(text), {name: parse(part) for name, part in (parts or {}).items()})
    assert problems == ()
    plan = Plan(whole, tools or {}, None if model is None else lambda _: model)

    def open_brain(call: CallDetails) -> FlowBrain:
        return FlowBrain(plan, Exchange("tnt_test", call.id, source=call.source), call.errands, lambda: NOW)

    return open_brain


def _leg(*times: float) -> ScriptedLeg:
    leg = ScriptedLeg([(at, voice(0.8)) for at in times])
    leg.can = frozenset({Capability.REFER})
    return leg


def _said(engine_events: list[happened.Event]) -> list[str]:
    return [event.heard for event in engine_events if isinstance(event, happened.ReplySpoken)]


def test_a_caller_who_waits_in_vain_leaves_a_message_and_is_read_it_back(tmp_path: Path) -> None:
    async def main() -> None:
        leg = _leg(1.0, 14.0)
        ear = ScriptedEar(["sales please", "call me back"])
        async with rig(ear, messages=tmp_path, greeting="Welcome.", open_brain=_opener(TEXT), guesses=0) as engine:
            engine.offer(leg)
            while not any(isinstance(command, Transfer) for command in leg.commands):
                await asyncio.sleep(0.1)
            leg.signal(Transferred("busy", 486))
            await engine.until_idle()
        assert Transfer("sip:sales@192.0.2.7") in leg.commands
        [requested] = engine.of(happened.TransferRequested)
        assert (requested.target, requested.queue) == ("sip:sales@192.0.2.7", "sales")
        [taken] = engine.of(happened.VoicemailTaken)
        assert taken.text == "call me back" and taken.path.startswith(str(tmp_path))
        assert _said(engine.events)[1:] == [
            "Everybody is busy, please hold.",
            "They are all talking. Speak after the tone.",
            "I wrote down: call me back. Goodbye .",
        ]
        assert engine.of(happened.CallEnded)[0].reason == "agent_hangup"

    run(main())
    assert len(list(tmp_path.rglob("*-message-1.wav"))) == 1


def test_a_caller_is_taken_from_the_queue_and_the_call_is_over() -> None:
    async def main() -> None:
        leg = _leg(1.0)
        async with rig(
            ScriptedEar(["sales please"]), greeting="Welcome.", open_brain=_opener(TEXT), guesses=0
        ) as engine:
            engine.offer(leg)
            while not any(isinstance(command, Transfer) for command in leg.commands):
                await asyncio.sleep(0.1)
            leg.signal(Transferred("done", 200))
            await engine.until_idle()
        assert len(engine.of(happened.TransferCompleted)) == 1
        assert engine.of(happened.CallEnded)[0].reason == "transfer"

    run(main())


def test_a_part_of_a_flow_is_heard_like_the_flow_itself() -> None:
    async def main() -> None:
        ear = ScriptedEar(["check me in please", "four seven one one", "yes"])
        brain = _opener(DOOR, TOOLS, {"identify": IDENTIFY})
        async with rig(ear, greeting="Welcome.", open_brain=brain, guesses=0) as engine:
            leg = _leg(1.0, 5.0, 11.0)
            leg.leaves = 22.0
            await engine.call(leg)
        assert _said(engine.events)[1:4] == [
            "Your PIN?",
            "number 4, with 4 7 1 1?",
            "Checked in 4 7 1 1. What is it?",
        ]
        assert [tool.tool for tool in engine.of(happened.ToolFinished)] == ["look_up"]

    run(main())


def test_a_model_hands_a_caller_over_is_told_that_nobody_came_and_hangs_up() -> None:
    async def main() -> None:
        model = ScriptedModel(
            [["One moment. ", wants("transfer", to="waiters")], ["All busy. Goodbye. ", wants("hang_up")]]
        )
        brain = _opener(STAFFED, tools_of(Kitchen()), None, model)
        leg = _leg(1.0)
        async with rig(ScriptedEar(["a waiter please"]), greeting="Hello.", open_brain=brain, guesses=0) as engine:
            engine.offer(leg)
            while not any(isinstance(command, Transfer) for command in leg.commands):
                await asyncio.sleep(0.1)
            leg.signal(Transferred("no_answer", 408))
            await engine.until_idle()
        assert Transfer("sip:w@192.0.2.2") in leg.commands
        assert engine.of(happened.TransferRequested)[0].queue == "waiters"
        assert _said(engine.events)[-1] == "All busy. Goodbye."
        assert engine.of(happened.CallEnded)[0].reason == "agent_hangup"

    run(main())
