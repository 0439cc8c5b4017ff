import asyncio

import pytest

from switchroom.calls.errands import TaskErrands
from switchroom.ports import (
    CallerSaid,
    CallerSilent,
    CallerTyped,
    CallerUnheard,
    CallOpened,
    Patience,
    Prompt,
    Say,
    ToolAnswered,
    ToolCalled,
)
from tests.flow.small import SMALL, Counter, brain, parts, said
from tests.virtual_time import run

BOOKED = "I am writing it down. One moment. [count ok] You are number one. What is it?"

DIALOGUES: dict[str, list[tuple[Prompt | str, str]]] = {
    "the straight way": [
        ("count us please", "How many?"),
        ("four", "Which day?"),
        ("friday", "four on Friday the twenty-seventh of November, right?"),
        ("yes", BOOKED),
        ("goodbye", "Goodbye. [end]"),
    ],
    "all at once": [
        ("count us please for four on friday", "four on Friday the twenty-seventh of November, right?"),
        ("yes please", BOOKED),
    ],
    "values without an intent": [
        ("tomorrow", "How many?"),
        ("four", "four on tomorrow, Wednesday the twenty-fifth of November, right?"),
    ],
    "a correction of the answer before": [
        ("count us please", "How many?"),
        ("four", "Which day?"),
        ("no six", "Which day?"),
        ("friday", "six on Friday the twenty-seventh of November, right?"),
    ],
    "yes, but": [
        ("for four on friday", "four on Friday the twenty-seventh of November, right?"),
        ("yes but for six people", "six on Friday the twenty-seventh of November, right?"),
        ("no for five people", "five on Friday the twenty-seventh of November, right?"),
        ("no", "How many then?"),
        ("two", "two on Friday the twenty-seventh of November, right?"),
    ],
    "different words each time, then the way out": [
        ("gobbledygook", "Pardon, what is it?"),
        ("more of it", "Press 1 to be counted."),
        ("and more", "Goodbye. [end]"),
    ],
    "re-prompts without a way out go round": [
        ("count us please", "How many?"),
        ("hm", "Sorry, how many?"),
        ("hm", "Sorry, how many?"),
        ("four", "Which day?"),
    ],
    "a question in between": [
        ("count us please", "How many?"),
        ("what is the weather like", "It rains. How many?"),
        ("say that again", "It rains. How many?"),
        ("four", "Which day?"),
    ],
    "out of bounds": [("count us please", "How many?"), ("twenty", "That is too many. What is it?")],
    "out of bounds from the start": [("count us please for twenty people", "That is too many. What is it?")],
    "keys only": [
        (CallerTyped("1"), "How many?"),
        (CallerTyped("4#"), "Which day?"),
        (CallerTyped("2711"), "four on Friday the twenty-seventh of November, right?"),
        (CallerTyped("*"), "four on Friday the twenty-seventh of November, right?"),
        (CallerTyped("1"), BOOKED),
    ],
    "a key that means nothing": [(CallerTyped("7"), "Pardon, what is it?"), (CallerTyped("1"), "How many?")],
    "silence": [
        ("count us please", "How many?"),
        (CallerSilent(1), "Are you still there? Sorry, how many?"),
        (CallerSilent(2), "I can't hear you at the moment. Sorry, how many?"),
        ("four", "Which day?"),
        (CallerSilent(1), "Are you still there? Sorry, which day?"),
        (CallerSilent(4), "I can't hear you, so I'll hang up now. Please call again. Goodbye. [end]"),
        ("hello", "[end]"),
    ],
    "our own trouble costs no try": [
        ("count us please", "How many?"),
        (CallerUnheard("stt"), "I'm sorry, I had some trouble hearing you. How many?"),
        ("hm", "Sorry, how many?"),
    ],
    "a second round starts afresh": [
        ("for four on friday", "four on Friday the twenty-seventh of November, right?"),
        ("yes", BOOKED),
        ("count us please", "How many?"),
    ],
}


@pytest.mark.parametrize("name", DIALOGUES)
def test_dialogues(name: str) -> None:
    async def talk() -> None:
        talker = brain(Counter())
        assert await said(talker, CallOpened()) == ""
        for prompt, expected in DIALOGUES[name]:
            assert await said(talker, CallerSaid(prompt) if isinstance(prompt, str) else prompt) == expected

    run(talk())


def test_a_greeting_that_was_played_is_not_said_again() -> None:
    assert run(said(brain(Counter()), CallOpened())) == ""


def test_a_greeting_that_was_not_played_is_said_and_stands_for_the_question() -> None:
    assert run(said(brain(Counter(), greeted=False), CallOpened())) == "Good day."


def test_without_a_greeting_the_call_opens_with_the_question() -> None:
    assert run(said(brain(Counter(), text=SMALL.replace('greeting: "Good day.", ', "")), CallOpened())) == "What is it?"


