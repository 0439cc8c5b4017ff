"""The tools a language model wants: called once, bridged while they work, never lost."""

import asyncio

import pytest

from switchroom.calls.errands import GuardedErrands, TaskErrands
from switchroom.ports import (
    Began,
    ModelAnswered,
    Say,
    TheySaid,
    ToolAnswered,
    ToolCalled,
    ToolFinished,
    ToolResult,
    ToolWanted,
    WeSaid,
)
from tests.flow.agents import Call, Kitchen, call, spoken, wants
from tests.virtual_time import run


def results(line: Call, ask: int = -1) -> list[str]:
    """Return the tool results that request ``ask`` shows."""
    return [message.content for message in line.model.asks[ask].messages if isinstance(message, ToolResult)]


def test_what_a_tool_gave_goes_back_to_the_model_which_then_answers() -> None:
    async def talk() -> None:
        kitchen = Kitchen()
        line = call(["Let me see.", wants("cook", dish="pie", portions=2)], ["In twenty minutes."], kitchen=kitchen)
        parts = await line.says("a pie for two")
        assert kitchen.calls == [("cook", {"dish": "pie", "portions": 2})]
        assert spoken(parts) == ["Let me see.", "In twenty minutes."]
        assert [type(part) for part in parts if not isinstance(part, Say | Began)] == [
            ModelAnswered,
            ToolCalled,
            ToolAnswered,
            ModelAnswered,
        ]
        assert line.model.asks[1].messages == (
            TheySaid("a pie for two"),
            WeSaid("Let me see."),
            ToolWanted("call_1_0", "cook", {"dish": "pie", "portions": 2}),
            ToolResult("call_1_0", "cook", '{"minutes": 20}'),
        )

    run(talk())


def test_the_next_turn_shows_the_call_where_it_was_made_and_once() -> None:
    async def talk() -> None:
        line = call([wants("cook", dish="pie")], ["In ten minutes."], ["You are welcome."])
        await line.says("a pie")
        await line.says("thanks")
        assert [type(message) for message in line.model.asks[2].messages] == [
            TheySaid,
            ToolWanted,
            ToolResult,
            WeSaid,
            TheySaid,
        ]

    run(talk())


def test_a_tool_is_called_once_per_turn_however_often_the_model_wants_it() -> None:
    async def talk() -> None:
        kitchen = Kitchen()
        pie = wants("cook", dish="pie")
        line = call([pie, pie], [pie], ["Done."], kitchen=kitchen)
        parts = await line.says("a pie")
        assert len(kitchen.calls) == 1
        assert results(line) == ['{"minutes": 10}'] * 3
        assert spoken(parts) == ["Done."]

    run(talk())


def test_the_same_wish_in_a_later_turn_is_another_call() -> None:
    async def talk() -> None:
        kitchen = Kitchen()
        line = call([wants("cook", dish="pie")], ["Done."], [wants("cook", dish="pie")], ["Done."], kitchen=kitchen)
        await line.says("a pie")
        await line.says("another pie")
        assert len(set(kitchen.keys)) == len(kitchen.calls) == 2

    run(talk())


@pytest.mark.parametrize(
    ("wanted", "complaint"),
    [
        (wants("cook", dish="pie", portions="many"), "portions: Input should be a valid integer"),
        (wants("cook"), "dish: Field required"),
        (wants("cook", dish="pie", salt=1), "salt: Extra inputs are not permitted"),
        (wants("cook", dish="soup"), "error (not_now): there is no soup on Tuesdays"),
        (wants("bake", dish="pie"), "there is no tool 'bake'; there are stock, cook, roast"),
    ],
)
def test_what_a_tool_cannot_take_is_told_to_the_model_which_mends_it(wanted: ToolWanted, complaint: str) -> None:
    async def talk() -> None:
        kitchen = Kitchen()
        line = call([wanted], [wants("cook", dish="pie", portions="3")], ["Done."], kitchen=kitchen)
        assert spoken(await line.says("something"))[-1] == "Done."
        assert complaint in results(line, 1)[0]
        assert kitchen.calls == [("cook", {"dish": "pie", "portions": 3})]

    run(talk())


def test_tools_that_only_read_work_at_the_same_time_and_others_one_after_the_other() -> None:
    async def talk() -> None:
        kitchen = Kitchen({"stock": 3.0, "cook": 2.0})
        async with asyncio.TaskGroup() as group:
            reads = [wants("stock", item=item) for item in ("flour", "eggs")]
            writes = [wants("cook", dish=dish) for dish in ("pie", "stew")]
            line = call([*reads, *writes], ["Done."], kitchen=kitchen, errands=TaskErrands(group))
            await line.says("both please")
        assert kitchen.at == [0.0, 0.0, 3.0, 5.0]

    run(talk())


def test_silence_while_a_tool_runs_is_bridged_openai_agents_1763() -> None:
    async def talk() -> None:
        kitchen = Kitchen({"cook": 7.0, "stock": 0.2})
        async with asyncio.TaskGroup() as group:
            line = call(
                [wants("cook", dish="pie")],
                ["Done."],
                [wants("stock", item="eggs")],
                ["Four."],
                kitchen=kitchen,
                errands=TaskErrands(group),
            )
            parts = await line.says("a pie")
            assert [(part.text, part.filler) for part in parts if isinstance(part, Say)] == [
                ("Let me ask the cook.", True),
                ("One moment, please.", True),
                ("Done.", False),
            ]
            assert spoken(await line.says("how many eggs")) == ["Four."]  # at once: no filler

    run(talk())


