"""Nodes that give the caller away for a while or for good: queues and voicemail; and starts by receiver."""

import pytest

from switchroom.errors import Invalid
from switchroom.flow.check import check
from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange, Receiver
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.ports import CallerSaid, CallOpened, MessageTaken, Prompt, Say, TakeMessage, TransferFailed, TransferTo
from tests.flow.small import NOW, parts, said
from tests.virtual_time import run

TEXT = """
flow: front door
home: menu
queues:
  sales: {to: "sip:sales@192.0.2.7", hold: "Everybody is busy, please hold."}
  nobody: {}
slots:
  order: {kind: digits, length: 4}
  kept: {kind: digits, length: 4}
intents:
  buy: [i want to buy something, sales please]
  complain: [i want to complain, complaints please]
  leave: [i want to leave a message, take a message]
nodes:
  start: {type: start, greeting: "Welcome.", next: menu, receivers: [phone_gateway]}
  pages: {type: start, greeting: "Hello there.", next: order, receivers: [text]}
  menu: {type: classify, prompts: ["What is it?"], routes: {buy: sales, complain: complaints, leave: message}, slots: [order]}
  sales: {type: queue, queue: sales, failed: missed}
  complaints: {type: queue, queue: nobody, failed: alone}
  missed: {type: branch, by: sales.outcome, cases: {busy: engaged}, otherwise: message}
  engaged: {type: say, text: "They are all talking.", next: message}
  alone: {type: say, text: "Nobody: {complaints.outcome}.", next: message}
  message: {type: voicemail, text: "Speak after the tone.", limit: 60, silence: 3, next: kept}
  kept: {type: branch, by: message.seconds, cases: {"0": silent}, otherwise: thanks}
  silent: {type: say, text: "I heard nothing.", next: menu}
  thanks: {type: say, text: "I wrote down: {message.text}.", next: keep}
  keep: {type: assign, values: {kept: order}, forget: [order], next: bye}
  bye: {type: hang_up, text: "Goodbye {kept}."}
  order: {type: ask, slot: order, prompts: ["Which order?"], next: message}
"""


def _brain(source: Receiver = "phone_gateway", text: str = TEXT) -> FlowBrain:
    return FlowBrain(Plan(parse(text), {}), Exchange("tenant", "call", source=source), DirectErrands(), lambda: NOW)


def _dialogue(talker: FlowBrain, *turns: tuple[Prompt, str]) -> None:
    async def main() -> None:
        for prompt, answer in turns:
            assert await said(talker, prompt) == answer

    run(main())


def test_a_queue_hands_over_to_who_takes_its_calls_and_says_that_the_caller_must_hold() -> None:
    async def main() -> None:
        talker = _brain()
        await parts(talker, CallOpened())
        told = await parts(talker, CallerSaid("sales please"))
        assert told == [
            Say("Everybody is busy, please hold.", protected=True),
            TransferTo("sip:sales@192.0.2.7", "sales"),
        ]

    run(main())


def test_a_queue_whose_person_is_busy_goes_on_where_it_failed_and_says_why() -> None:
    _dialogue(
        _brain(),
        (CallOpened(), ""),
        (CallerSaid("sales please"), "Everybody is busy, please hold. [to sales]"),
        (TransferFailed("busy"), "They are all talking. Speak after the tone. [beep]"),
    )


def test_a_queue_that_nobody_serves_fails_at_once() -> None:
    _dialogue(
        _brain(),
        (CallOpened(), ""),
        (CallerSaid("complaints please"), "Nobody: unreachable. Speak after the tone. [beep]"),
    )


def test_a_message_is_taken_and_read_back() -> None:
    async def main() -> None:
        talker = _brain()
        await parts(talker, CallOpened())
        told = await parts(talker, CallerSaid("order 4711, take a message"))
        assert told == [Say("Speak after the tone.", protected=True), TakeMessage(60, 3, beep=True)]
        assert "please call me back" in talker.expecting.hints.sentences
        answer = await said(talker, MessageTaken(7.5, "call me"))
        assert answer == "I wrote down: call me. Goodbye 4 7 1 1. [end]"
        assert talker.value("order") is None

    run(main())


def test_who_leaves_no_message_is_asked_again() -> None:
    _dialogue(
        _brain(),
        (CallOpened(), ""),
        (CallerSaid("take a message"), "Speak after the tone. [beep]"),
        (MessageTaken(0.0), "I heard nothing. What is it?"),
        (CallerSaid("sales please"), "Everybody is busy, please hold. [to sales]"),
    )


def test_in_writing_what_follows_is_the_message() -> None:
    _dialogue(
        _brain("text"),
        (CallOpened(), ""),
        (CallerSaid("4711"), "Speak after the tone. [beep]"),
        (CallerSaid("my parcel is late"), "I wrote down: my parcel is late. Goodbye 4 7 1 1. [end]"),
    )


def test_each_receiver_has_a_start_of_its_own_and_a_third_has_none() -> None:
    flow = parse(TEXT)
    found = [flow.entry(receiver) for receiver in ("phone_gateway", "text", "browser")]
    assert [start and start.greeting for start in found] == ["Welcome.", "Hello there.", None]


BROKEN = [
    ("queue: sales, failed", "queue: sale, failed", "sales.queue: there is no queue 'sale'; did you mean 'sales'?"),
    ("sip:sales@192.0.2.7", "sales", "flow.queues.sales.to: 'sales' is no SIP address; write sip:user@host"),
    (
        "receivers: [text]",
        "receivers: [text, phone_gateway]",
        "pages.receivers: 'start' receives phone_gateway already",
    ),
    ("values: {kept: order}", "values: {kept: message.text2}", "keep.values.kept: nothing sets 'message.text2'"),
    ("values: {kept: order}", "values: {keep: order}", "keep.values.keep: there is no slot 'keep'"),
    ("kept: {kind: digits, length: 4}", "kept: {kind: day}", "keep.values.kept: 'kept' is a day and 'order' a digits"),
    ("{message.text}", "{message.words}", "thanks.text: nothing sets {message.words}"),
    ("limit: 60", "limit: 6000", "message.limit: Input should be less than or equal to 600"),
]


@pytest.mark.parametrize(("old", "new", "message"), BROKEN)
def test_what_is_wrong_with_them_is_told(old: str, new: str, message: str) -> None:
    assert old in TEXT and not list(check(parse(TEXT), {}))
    try:
        problems = [str(problem) for problem in check(parse(TEXT.replace(old, new, 1)), {})]
    except Invalid as error:
        problems = str(error).splitlines()
    assert any(message in problem for problem in problems), problems
