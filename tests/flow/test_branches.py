"""A brain that thinks ahead about a guessed turn: nothing of it shows until the guess is true."""

import asyncio

from switchroom.calls.errands import GuardedErrands, TaskErrands
from switchroom.flow.errands import DirectErrands
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import Occasion, tool
from switchroom.ports import CallerSaid, CallOpened, ReplyPart, Values
from tests.flow.small import Counter, brain, parts, said
from tests.virtual_time import run


class Reader(Counter):
    """A counter that only reads."""

    @tool(returns=("number",), read_only=True)
    async def count(self, occasion: Occasion, party: int) -> Values:
        """Look a party up."""
        self.calls.append((occasion.key, party))
        self.called.set()
        return {"number": len(self.calls)}


async def _confirmed(counter: Counter) -> FlowBrain:
    talker = brain(counter)
    await parts(talker, CallOpened())
    await parts(talker, CallerSaid("for four on friday"))
    return talker


def test_what_a_branch_thinks_changes_nothing_in_the_brain_it_came_from() -> None:
    async def talk() -> None:
        talker = brain(Counter())
        before = talker.state
        branch = talker.branch(DirectErrands())
        assert await said(branch, CallerSaid("for four people")) == "Which day?"
        assert talker.state is before
        assert branch.expecting != talker.expecting

    run(talk())


def test_a_branch_that_is_dropped_leaves_a_brain_that_answers_the_real_turn() -> None:
    async def talk() -> None:
        talker = brain(Counter())
        await said(talker.branch(DirectErrands()), CallerSaid("for four people"))
        assert await said(talker, CallerSaid("for four people on friday")) == await said(
            brain(Counter()), CallerSaid("for four people on friday")
        )

    run(talk())


def test_a_branch_goes_on_as_the_brain_once_its_guess_came_true() -> None:
    async def talk() -> None:
        talker = await _confirmed(Counter())
        branch = talker.branch(DirectErrands())
        await parts(branch, CallerSaid("yes"))
        assert await said(branch, CallerSaid("what is the weather like")) == await said(
            branch.branch(DirectErrands()), CallerSaid("say that again")
        )

    run(talk())


def test_a_tool_that_writes_is_not_called_for_a_guess_and_is_called_once_when_it_came_true() -> None:
    async def talk() -> None:
        counter = Counter()
        talker = await _confirmed(counter)
        true = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            branch = talker.branch(GuardedErrands(TaskErrands(group), true))
            reply: asyncio.Task[list[ReplyPart]] = group.create_task(parts(branch, CallerSaid("yes")))
            await asyncio.sleep(60.0)
            assert counter.calls == []
            true.set()
            await reply
        assert len(counter.calls) == 1

    run(talk())


def test_a_tool_that_writes_is_never_called_for_a_guess_that_was_dropped() -> None:
    async def talk() -> None:
        counter = Counter()
        talker = await _confirmed(counter)
        async with asyncio.TaskGroup() as group:
            branch = talker.branch(GuardedErrands(TaskErrands(group), asyncio.Event()))
            reply = group.create_task(parts(branch, CallerSaid("yes")))
            await asyncio.sleep(1.0)
            reply.cancel()
        assert counter.calls == []

    run(talk())


def test_a_tool_that_only_reads_is_called_for_a_guess_and_not_again_for_the_turn() -> None:
    async def talk() -> None:
        reader = Reader()
        talker = await _confirmed(reader)
        async with asyncio.TaskGroup() as group:
            errands = TaskErrands(group)
            guess = brain(reader, errands=errands)
            guess.state = talker.state
            branch = guess.branch(GuardedErrands(errands, asyncio.Event()))
            await parts(branch, CallerSaid("yes"))
            assert len(reader.calls) == 1
            await parts(guess, CallerSaid("yes"))
        assert len(reader.calls) == 1

    run(talk())
