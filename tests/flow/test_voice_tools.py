"""What a model can do with the line: who is offered what, and what comes of it."""

import pytest

from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange, Receiver
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import tools_of
from switchroom.ports import (
    CallerSaid,
    CallOpened,
    EndCall,
    MessageTaken,
    PlayMusic,
    PressKeys,
    ReplyPart,
    TakeMessage,
    TheySaid,
    ToolAnswered,
    TransferFailed,
    TransferTo,
)
from switchroom.providers.scripted import ScriptedModel
from tests.flow.agents import KITCHEN, Kitchen, call, spoken, wants
from tests.flow.small import NOW
from tests.virtual_time import run

STAFF = """person: "sip:host@192.0.2.1"
queues: {waiters: {to: "sip:w@192.0.2.2"}, empty: {to: "sip:e@192.0.2.3"}}
home: cook"""
CHEF = """  chef: {type: transfer, to: "sip:chef@192.0.2.4", failed: bye}
  bye: {type: hang_up"""
STAFFED = (
    KITCHEN.replace("home: cook", STAFF)
    .replace("  bye: {type: hang_up", CHEF)
    .replace("done: bye", "done: bye\n      chef: chef")
)
ACTS = (EndCall, TransferTo, TakeMessage, PlayMusic, PressKeys)


def _acts(parts: list[ReplyPart]) -> list[ReplyPart]:
    return [part for part in parts if isinstance(part, ACTS)]


OFFERED: list[tuple[Receiver, str, set[str]]] = [
    ("phone_gateway", STAFFED, {"hang_up", "take_voicemail", "hold_music", "send_digits", "transfer"}),
    ("phone_gateway", KITCHEN, {"hang_up", "take_voicemail", "hold_music", "send_digits"}),
    ("browser", STAFFED, {"hang_up", "take_voicemail", "hold_music"}),
    ("text", STAFFED, set()),
    ("phone_gateway", STAFFED.replace("temperature: 0.2", "voice_tools: false"), set()),
]


@pytest.mark.parametrize(("receiver", "text", "names"), OFFERED)
def test_the_line_is_offered_to_a_model_by_itself(receiver: Receiver, text: str, names: set[str]) -> None:
    async def talk() -> None:
        model = ScriptedModel([["Yes?"]])
        plan = Plan(parse(text), tools_of(Kitchen()), lambda _: model)
        brain = FlowBrain(plan, Exchange("tenant", "call", source=receiver), DirectErrands(), lambda: NOW)
        for prompt in (CallOpened(), CallerSaid("hello")):
            async for _ in brain.reply(prompt, ()):
                pass
        offered = {function.name for function in model.asks[0].functions}
        assert offered - {"stock", "cook", "roast", "person", "done", "chef"} == names

    run(talk())


def test_a_model_hangs_up_after_its_last_word() -> None:
    async def talk() -> None:
        line = call(["Goodbye. ", wants("hang_up")])
        await line.prompt(CallOpened())
        parts = await line.says("that was all")
        assert spoken(parts) == ["Goodbye."]
        assert parts[-1] == EndCall() and len(line.model.asks) == 1

    run(talk())


def test_a_model_hands_over_to_a_person_a_queue_or_a_node_and_to_nobody_else() -> None:
    async def talk() -> None:
        for name, target in (
            ("person", TransferTo("sip:host@192.0.2.1")),
            ("waiters", TransferTo("sip:w@192.0.2.2", "waiters")),
            ("chef", TransferTo("sip:chef@192.0.2.4")),
        ):
            line = call(["One moment. ", wants("transfer", to=name)], text=STAFFED)
            await line.prompt(CallOpened())
            assert _acts(await line.says("somebody please")) == [target]
        line = call([wants("transfer", to="sip:+900900900@elsewhere")], ["I cannot do that."], text=STAFFED)
        await line.prompt(CallOpened())
        parts = await line.says("connect me with +900900900")
        assert _acts(parts) == [] and spoken(parts) == ["I cannot do that."]
        [answered] = [part for part in parts if isinstance(part, ToolAnswered)]
        assert answered.error is not None and "'person', 'chef', 'waiters' or 'empty'" in str(answered.error)

    run(talk())


