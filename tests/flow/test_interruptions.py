"""A caller who breaks in at every possible place: nothing is lost, nothing is done twice, the conversation goes on."""

import asyncio
from contextlib import aclosing

import pytest

from switchroom.calls.errands import TaskErrands
from switchroom.flow.runner import FlowBrain
from switchroom.ports import CallerSaid, CallerSilent, CallOpened, Prompt, ReplyPart, Say, ToolAnswered, ToolCalled
from tests.flow.small import Counter, brain, parts, said
from tests.virtual_time import run


async def broken_off(talker: FlowBrain, prompt: Prompt, after: int) -> list[ReplyPart]:
    """Take ``after`` parts of the reply, then close it."""
    taken: list[ReplyPart] = []
    async with aclosing(talker.reply(prompt, ())) as reply:
        async for part in reply:
            taken.append(part)
            if len(taken) == after:
                break
    return taken


async def _at_the_confirmation(counter: Counter) -> FlowBrain:
    talker = brain(counter)
    await parts(talker, CallOpened())
    await parts(talker, CallerSaid("for four on friday"))
    return talker


@pytest.mark.parametrize("after", range(7))
@pytest.mark.parametrize("next_words", ["yes", "uh huh", "goodbye", "no for six people", "what is the weather like"])
def test_breaking_in_anywhere_leaves_a_brain_that_goes_on(after: int, next_words: str) -> None:
    async def talk() -> None:
        counter = Counter()
        talker = await _at_the_confirmation(counter)
        first = await broken_off(talker, CallerSaid("yes"), after) if after else []
        reply = await parts(talker, CallerSaid(next_words))
        called = [part for part in (*first, *reply) if isinstance(part, ToolCalled)]
        answered = [part for part in (*first, *reply) if isinstance(part, ToolAnswered)]
        assert len(called) == len(answered) == len(counter.calls)
        assert len(counter.calls) <= 1
        assert any(isinstance(part, Say) for part in reply)
        assert (await said(talker, CallerSaid("goodbye"))).endswith("[end]")

    run(talk())


@pytest.mark.parametrize("after", range(7))
def test_a_turn_that_goes_on_one_whose_reply_nobody_heard_books_nothing_twice(after: int) -> None:
    async def talk() -> None:
        counter = Counter()
        talker = await _at_the_confirmation(counter)
        first = await broken_off(talker, CallerSaid("yes"), after) if after else []
        called = any(isinstance(part, ToolCalled) for part in first)
        again = await said(talker, CallerSaid("yes does it rain", carried="yes"))
        more = await said(talker, CallerSaid("yes does it rain does it rain", carried="yes does it rain"))
        assert len(counter.calls) == int(called)
        if called:
            assert "You are number one." in again and "It rains." in again and "It rains." in more
        assert (await said(talker, CallerSaid("goodbye"))).endswith("[end]")

    run(talk())


def test_a_turn_that_begins_like_one_that_was_answered_is_a_turn_of_its_own() -> None:
    async def talk() -> None:
        counter = Counter()
        talker = await _at_the_confirmation(counter)
        await parts(talker, CallerSaid("yes"))
        assert "How many?" in await said(talker, CallerSaid("count us please"))
        await parts(talker, CallerSaid("for four on friday"))
        await parts(talker, CallerSaid("yes"))
        assert len(counter.calls) == 2

    run(talk())


def test_breaking_into_the_sentence_before_a_tool_can_still_change_its_mind() -> None:
    async def talk() -> None:
        counter = Counter()
        talker = await _at_the_confirmation(counter)
        assert await broken_off(talker, CallerSaid("yes"), 1) == [Say("I am writing it down.")]
        assert await said(talker, CallerSaid("no wait")) == "How many then?"
        assert counter.calls == []

    run(talk())


def test_breaking_into_the_sentence_before_a_tool_with_no_words_goes_on() -> None:
    async def talk() -> None:
        counter = Counter()
        talker = await _at_the_confirmation(counter)
        await broken_off(talker, CallerSaid("yes"), 1)
        assert (await said(talker, CallerSilent(1))).endswith("You are number one. What is it?")

    run(talk())


def test_slots_heard_before_breaking_in_are_kept() -> None:
    async def talk() -> None:
        talker = brain(Counter())
        await parts(talker, CallerSaid("count us please"))
        await broken_off(talker, CallerSaid("four"), 1)
        assert await said(talker, CallerSaid("friday")) == "four on Friday the twenty-seventh of November, right?"

    run(talk())


def test_a_result_that_came_in_unheard_is_told_with_the_next_reply() -> None:
    async def talk() -> None:
        counter = Counter()
        talker = await _at_the_confirmation(counter)
        first = await broken_off(talker, CallerSaid("yes"), 4)
        assert isinstance(first[-1], ToolAnswered)
        assert await said(talker, CallerSaid("what is the weather like")) == "You are number one. It rains. What is it?"

    run(talk())


def test_a_tool_goes_on_when_its_reply_is_cancelled_and_is_not_called_again() -> None:
    async def talk() -> None:
        counter = Counter()
        counter.gate = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            talker = brain(counter, errands=TaskErrands(group))
            await parts(talker, CallerSaid("for four on friday"))
            reply = group.create_task(parts(talker, CallerSaid("yes")))
            await counter.called.wait()
            reply.cancel()
            await asyncio.wait([reply])
            assert talker.state.pending is not None
            counter.gate.set()
            told = await said(talker, CallerSaid("goodbye"))
        assert told == "ok] You are number one. Goodbye. [end]"
        assert len(counter.calls) == 1

    run(talk())


def test_what_a_tool_reports_while_it_works_is_said() -> None:
    async def talk() -> None:
        counter = Counter()
        counter.report = "Still counting."
        async with asyncio.TaskGroup() as group:
            talker = brain(counter, errands=TaskErrands(group))
            await parts(talker, CallerSaid("for four on friday"))
            told = await said(talker, CallerSaid("yes"))
        assert told.startswith("I am writing it down. One moment. [count Still counting. ok] You are number one.")

    run(talk())


def test_a_tool_that_failed_unheard_is_apologised_for_with_the_next_reply() -> None:
    async def talk() -> None:
        counter = Counter()
        counter.broken = True
        talker = await _at_the_confirmation(counter)
        await broken_off(talker, CallerSaid("yes"), 4)
        assert (await said(talker, CallerSaid("goodbye"))) == "My pencil broke. Goodbye. [end]"

    run(talk())


def test_breaking_off_the_opening_loses_nothing() -> None:
    async def talk() -> None:
        talker = brain(Counter(), greeted=False)
        await broken_off(talker, CallOpened(), 1)
        assert await said(talker, CallerSaid("count us please")) == "How many?"

    run(talk())


def test_breaking_into_the_last_words_still_ends_the_call() -> None:
    async def talk() -> None:
        talker = await _at_the_confirmation(Counter())
        await broken_off(talker, CallerSaid("goodbye"), 1)
        assert await said(talker, CallerSaid("hello")) == "[end]"

    run(talk())