def test_the_greeting_can_be_repeated() -> None:
    async def talk() -> None:
        talker = brain(Counter())
        await parts(talker, CallOpened())
        assert await said(talker, CallerSaid("repeat")) == "Good day."

    run(talk())


def test_words_the_recogniser_hardly_believes_are_asked_for_again() -> None:
    async def talk() -> None:
        talker = brain(Counter())
        await parts(talker, CallOpened())
        before = talker.state.values
        assert await said(talker, CallerSaid("for four on friday", 0.05)) != ""
        assert talker.state.values == before
        assert "four" in await said(talker, CallerSaid("for four on friday", 0.9))

    run(talk())


def test_a_tool_that_fails_is_apologised_for_and_the_conversation_goes_on() -> None:
    async def talk() -> None:
        counter = Counter()
        counter.broken = True
        talker = brain(counter)
        await parts(talker, CallerSaid("for four on friday"))
        assert await said(talker, CallerSaid("yes")) == (
            "I am writing it down. One moment. [count unavailable] My pencil broke. What is it?"
        )
        counter.broken = False
        await parts(talker, CallerSaid("for two on friday"))
        assert (await said(talker, CallerSaid("yes"))).endswith("You are number two. What is it?")

    run(talk())


def test_a_tool_that_hangs_is_given_up_after_its_limit() -> None:
    async def talk() -> None:
        counter = Counter()
        counter.gate = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            talker = brain(counter, errands=TaskErrands(group))
            await parts(talker, CallerSaid("for four on friday"))
            reply = await parts(talker, CallerSaid("yes"))
        answered = next(part for part in reply if isinstance(part, ToolAnswered))
        assert answered.error is not None
        assert answered.error.code == "tool_timeout"
        assert answered.took == 8.0
        assert Say("My pencil broke.") in reply

    run(talk())


def test_a_tool_is_told_by_whom_and_with_what_it_was_called() -> None:
    async def talk() -> None:
        counter = Counter()
        talker = brain(counter)
        await parts(talker, CallerSaid("for four on friday"))
        reply = await parts(talker, CallerSaid("yes"))
        assert ToolCalled("count", {"party": 4}) in reply
        assert Say("One moment.", filler=True) in reply
        assert [(key.rsplit(":", 1)[0], party) for key, party in counter.calls] == [("call:2:count", 4)]

    run(talk())


def test_a_flow_that_goes_in_circles_is_stopped_and_reported() -> None:
    circle = (
        SMALL.replace("next: counted, failed: failed", "next: party, failed: failed")
        .replace(
            "fresh: true\n    also: [party, day]\n    changed: confirm", "also: [party, day]\n    changed: confirm"
        )
        .replace('  counted: {type: say, text: "You are number {count.number}.", next: menu}\n', "")
    )

    async def talk() -> None:
        counter = Counter()
        talker = brain(counter, text=circle)
        await parts(talker, CallerSaid("for four on friday"))
        reply = await parts(talker, CallerSaid("yes"))
        assert len(counter.calls) == 1
        report = next(part for part in reply if isinstance(part, ToolAnswered) and part.tool == "flow.guard")
        assert report.error is not None
        assert report.error.code == "flow_loop"
        assert "was entered more than 3 times" in str(report.error)
        assert reply[-1] == Say("What is it?")
        assert await said(talker, CallerSaid("goodbye")) == "Goodbye. [end]"

    run(talk())


def test_what_may_be_heard_follows_the_question() -> None:
    async def talk() -> None:
        talker = brain(Counter())
        await parts(talker, CallOpened())
        assert talker.expecting.patience is Patience.NORMAL
        assert talker.expecting.digits == 1
        await parts(talker, CallerSaid("count us please"))
        assert "four" in talker.expecting.hints.sentences
        assert talker.expecting.digits is None
        await parts(talker, CallerSaid("for four on friday"))
        assert talker.expecting.patience is Patience.SHORT
        assert "yes" in talker.expecting.hints.words

    run(talk())


def test_what_came_with_a_call_can_be_spoken_of_and_branched_by() -> None:
    text = SMALL.replace("goodbye, bye bye", "goodbye, bye bye]\n  why: [why me").replace(
        "weather: weather, repeat", "weather: weather, why: why, repeat"
    )
    text += """
  why: {type: branch, by: exchange.diverted_why, cases: {busy: was_busy}, otherwise: weather}
  was_busy: {type: say, text: "{exchange.headers.x-shop} sent you.", next: back}
"""

    async def talk() -> None:
        facts = {"diverted_why": "busy", "headers.x-shop": "The bakery"}
        talker = brain(Counter(), text=text, facts=facts)
        await parts(talker, CallOpened())
        assert await said(talker, CallerSaid("why me")) == "The bakery sent you. What is it?"

    run(talk())
