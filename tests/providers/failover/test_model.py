"""A language model fails at each point of its answer: what the caller's agent gets, and what is told."""

import asyncio
from contextlib import aclosing

import pytest

from switchroom.errors import Denied, SwitchroomError, Unavailable
from switchroom.events.providers import ProviderFailed, ProviderHedged, ProviderSwitched
from switchroom.ports import Ask, LanguageModel, ModelPart, Spent, ToolWanted, WeSaid, Wrote
from switchroom.providers.failover.chain import Chain, Link
from switchroom.providers.failover.continuation import GO_ON
from switchroom.providers.failover.model import FailoverModel
from tests.providers.failover.providers import ASK, FOREVER, ScriptedModel, Step, Told, wrote
from tests.virtual_time import run

DOWN = Unavailable("the provider is down", code="down")


async def _answer(told: Told, *models: ScriptedModel, ask: Ask = ASK) -> list[ModelPart]:
    async with asyncio.TaskGroup() as tasks:
        links: tuple[LanguageModel, ...] = models
        model = FailoverModel(told.chain("llm", *links), tasks)
        async with aclosing(model.answer(ask)) as parts:
            return [part async for part in parts]


def _text(parts: list[ModelPart]) -> str:
    return "".join(part.text for part in parts if isinstance(part, Wrote))


@pytest.mark.parametrize(
    "script",
    [[DOWN], [0.2, DOWN], [FOREVER], [Wrote("Cert"), DOWN], [Denied("the key is not good")]],
    ids=["at once", "before the first token", "hangs", "within the first word", "key"],
)
def test_until_something_was_written_the_next_model_is_asked_the_same(script: list[Step]) -> None:
    async def main() -> None:
        told, first, second = Told(), ScriptedModel([script]), ScriptedModel([wrote("Hello ", "there.")])
        assert _text(await _answer(told, first, second)) == "Hello there."
        assert second.asked == [ASK]
        assert [event.to_provider for event in told.of(ProviderSwitched)] == ["b"]

    run(main())


@pytest.mark.parametrize(
    "ending", [[DOWN], [FOREVER]], ids=["drops", "stalls"]
)  # fmt: skip
def test_a_model_goes_on_after_what_another_said_and_repeats_nothing(ending: list[Step]) -> None:
    async def main() -> None:
        told = Told()
        first = ScriptedModel([[Wrote("I have a table "), Wrote("for fo"), *ending]])
        second = ScriptedModel([wrote("I have a ", "table for ", "four at ", "seven.")])
        assert _text(await _answer(told, first, second)) == "I have a table for four at seven."
        (asked,) = second.asked
        assert asked.messages == (*ASK.messages, WeSaid("I have a table for"))
        assert asked.instructions.endswith(GO_ON)
        (failed,) = told.of(ProviderFailed)
        (switched,) = told.of(ProviderSwitched)
        assert (failed.provider, failed.capability) == ("a", "llm")
        assert (switched.from_provider, switched.to_provider, switched.why) == ("a", "b", "failed")

    run(main())


def test_a_continuation_that_does_not_repeat_is_taken_as_it_is() -> None:
    async def main() -> None:
        first = ScriptedModel([[Wrote("I have a table for "), DOWN]])
        second = ScriptedModel([wrote("four at seven.")])
        assert _text(await _answer(Told(), first, second)) == "I have a table for four at seven."

    run(main())


def test_a_tool_that_was_wanted_is_not_wanted_twice() -> None:
    async def main() -> None:
        told, wanted = Told(), ToolWanted("1", "book", {})
        second = ScriptedModel([wrote("Booked.")])
        assert await _answer(told, ScriptedModel([[wanted, 0.1, DOWN]]), second) == [wanted]
        assert not second.asked
        assert len(told.of(ProviderFailed)) == 1

    run(main())


def test_when_every_model_fails_the_last_error_is_raised_and_each_is_told() -> None:
    async def main() -> None:
        told = Told()
        with pytest.raises(Unavailable, match="also down"):
            await _unwrapped(_answer(told, ScriptedModel([[DOWN]]), ScriptedModel([[Unavailable("also down")]])))
        assert [event.provider for event in told.of(ProviderFailed)] == ["a", "b"]

    run(main())


