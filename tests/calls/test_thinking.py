"""A language model in a whole call, in virtual time: what the caller hears and the model is shown when they talk at once."""

from collections.abc import AsyncGenerator, Sequence
from itertools import pairwise

from switchroom.events import catalogue as happened
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import tools_of
from switchroom.ports import Ask, CallDetails, ModelPart, TheySaid, ToolResult, WeSaid, Wrote
from switchroom.providers.scripted import Bit, ScriptedModel
from tests.calls.rig import GREETING, Rig, ScriptedEar, rig
from tests.flow.agents import KITCHEN, Kitchen, wants
from tests.flow.small import NOW
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

FLOW = KITCHEN.replace('greeting: "Hello."', f'greeting: "{GREETING}"')
Line = tuple[float, str]


class StubbornModel(ScriptedModel):
    """Wants a pie whatever the caller says, however often it wanted one, and says when it will be ready."""

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        self.asks.append(ask)
        yield wants("cook", dish="pie") if isinstance(ask.messages[-1], TheySaid) else Wrote("Ten minutes.")


async def call(
    lines: Sequence[Line], *script: Sequence[Bit], kitchen: Kitchen | None = None, model: ScriptedModel | None = None
) -> tuple[Rig, ScriptedModel, ScriptedLeg]:
    """Hold a call in which the caller says each text for a second, beginning at its time, and then nothing until it ends."""
    model = model or ScriptedModel(script)
    plan = Plan(parse(FLOW), tools_of(kitchen or Kitchen()), lambda _: model)

    def open_brain(details: CallDetails) -> FlowBrain:
        return FlowBrain(plan, Exchange("tenant", details.id), details.errands, lambda: NOW)

    async with rig(ScriptedEar([text for _, text in lines]), open_brain=open_brain) as engine:
        leg = await engine.call(ScriptedLeg([(at, voice(1.0)) for at, _ in lines]))
    return engine, model, leg


def replies(engine: Rig) -> list[str]:
    """Return what was heard of the reply to each turn."""
    ended = [event for event in engine.events if isinstance(event, happened.ReplySpoken | happened.ReplyInterrupted)]
    return [event.heard for event in ended if event.answers == "turn"]


def test_one_turn_one_reply_however_many_steps_the_model_takes() -> None:
    async def main() -> None:
        engine, model, _ = await call(
            [(3.0, "a pie please")],
            ["Let me see.", wants("stock", item="flour")],
            [wants("cook", dish="pie")],
            ["It takes ten minutes."],
        )
        assert replies(engine) == ["Let me see. It takes ten minutes."]
        assert [event.tool for event in engine.of(happened.ToolFinished)] == ["stock", "cook"]
        assert len(engine.of(happened.ModelAnswered)) == len(model.asks) == 3

    run(main())


def test_silence_while_a_tool_runs_is_bridged_openai_agents_1763() -> None:
    async def main() -> None:
        engine, _, leg = await call(
            [(3.0, "a pie please")], [wants("cook", dish="pie")], ["Done."], kitchen=Kitchen({"cook": 7.0})
        )
        assert [event.text for event in engine.of(happened.FillerSpoken)] == [
            "Let me ask the cook.",
            "One moment, please.",
        ]
        heard = [stretch for stretch in leg.audible() if 4.0 < stretch[1] < 14.0]
        silent = [start - before for (_, before), (start, _) in pairwise(heard)]
        assert max(silent) < 4.0

    run(main())


def test_a_tool_result_survives_a_barge_in_and_comes_up_once_agents_6349() -> None:
    async def main() -> None:
        kitchen = Kitchen({"cook": 3.0})
        engine, model, _ = await call(
            [(3.0, "a pie please"), (5.5, "and tell me how long"), (14.0, "thanks")],
            [wants("cook", dish="pie")],
            ["Ten minutes."],
            ["You are welcome."],
            kitchen=kitchen,
        )
        assert len(kitchen.calls) == 1
        assert len(engine.of(happened.ToolFinished)) == 1
        for ask in model.asks[1:]:
            assert [message.content for message in ask.messages if isinstance(message, ToolResult)] == [
                '{"minutes": 10}'
            ]
        assert replies(engine)[-2].endswith("Ten minutes.")
        assert replies(engine)[-1] == "You are welcome."

    run(main())


def test_a_tool_that_outlasts_the_turn_is_told_to_a_caller_who_waits_in_silence() -> None:
    async def main() -> None:
        kitchen = Kitchen({"roast": 20.0})
        engine, model, _ = await call(
            [(3.0, "a roast please")], [wants("roast", kilos=2)], ["Your roast is done."], kitchen=kitchen
        )
        spoken = [(event.answers, event.heard) for event in engine.of(happened.ReplySpoken)]
        assert ("tool", "Your roast is done.") in spoken
        assert replies(engine)[0].endswith("I'll tell you as soon as I know more.")
        assert len(engine.of(happened.ToolFinished)) == 1
        assert len(model.asks) == 2

    run(main())


def test_words_already_heard_stay_in_the_context_when_the_caller_breaks_in_pipecat_4996() -> None:
    async def main() -> None:
        engine, model, _ = await call(
            [(3.0, "what have you got"), (6.0, "no pies for me")],
            ["We have pies with apples, pies with pears and pies with plums. ", "We have stews as well."],
            ["A stew then."],
        )
        heard = engine.of(happened.ReplyInterrupted)[0].heard
        assert heard
        assert model.asks[1].messages[-3:] == (
            TheySaid("what have you got"),
            WeSaid(heard),
            TheySaid("[breaking in on you] no pies for me"),
        )

    run(main())


def test_a_caller_who_goes_on_before_the_tool_is_back_does_not_order_twice_agents_6785() -> None:
    async def main() -> None:
        kitchen = Kitchen({"cook": 1.5})
        engine, _, _ = await call([(3.0, "a pie"), (4.6, "please")], kitchen=kitchen, model=StubbornModel())
        assert [name for name, _ in kitchen.calls] == ["cook"]
        assert replies(engine)[-1] == "Ten minutes."

    run(main())
