"""Numbers, figures, e-mail addresses and choices: said, spelled and typed."""

import pytest

from switchroom.flow.check import check
from switchroom.flow.file import parse
from switchroom.flow.plan import Plan
from switchroom.flow.slots import Kind, Slot, fits, read, slot, typed
from switchroom.flow.tools import tools_of
from switchroom.ports import CallerSaid, CallerTyped, CallOpened, Value
from tests.flow.small import NOW, SMALL, Counter, brain, said
from tests.virtual_time import run

SIZES = (("small", ("little one",)), ("large", ("big",)), ("extra large", ()))


def _slot(kind: Kind, **more: object) -> Slot:
    return slot("asked", kind, None, None, **({"choices": SIZES} if kind == "choice" else {}), **more)


SAID: list[tuple[Kind, str, Value]] = [
    ("number", "about two hundred and fifty please", 250),
    ("number", "a thousand and one", 1001),
    ("number", "1,200", 1200),
    ("number", "five, no, six", 6),
    ("number", "twenty-five thousand", 25_000),
    ("number", "zero", 0),
    ("number", "minus five", -5),
    ("number", "none of them", None),
    ("digits", "four seven one one", "4711"),
    ("digits", "it's forty-seven eleven", "4711"),
    ("digits", "double oh seven", "007"),
    ("digits", "nineteen eighty-four", "1984"),
    ("digits", "12 34 - 56", "123456"),
    ("digits", "4711, sorry, 4712", "4712"),
    ("digits", "i don't have it", None),
    ("email", "it's anna dot smith at g mail dot com", "anna.smith@gmail.com"),
    ("email", "My address is Anna_B-4@ex-ample.co.uk, thanks", "anna_b-4@ex-ample.co.uk"),
    ("email", "j o n at t e l dot c o dot u k", "jon@tel.co.uk"),
    ("email", "a double n a at example dot org please", "anna@example.org"),
    ("email", "john forty seven at hot mail dot com", "john47@hotmail.com"),
    ("email", "max underscore power at web dot d e and my name is max", "max_power@web.de"),
    ("email", "we meet at seven", None),
    ("choice", "the extra large one please", "extra large"),
    ("choice", "i'd like the big one", "large"),
    ("choice", "small, no, large", "large"),
    ("choice", "the second one", "large"),
    ("choice", "number three", "extra large"),
    ("choice", "the last one", "extra large"),
    ("choice", "the ninth", None),
]


@pytest.mark.parametrize(("kind", "text", "value"), SAID, ids=[f"{kind}: {text}" for kind, text, _ in SAID])
def test_what_is_said_is_read(kind: Kind, text: str, value: Value) -> None:
    asked = _slot(kind)
    assert read(text, [asked], NOW, asked).values.get("asked") == value


TYPED: list[tuple[Kind, str, Value]] = [
    ("number", "250#", 250),
    ("number", "*", None),
    ("digits", "0042#", "0042"),
    ("choice", "2", "large"),
    ("choice", "4", None),
    ("email", "2", None),
]


@pytest.mark.parametrize(("kind", "keys", "value"), TYPED)
def test_what_is_typed_is_read(kind: Kind, keys: str, value: Value) -> None:
    assert typed(keys, _slot(kind), NOW) == value


def test_a_number_and_the_count_of_digits_have_bounds() -> None:
    assert fits(slot("n", "number", 1, 10), 10) and not fits(slot("n", "number", 1, 10), 11)
    pin = slot("pin", "digits", None, None, length=4)
    assert fits(pin, "0042") and not fits(pin, "42")
    assert fits(slot("n", "digits", 3, 5), "123") and not fits(slot("n", "digits", 3, 5), "12")


def test_digits_of_the_right_length_are_heard_without_being_asked_for() -> None:
    order = slot("order", "digits", None, None, length=6)
    reading = read("it's about order four seven one one two two", [order], NOW)
    assert reading.values == {"order": "471122"}
    assert reading.shape == "it's about order {digits}"
    assert read("it's about order four seven", [order], NOW).values == {}


ORDER = """
flow: orders
home: menu
slots:
  size: {kind: choice, choices: {small: [little one], large: [big]}}
  pin: {kind: digits, length: 4}
  mail: {kind: email}
  many: {kind: number, most: 500}
intents: {order: ["i want to order", "order something please"]}
nodes:
  start: {type: start, greeting: "Hello.", next: menu}
  menu: {type: classify, prompts: ["What is it?"], routes: {order: size}, slots: [size], forget: [size, pin, mail, many]}
  size: {type: ask, slot: size, prompts: ["Small or large?", "1 for small, 2 for large."], next: many}
  many: {type: ask, slot: many, prompts: ["How many?", "How many, in figures?"], next: pin, unfit: too_many}
  too_many: {type: say, text: "We have 500.", next: again}
  again: {type: ask, slot: many, fresh: true, prompts: ["How many then?"], next: pin}
  pin: {type: ask, slot: pin, prompts: ["Your PIN?", "Four figures, please."], next: mail}
  mail: {type: ask, slot: mail, prompts: ["Your e-mail?"], next: done}
  done: {type: say, text: "{many} {size}, {mail}.", next: menu}
"""


def test_a_conversation_with_all_of_them_by_voice_and_by_keys() -> None:
    async def main() -> None:
        talker = brain(Counter(), text=ORDER)
        await said(talker, CallOpened())
        assert await said(talker, CallerSaid("i want to order")) == "Small or large?"
        assert await said(talker, CallerTyped("3")) == "1 for small, 2 for large."
        assert await said(talker, CallerTyped("2")) == "How many?"
        assert await said(talker, CallerSaid("six hundred")) == "We have 500. How many then?"
        assert await said(talker, CallerSaid("two hundred and ten")) == "Your PIN?"
        assert await said(talker, CallerTyped("12")) == "Four figures, please."
        assert await said(talker, CallerSaid("one two double three")) == "Your e-mail?"
        told = await said(talker, CallerSaid("anna at example dot com"))
        assert told == "two hundred and ten large, anna@example.com. What is it?"

    run(main())


def test_keys_complete_an_answer_when_their_count_is_known() -> None:
    plan = Plan(parse(ORDER), {})
    assert [plan.expecting(node).digits for node in ("pin", "size", "many", "mail")] == [4, 1, None, 1]
    phrases = plan.expecting("size").hints.sentences
    assert "i'd like big" in phrases and "the second one" in phrases


BROKEN = [
    ("choices: {small: [little one], large: [big]}", "choices: [small]", "flow.slots.size.choices: write at least two"),
    ("small: [little one]", "small: [big]", "flow.slots.size.choices: 'big' stands for two things"),
    ("{kind: email}", "{kind: email, length: 3}", "flow.slots.mail.length: only digits have a length"),
    ("most: 500", "most: 5, least: 9", "flow.slots.many.least: 9 is more than most, 5"),
]


@pytest.mark.parametrize(("old", "new", "message"), BROKEN)
def test_a_slot_that_cannot_be_is_found(old: str, new: str, message: str) -> None:
    problems = [str(problem) for problem in check(parse(ORDER.replace(old, new, 1)), tools_of(Counter()))]
    assert any(problem.startswith(message) for problem in problems), problems


def test_a_list_of_choices_is_enough() -> None:
    flow = parse(ORDER.replace("{small: [little one], large: [big]}", "[small, large]"))
    assert flow.slots["size"].choices == (("small", ()), ("large", ()))
    assert parse(SMALL).slots["party"].most == 8
