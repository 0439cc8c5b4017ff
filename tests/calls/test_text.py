import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from switchroom.calls.text_desk import TextDesk
from switchroom.calls.text_reply import LONGEST, TextReply, ToolUse
from switchroom.calls.text_session import Correspondent
from switchroom.errors import Limited, SwitchroomError, Unavailable
from switchroom.events.catalogue import (
    CallCompleted,
    CallEnded,
    CallStarted,
    Event,
    ReplySpoken,
    ToolFinished,
    TurnEnded,
)
from switchroom.identity import AgentId, TenantId
from switchroom.ports import (
    CallDetails,
    CallPlan,
    EndCall,
    Say,
    ToolAnswered,
    ToolCalled,
    TransferTo,
    Voice,
)
from tests.calls.rig import ScriptedMind
from tests.virtual_time import run

ANNA = Correspondent("anna", "website")
BEN = Correspondent("ben", "website")
BOOKED = ToolAnswered("book", 0.25, {"status": "booked"})
ANSWERS = {
    "book": (Say("One moment.", filler=True), ToolCalled("book", {"party": 4}), 0.25, BOOKED, Say("It is booked.")),
    "bye": (Say("Goodbye."), EndCall()),
    "person": (Say("I connect you."), TransferTo("sip:host@example.com")),
    "slow": (Say("Let me think."), LONGEST + 1),
}


@dataclass
class Desk:
    """A desk, its agent, and what it has told."""

    desk: TextDesk
    minds: list[ScriptedMind] = field(default_factory=list)
    details: list[CallDetails] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def plan(self) -> CallPlan:
        def open_brain(details: CallDetails) -> ScriptedMind:
            self.details.append(details)
            self.minds.append(ScriptedMind(ANSWERS))
            return self.minds[-1]

        return CallPlan(TenantId("tnt"), AgentId("agt"), open_brain, Voice(), greeting="Hello!", apology="Sorry.")

    async def ask(self, text: str, who: Correspondent = ANNA, key: str = "") -> TextReply:
        reply = self.desk.ask(self.plan(), who, text, key)
        await asyncio.wait([reply])
        return reply.result()


@asynccontextmanager
async def desk(most: int = 10, idle: float = 900.0) -> AsyncIterator[Desk]:
    events: list[Event] = []
    made = Desk(TextDesk(events.append, most=most, idle=idle), events=events)
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(made.desk.run())
        await asyncio.sleep(0)
        yield made
        made.desk.drain()
        await running


def test_each_message_gets_one_reply_and_the_conversation_is_remembered() -> None:
    async def main() -> None:
        async with desk() as here:
            first = await here.ask("blue")
            second = await here.ask("green")
            assert (first.text, first.turn, second.text, second.turn) == ("You said blue.", 1, "You said green.", 2)
            assert first.call == second.call
            heard = [(said.who, said.text) for said in here.minds[0].context[-1]]
            assert heard == [("caller", "blue"), ("agent", "You said blue."), ("caller", "green")]
            assert here.details[0].source == "text"

    run(main())


def test_an_empty_message_asks_for_the_greeting_once() -> None:
    async def main() -> None:
        async with desk() as here:
            assert (await here.ask("")).text == "Hello!"
            assert (await here.ask("blue")).turn == 1
            assert len(here.minds) == 1

    run(main())


def test_what_tools_did_is_told_and_fillers_are_not_written() -> None:
    async def main() -> None:
        async with desk() as here:
            followed: list[object] = []
            reply = here.desk.ask(here.plan(), ANNA, "book", follow=followed.append)
            await asyncio.wait([reply])
            use = ToolUse("book", {"party": 4}, {"status": "booked"}, 0.25)
            assert reply.result().tools == [use]
            assert reply.result().text == "It is booked."
            assert followed == [use, "It is booked."]
            assert any(isinstance(event, ToolFinished) for event in here.events)

    run(main())


def test_who_wants_a_person_is_told_where_to_go() -> None:
    async def main() -> None:
        async with desk() as here:
            reply = await here.ask("person")
            assert (reply.transfer, reply.text, reply.over) == ("sip:host@example.com", "I connect you.", False)

    run(main())


def test_after_a_goodbye_the_next_message_begins_anew() -> None:
    async def main() -> None:
        async with desk() as here:
            bye = await here.ask("bye")
            assert bye.over
            again = await here.ask("blue")
            assert (again.turn, again.call == bye.call) == (1, False)
            ended = [event for event in here.events if isinstance(event, CallEnded)]
            assert [(event.call, event.reason) for event in ended] == [(bye.call, "agent_hangup")]

    run(main())