def test_a_tool_that_takes_too_long_is_an_error_that_the_model_apologises_for() -> None:
    async def talk() -> None:
        async with asyncio.TaskGroup() as group:
            kitchen = Kitchen({"cook": 100.0})
            line = call([wants("cook", dish="pie")], ["Sorry, no."], kitchen=kitchen, errands=TaskErrands(group))
            parts = await line.says("a pie")
            assert spoken(parts)[-1] == "Sorry, no."
            assert results(line) == ["error (tool_timeout): the tool took longer than 8 seconds"]
            assert asyncio.get_running_loop().time() == 8.0

    run(talk())


def test_after_ten_seconds_of_tools_the_caller_need_not_wait_and_hears_the_result_in_a_later_turn() -> None:
    async def talk() -> None:
        async with asyncio.TaskGroup() as group:
            kitchen = Kitchen({"roast": 30.0})
            line = call(
                [wants("roast", kilos=2)],
                ["It is in the oven."],
                ["It is done."],
                kitchen=kitchen,
                errands=TaskErrands(group),
            )
            parts = await line.says("a roast")
            assert (
                spoken(parts)[-1]
                == "I'm sorry, that takes longer than it should. I'll tell you as soon as I know more."
            )
            assert asyncio.get_running_loop().time() == pytest.approx(10.0)
            assert spoken(await line.says("what about it")) == ["It is in the oven."]
            assert "still working" in results(line)[0]
            await asyncio.sleep(25.0)
            parts = await line.says("and now")
            assert results(line) == ['{"done": true}']
            assert sum(isinstance(part, ToolAnswered) for part in parts) == 1
            assert len(kitchen.calls) == 1

    run(talk())


def test_a_late_tool_that_is_back_is_told_at_once_to_a_caller_who_says_nothing() -> None:
    async def talk() -> None:
        async with asyncio.TaskGroup() as group:
            errands = TaskErrands(group)
            line = call([wants("roast", kilos=2)], ["It is done."], kitchen=Kitchen({"roast": 30.0}), errands=errands)
            assert await line.prompt(ToolFinished()) == []
            await line.says("a roast")
            assert not errands.news()
            await asyncio.sleep(25.0)
            assert errands.news()
            assert not errands.news()
            assert spoken(await line.prompt(ToolFinished())) == ["It is done."]
            assert results(line) == ['{"done": true}']
            assert await line.prompt(ToolFinished()) == []

    run(talk())


def test_a_late_tool_that_is_told_in_a_turn_is_no_news() -> None:
    async def talk() -> None:
        async with asyncio.TaskGroup() as group:
            errands = TaskErrands(group)
            line = call([wants("roast", kilos=2)], ["It is done."], kitchen=Kitchen({"roast": 30.0}), errands=errands)
            await line.says("a roast")
            await asyncio.sleep(25.0)
            assert spoken(await line.says("and now")) == ["It is done."]
            assert not errands.news()

    run(talk())


def test_tool_results_are_not_lost_after_a_barge_in() -> None:
    async def talk() -> None:
        async with asyncio.TaskGroup() as group:
            kitchen = Kitchen({"cook": 3.0})
            line = call([wants("cook", dish="pie")], ["Ten minutes."], kitchen=kitchen, errands=TaskErrands(group))
            first = group.create_task(line.says("a pie"))
            await asyncio.sleep(1.0)
            first.cancel()
            await asyncio.wait([first])
            parts = await line.says("how long will it take")
            assert results(line) == ['{"minutes": 10}']
            assert [type(message) for message in line.model.asks[1].messages] == [
                TheySaid,
                ToolWanted,
                ToolResult,
                TheySaid,
            ]
            assert sum(isinstance(part, ToolAnswered) for part in parts) == 1
            assert len(kitchen.calls) == 1
            assert line.model.closed == 0

    run(talk())


def test_a_tool_is_not_called_again_by_a_model_that_wants_it_again_after_a_barge_in_agents_6785() -> None:
    async def talk() -> None:
        async with asyncio.TaskGroup() as group:
            kitchen = Kitchen({"cook": 1.0})
            pie = wants("cook", dish="pie")
            line = call([pie], [pie], ["Ten minutes."], kitchen=kitchen, errands=TaskErrands(group))
            first = group.create_task(line.says("a pie"))
            await asyncio.sleep(0.5)
            first.cancel()
            await asyncio.wait([first])
            await asyncio.sleep(5.0)
            await line.says("please")
            assert len(kitchen.calls) == 1
            assert results(line) == ['{"minutes": 10}'] * 2

    run(talk())


def test_a_guessed_turn_reads_and_does_not_write_until_it_is_true() -> None:
    async def talk() -> None:
        kitchen = Kitchen()
        true = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            line = call([wants("stock", item="egg"), wants("cook", dish="pie")], ["Done."], kitchen=kitchen)
            branch = line.brain.branch(GuardedErrands(TaskErrands(group), true))
            line.brain = branch
            reply = group.create_task(line.says("a pie"))
            await asyncio.sleep(5.0)
            assert [name for name, _ in kitchen.calls] == ["stock"]
            true.set()
            assert spoken(await reply) == ["Done."]
        assert [name for name, _ in kitchen.calls] == ["stock", "cook"]

    run(talk())


def test_a_tool_that_takes_long_says_how_it_goes() -> None:
    async def talk() -> None:
        async with asyncio.TaskGroup() as group:
            line = call(
                [wants("roast", kilos=1)], ["Done."], kitchen=Kitchen({"roast": 5.0}), errands=TaskErrands(group)
            )
            assert spoken(await line.says("a roast")) == ["One moment, please.", "It is in the oven.", "Done."]

    run(talk())