def test_a_model_is_told_that_nobody_took_the_caller_and_goes_on() -> None:
    async def talk() -> None:
        line = call([wants("transfer", to="person")], ["They are all busy. What else?"], text=STAFFED)
        await line.prompt(CallOpened())
        await line.says("somebody please")
        parts = await line.prompt(TransferFailed("busy"))
        assert spoken(parts)[0] == "They are all busy."
        last = line.model.asks[-1].messages[-1]
        assert isinstance(last, TheySaid) and "Nobody took the call over: busy" in last.text
        assert line.brain.value("cook.outcome") == "busy"

    run(talk())


def test_a_model_takes_a_message_and_is_told_what_it_says() -> None:
    async def talk() -> None:
        line = call(["After the tone. ", wants("take_voicemail", limit=30)], ["Thanks, I noted it."])
        await line.prompt(CallOpened())
        assert _acts(await line.says("may i leave a message")) == [TakeMessage(limit=30)]
        assert spoken(await line.prompt(MessageTaken(6.0, "call me back"))) == ["Thanks, I noted it."]
        last = line.model.asks[-1].messages[-1]
        assert isinstance(last, TheySaid) and "a message of 6 seconds: call me back" in last.text

    run(talk())


def test_music_plays_while_a_tool_works_and_the_tool_is_read() -> None:
    async def talk() -> None:
        line = call(["Please hold. ", wants("hold_music"), wants("stock", item="eggs")], ["Four eggs."])
        await line.prompt(CallOpened())
        parts = await line.says("how many eggs")
        names = [
            part.tool if isinstance(part, ToolAnswered) else part
            for part in parts
            if isinstance(part, (*ACTS, ToolAnswered))
        ]
        assert names == ["hold_music", PlayMusic(60.0), "stock"]
        assert spoken(parts)[-1] == "Four eggs."

    run(talk())


def test_keys_are_pressed_and_nothing_that_is_no_key() -> None:
    async def talk() -> None:
        line = call(
            [wants("send_digits", digits="12#")],
            [wants("send_digits", digits="12; rm")],
            ["Which keys?"],
        )
        await line.prompt(CallOpened())
        assert _acts(await line.says("press one two hash")) == [PressKeys("12#")]
        parts = await line.says("press something")
        assert _acts(parts) == [] and spoken(parts) == ["Which keys?"]

    run(talk())


def test_what_leaves_the_line_comes_last_and_only_once() -> None:
    async def talk() -> None:
        line = call([wants("hang_up"), wants("stock", item="ham"), wants("transfer", to="person")], text=STAFFED)
        await line.prompt(CallOpened())
        parts = await line.says("enough")
        assert _acts(parts) == [EndCall()] and parts[-1] == EndCall()
        assert [part.tool for part in parts if isinstance(part, ToolAnswered)] == ["hang_up", "stock", "transfer"]

    run(talk())


def test_a_tool_or_a_route_of_the_flow_wins_over_one_of_the_line() -> None:
    async def talk() -> None:
        text = KITCHEN.replace("done: bye", "hang_up: {to: person, when: they want to hang up}")
        line = call([wants("hang_up")], text=text)
        await line.prompt(CallOpened())
        parts = await line.says("enough")
        assert spoken(parts) == ["I will get somebody.", "Goodbye."]
        assert [f.description for f in line.model.asks[0].functions if f.name == "hang_up"] == ["they want to hang up"]

    run(talk())


def test_a_caller_who_breaks_in_is_not_hung_up_on() -> None:
    async def talk() -> None:
        line = call(["So goodbye then. ", "Take care. ", wants("hang_up")], ["What else?"])
        await line.prompt(CallOpened())
        broken = await line.says("that was all", hears=1)
        assert _acts(broken) == []
        parts = await line.says("wait, one more thing")
        assert spoken(parts) == ["What else?"] and EndCall() not in parts

    run(talk())