def test_users_do_not_read_each_others_conversations() -> None:
    async def main() -> None:
        async with desk() as here:
            anna, ben = await here.ask("blue"), await here.ask("green", BEN)
            assert anna.call != ben.call
            assert [mind.context[-1][-1].text for mind in here.minds] == ["blue", "green"]

    run(main())


def test_a_message_sent_again_gets_its_reply_and_calls_no_tool_twice() -> None:
    async def main() -> None:
        async with desk() as here:
            first = await here.ask("book", key="k1")
            assert await here.ask("book", key="k1") is first
            await here.ask("bye")
            assert await here.ask("book", key="k1") is first
            assert sum(isinstance(event, ToolFinished) for event in here.events) == 1

    run(main())


def test_a_reply_is_made_even_if_nobody_waits_for_it_any_more() -> None:
    async def main() -> None:
        async with desk() as here:
            _ = here.desk.ask(here.plan(), ANNA, "book")
            await here.ask("blue")
            assert [event.text for event in here.events if isinstance(event, TurnEnded)] == ["book", "blue"]
            assert sum(isinstance(event, ToolFinished) for event in here.events) == 1

    run(main())


def test_silence_while_a_model_hangs_ends_in_an_apology() -> None:
    async def main() -> None:
        async with desk() as here:
            assert (await here.ask("slow")).text == "Let me think. Sorry."
            assert (await here.ask("blue")).text == "You said blue."

    run(main())


def test_a_conversation_that_nobody_goes_on_with_is_over() -> None:
    async def main() -> None:
        async with desk(idle=60.0) as here:
            await here.ask("blue")
            await asyncio.sleep(61)
            assert here.desk.count == 0
            assert [event.reason for event in here.events if isinstance(event, CallCompleted)] == ["timeout"]

    run(main())


def test_too_many_conversations_or_messages_are_refused_and_lose_nothing() -> None:
    async def main() -> None:
        async with desk(most=1) as here:
            await here.ask("blue")
            with pytest.raises(Unavailable, match="1 conversations"):
                await here.ask("blue", BEN)
            waiting = [here.desk.ask(here.plan(), ANNA, "book") for _ in range(8)]
            with pytest.raises(Limited):
                _ = here.desk.ask(here.plan(), ANNA, "book")
            await asyncio.wait(waiting)
            assert {reply.result().text for reply in waiting} == {"It is booked."}

    run(main())


def test_at_the_end_what_waits_is_answered_and_nothing_is_begun() -> None:
    async def main() -> None:
        async with desk() as here:
            reply = here.desk.ask(here.plan(), ANNA, "book")
            await asyncio.sleep(0.1)
            here.desk.drain()
            with pytest.raises(Unavailable):
                _ = here.desk.ask(here.plan(), BEN, "blue")
            await asyncio.wait([reply])
            assert reply.result().text == "It is booked."
        assert [event.reason for event in here.events if isinstance(event, CallCompleted)] == ["drained"]

    run(main())


def test_whoever_waits_when_the_program_is_killed_is_told() -> None:
    async def main() -> None:
        made = Desk(TextDesk(lambda _: None))
        task: asyncio.Task[None]
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(made.desk.run())
            await asyncio.sleep(0)
            reply = made.desk.ask(made.plan(), ANNA, "slow")
            await asyncio.sleep(1)
            task.cancel()
            await asyncio.wait([reply])
        with pytest.raises(SwitchroomError):
            reply.result()

    run(main())


def test_a_conversation_in_writing_is_a_call_in_the_journal() -> None:
    async def main() -> None:
        async with desk() as here:
            await here.ask("blue")
        topics = [event.topic for event in here.events if not event.ephemeral]
        assert topics[:3] == ["voice.call.started", "call.connected", "turn.started"]
        assert topics[-3:] == ["reply.spoken", "call.ended", "voice.call.completed"]
        started = next(event for event in here.events if isinstance(event, CallStarted))
        assert (started.source, started.caller, started.dialled) == ("text", "anna", "website")
        assert [event.heard for event in here.events if isinstance(event, ReplySpoken)] == ["You said blue."]

    run(main())


def test_a_message_that_came_too_late_may_be_sent_again_under_its_key() -> None:
    async def main() -> None:
        async with desk() as at:
            bye, late = (at.desk.ask(at.plan(), ANNA, text, text) for text in ("bye", "book"))
            await asyncio.wait([bye, late])
            with pytest.raises(Unavailable, match="send the message again"):
                late.result()
            assert (await at.ask("book", key="book")).text == "It is booked."
            assert (await at.ask("bye", key="bye")).call == bye.result().call

    run(main())
