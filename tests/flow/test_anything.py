"""Nothing that is said, typed or not said may break a reader or a brain."""

from datetime import datetime, timedelta
from typing import get_args

from hypothesis import example, given, settings
from hypothesis import strategies as st

from switchroom.errors import Invalid
from switchroom.flow.check import check
from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import parse
from switchroom.flow.graph import Ask, Classify, Exchange
from switchroom.flow.linking import link
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.slots import Kind, Slot, read, typed
from switchroom.flow.tools import tools_of
from switchroom.flow.values import spoken
from switchroom.flow.words import plain
from switchroom.ports import (
    CallerSaid,
    CallerSilent,
    CallerTyped,
    CallerUnheard,
    CallOpened,
    EndCall,
    MessageTaken,
    Prompt,
    Say,
    ToolAnswered,
    ToolCalled,
    TransferFailed,
)
from tests.flow.small import NOW, SMALL, Counter, brain
from tests.flow.test_interruptions import broken_off
from tests.flow.test_line_nodes import TEXT as LINE_NODES
from tests.flow.test_linking import DOOR, IDENTIFY, TOOLS
from tests.virtual_time import run

KINDS: tuple[Kind, ...] = get_args(Kind)
SLOTS = [Slot(kind, kind, choices=(("red", ()), ("blue", ("azure",))), length=4) for kind in KINDS]
WORDS = st.sampled_from(
    """
    a for four to two at half past quarter seven thirty eight o'clock p m on friday the twenty seventh second of november may
    tomorrow no yes not make it name is anna under people table i'm next in days weeks double oh nine 19:30 27/11 31/02 7.30pm
    """.split()  # noqa: SIM905
)
SENTENCES = st.lists(WORDS, max_size=14).map(" ".join) | st.text(max_size=40)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1))  # noqa: DTZ001 - the caller's own clock


@given(SENTENCES, st.sampled_from([*SLOTS, None]), MOMENTS)
@settings(max_examples=400, deadline=None)
def test_any_sentence_can_be_read(text: str, asked: Slot | None, now: datetime) -> None:
    reading = read(text, SLOTS, now, asked)
    for value in reading.values.values():
        assert isinstance(spoken(value, now), str)
    day = reading.values.get("day")
    assert day is None or now.date() <= day < now.date() + timedelta(days=1000)  # type: ignore[operator]


@given(st.text(alphabet="0123456789*#", max_size=12), st.sampled_from(SLOTS), MOMENTS)
@settings(deadline=None)
def test_any_digits_can_be_read(digits: str, slot: Slot, now: datetime) -> None:
    assert spoken(typed(digits, slot, now), now) is not None


@given(st.text(max_size=60))
@example("A:M")
@settings(deadline=None)
def test_plain_text_stays_plain(text: str) -> None:
    assert plain(plain(text)) == plain(text)


PROMPTS = st.one_of(
    SENTENCES.map(CallerSaid),
    st.sampled_from(["count us please", "for four on friday", "yes", "no for six", "goodbye", "does it rain"]).map(
        CallerSaid
    ),
    st.text(alphabet="0123456789*#", min_size=1, max_size=5).map(CallerTyped),
    st.integers(1, 3).map(CallerSilent),
    st.just(CallerUnheard("stt")),
)
TURNS = st.lists(st.tuples(PROMPTS, st.none() | st.integers(1, 6)), max_size=12)


@given(TURNS, st.booleans())
@settings(max_examples=150, deadline=None)
def test_any_conversation_broken_off_anywhere_goes_on(turns: list[tuple[Prompt, int | None]], broken: bool) -> None:
    async def talk() -> None:
        counter = Counter()
        counter.broken = broken
        talker = brain(counter)
        parts = await broken_off(talker, CallOpened(), 100)
        for prompt, after in turns:
            reply = await broken_off(talker, prompt, after or 100)
            assert reply
            parts += reply
            node = talker.state.at
            assert not talker.state.waiting or isinstance(talker._plan.flow.nodes[node], Ask | Classify)
            assert talker.expecting.hints.sentences
        parts += await broken_off(talker, CallerSaid("goodbye"), 100)
        parts += await broken_off(talker, CallerSaid("goodbye"), 100)
        called = [part for part in parts if isinstance(part, ToolCalled)]
        answered = [part for part in parts if isinstance(part, ToolAnswered)]
        assert len(called) == len(answered) == len(counter.calls) == len(set(counter.calls))
        assert any(isinstance(part, Say | EndCall) for part in parts)

    run(talk())


CALLERS = ("sales please", "complaints please", "take a message", "4711", "pay my bill", "check me in please", "yes")
FAILED: tuple[Prompt, ...] = (TransferFailed("busy"), TransferFailed("no_answer"), TransferFailed("failed"))
LINE = st.one_of(
    st.sampled_from(CALLERS).map(CallerSaid),
    st.sampled_from(FAILED),
    st.builds(MessageTaken, st.sampled_from([0.0, 0.4, 7.5]), st.sampled_from(["", "call me"])),
    PROMPTS,
)


@given(st.lists(st.tuples(LINE, st.none() | st.integers(1, 4)), max_size=10), st.booleans())
@settings(max_examples=150, deadline=None)
def test_whatever_comes_back_from_the_line_at_whatever_moment_the_flow_goes_on(
    turns: list[tuple[Prompt, int | None]], parts: bool
) -> None:
    async def talk() -> None:
        flow = link(parse(DOOR), {"identify": parse(IDENTIFY)})[0] if parts else parse(LINE_NODES)
        talker = FlowBrain(
            Plan(flow, TOOLS), Exchange("tenant", "call", source="phone_gateway"), DirectErrands(), lambda: NOW
        )
        await broken_off(talker, CallOpened(), 100)
        for prompt, after in turns:
            reply = await broken_off(talker, prompt, after or 100)
            assert reply
            assert talker.state.at in flow.nodes and talker.expecting.hints.sentences

    run(talk())


@given(st.integers(0, len(SMALL) - 1), st.integers(0, 30), st.text(alphabet=" abc{}[]:,\"'\n-!&*?|", max_size=6))
@settings(max_examples=200, deadline=None)
def test_a_damaged_file_is_refused_or_checked(start: int, length: int, instead: str) -> None:
    try:
        flow = parse(SMALL[:start] + instead + SMALL[start + length :])
    except Invalid:
        return
    list(check(flow, tools_of(Counter())))