async def _unwrapped(main: object) -> None:
    """Await; a lone error of a task group is raised as it is."""
    try:
        await main  # type: ignore[misc]
    except* SwitchroomError as errors:
        raise errors.exceptions[0] from None


def test_a_late_model_gets_a_second_one_beside_it_and_the_loser_is_closed_and_accounted() -> None:
    async def main() -> None:
        told = Told()
        slow, quick = ScriptedModel([[4.0, *wrote("Late.")]]), ScriptedModel([wrote("Quick.")])
        assert _text(await _answer(told, slow, quick)) == "Quick."
        assert slow.closed == 1
        (hedged,) = told.of(ProviderHedged)
        assert (hedged.provider, hedged.second, hedged.winner) == ("a", "b", "b")
        assert hedged.wasted["tokens_in"] > 0
        assert [event.why for event in told.of(ProviderSwitched)] == ["late"]
        assert not told.of(ProviderFailed)

    run(main())


def test_a_second_model_that_loses_changes_nothing() -> None:
    async def main() -> None:
        told = Told()
        first, second = ScriptedModel([[3.5, *wrote("First.")]]), ScriptedModel([[2.0, *wrote("Second.")]])
        assert _text(await _answer(told, first, second)) == "First."
        assert second.closed == 1
        assert [event.winner for event in told.of(ProviderHedged)] == ["a"]
        assert not told.of(ProviderSwitched)

    run(main())


def test_a_model_alone_is_asked_a_second_time_when_it_is_late() -> None:
    async def main() -> None:
        only = ScriptedModel([[FOREVER], wrote("Here.")])
        assert _text(await _answer(Told(), only)) == "Here."
        assert (len(only.asked), only.closed) == (2, 1)

    run(main())


def test_a_barge_in_closes_every_request() -> None:
    async def main() -> None:
        told, first, second = Told(), ScriptedModel([[FOREVER]]), ScriptedModel([[FOREVER]])
        async with asyncio.TaskGroup() as tasks:
            links: tuple[LanguageModel, ...] = first, second
            model = FailoverModel(told.chain("llm", *links), tasks)

            async def listen() -> None:
                async with aclosing(model.answer(ASK)) as parts:
                    async for _ in parts:
                        pass

            reply = tasks.create_task(listen())
            await asyncio.sleep(3.5)
            assert len(first.asked) == len(second.asked) == 1
            reply.cancel()
        assert (first.closed, second.closed) == (1, 1)
        assert not told.events

    run(main())


def test_a_failed_model_is_asked_last_for_a_while_and_then_first_again() -> None:
    async def main() -> None:
        told = Told()
        async with asyncio.TaskGroup() as tasks:
            first, second = ScriptedModel([[DOWN], wrote("A.")]), ScriptedModel([wrote("B.")])
            links: tuple[LanguageModel, ...] = first, second
            model = FailoverModel(told.chain("llm", *links), tasks)
            said = []
            for wait in (1.0, 20.0, 0.0):
                said.append(_text([part async for part in model.answer(ASK)]))
                await asyncio.sleep(wait)
        assert said == ["B.", "B.", "A."]
        assert [event.why for event in told.of(ProviderSwitched)] == ["failed", "recovered"]

    run(main())


def test_what_a_request_cost_comes_last() -> None:
    async def main() -> None:
        parts = await _answer(Told(), ScriptedModel([wrote("One ", "two")]))
        assert parts == [Wrote("One "), Wrote("two"), Spent("m", 10, 5)]

    run(main())


def test_a_model_that_needs_long_to_think_is_given_the_time_its_entry_says() -> None:
    async def main() -> None:
        told = Told()
        thinker: LanguageModel = ScriptedModel([[20.0, *wrote("Deep.")]])
        async with asyncio.TaskGroup() as tasks:
            chain: Chain[LanguageModel] = Chain((Link("deep", thinker, patience=30.0),), "llm", told.tell)
            parts = [part async for part in FailoverModel(chain, tasks).answer(ASK)]
        assert _text(parts) == "Deep."
        assert not told.of(ProviderFailed)

    run(main())
