from datetime import datetime, time

import pytest

from switchroom.flow.replies import read_answer
from switchroom.flow.slots import Slot, fits, read, typed
from switchroom.flow.values import written
from switchroom.flow.words import cardinal, ordinal, plain
from switchroom.ports import Value

NOW = datetime(2026, 11, 24, 15, 0)  # noqa: DTZ001 - the reader takes the caller's own clock
SLOTS = {
    "party": Slot("party", "party", least=1, most=8),
    "day": Slot("day", "day"),
    "time": Slot("time", "time", first=time(11, 30), last=time(22, 30)),
    "name": Slot("name", "name"),
}

Expected = dict[str, str | int]


def _read(said: str, asked: str = "") -> dict[str, Value]:
    values = read(said, list(SLOTS.values()), NOW, SLOTS[asked] if asked else None).values
    return {name: written(value) for name, value in values.items()}


IN_ONE_SENTENCE: list[tuple[str, Expected]] = [
    ("a table for four on Friday at seven thirty, the name is Anna",
     {"party": 4, "day": "2026-11-27", "time": "19:30:00", "name": "Anna"}),
    ("a table for four on friday at seven thirty the name is anna",
     {"party": 4, "day": "2026-11-27", "time": "19:30:00", "name": "Anna"}),
    ("i would like to book a table for two people tomorrow at eight", {"party": 2, "day": "2026-11-25", "time": "20:00:00"}),
    ("for four seven thirty", {"party": 4, "time": "19:30:00"}),
    ("tomorrow evening at eight for two people", {"party": 2, "day": "2026-11-25", "time": "20:00:00"}),
    ("tuesday at six for three people under john brown",
     {"party": 3, "day": "2026-11-24", "time": "18:00:00", "name": "John Brown"}),
    ("me and my wife tonight at 8", {"party": 2, "day": "2026-11-24", "time": "20:00:00"}),
    ("we are five on the twenty seventh of november at noon", {"party": 5, "day": "2026-11-27", "time": "12:00:00"}),
    ("november twenty seventh half past seven party of six", {"party": 6, "day": "2026-11-27", "time": "19:30:00"}),
    ("can i have a table for eight at eight on the eighth", {"party": 8, "day": "2026-12-08", "time": "20:00:00"}),
    ("for seven at eight", {"party": 7, "time": "20:00:00"}),
    ("two adults and two children on sunday", {"party": 4, "day": "2026-11-29"}),
    ("there will be six of us", {"party": 6}),
    ("just me", {"party": 1}),
    ("a table for one at seven p m", {"party": 1, "time": "19:00:00"}),
    ("no for six", {"party": 6}),
    ("no for six people", {"party": 6}),
    ("make it seven thirty", {"time": "19:30:00"}),
    ("not friday saturday", {"day": "2026-11-28"}),
    ("friday no sorry saturday at eight", {"day": "2026-11-28", "time": "20:00:00"}),
    ("for four no for five people", {"party": 5}),
    ("at seven sorry at half past seven", {"time": "19:30:00"}),
    ("under miller please", {"name": "Miller"}),
    ("it's anna", {"name": "Anna"}),
    ("for anna", {"name": "Anna"}),
    ("this is grace park", {"name": "Grace Park"}),
    ("my name is o'brien", {"name": "O'Brien"}),
    ("the name is smith s m i t h", {"name": "Smith"}),
    ("i'm calling about a table", {}),
    ("it's about friday", {"day": "2026-11-27"}),
    ("may i speak to a person", {}),
    ("make it six", {}),
    ("seven", {}),
    ("", {}),
]  # fmt: skip


@pytest.mark.parametrize(("said", "expected"), IN_ONE_SENTENCE)
def test_several_slots_in_one_sentence(said: str, expected: Expected) -> None:
    assert _read(said) == expected


AS_RECOGNISED: list[tuple[str, Expected]] = [
    ("a table for for on friday", {"party": 4, "day": "2026-11-27"}),
    ("a table for to tomorrow", {"party": 2, "day": "2026-11-25"}),
    ("table for too at ate thirty", {"party": 2}),
    ("a table four four people tonight", {"party": 4, "day": "2026-11-24"}),
    ("uh a table for uh four people um on friday", {"party": 4, "day": "2026-11-27"}),
    ("a party of for at seven p m", {"party": 4, "time": "19:00:00"}),
    ("friday at seven thirty please for three", {"party": 3, "day": "2026-11-27", "time": "19:30:00"}),
    ("book table four people friday seven thirty", {"party": 4, "day": "2026-11-27", "time": "19:30:00"}),
    ("the table for six people at eight o clock", {"party": 6, "time": "20:00:00"}),
    ("BOOK A TABLE FOR FOUR", {"party": 4}),
]


@pytest.mark.parametrize(("said", "expected"), AS_RECOGNISED)
def test_words_as_recognisers_write_them(said: str, expected: Expected) -> None:
    assert _read(said) == expected


ANSWERS: list[tuple[str, str, Expected]] = [
    ("party", "four", {"party": 4}),
    ("party", "for", {"party": 4}),
    ("party", "to", {"party": 2}),
    ("party", "uh two please", {"party": 2}),
    ("party", "four or five", {"party": 5}),
    ("party", "4", {"party": 4}),
    ("party", "twelve", {"party": 12}),
    ("party", "we are for people", {"party": 4}),
    ("party", "six on friday", {"party": 6, "day": "2026-11-27"}),
    ("party", "two at seven thirty", {"party": 2, "time": "19:30:00"}),
    ("party", "hello", {}),
    ("time", "seven", {"time": "19:00:00"}),
    ("time", "for seven", {"time": "19:00:00"}),
    ("time", "seven please", {"time": "19:00:00"}),
    ("time", "um seven thirty", {"time": "19:30:00"}),
    ("time", "no for six people", {"party": 6}),
    ("time", "no for six", {"party": 6}),
    ("time", "two", {"time": "14:00:00"}),
    ("time", "twelve", {"time": "12:00:00"}),
    ("time", "eight on saturday", {"time": "20:00:00", "day": "2026-11-28"}),
    ("time", "in the evening", {}),
    ("day", "friday", {"day": "2026-11-27"}),
    ("day", "friday at seven", {"day": "2026-11-27", "time": "19:00:00"}),
    ("day", "no six people", {"party": 6}),
    ("name", "anna", {"name": "Anna"}),
    ("name", "anna miller", {"name": "Anna Miller"}),
    ("name", "Zaphod please", {"name": "Zaphod"}),
    ("name", "yes it's bob", {"name": "Bob"}),
    ("name", "a n n a", {"name": "Anna"}),
    ("name", "b o double t", {"name": "Bott"}),
    ("name", "sure my name is john smith", {"name": "John Smith"}),
    ("name", "my last name is o'brien", {"name": "O'Brien"}),
    ("name", "mister taylor", {"name": "Taylor"}),
    ("name", "yes", {}),
    ("name", "what", {}),
    ("name", "no for six people", {"party": 6}),
    ("name", "make it eight o'clock", {"time": "20:00:00"}),
    ("name", "will smith", {"name": "Will Smith"}),
]


@pytest.mark.parametrize(("asked", "said", "expected"), ANSWERS)
def test_bare_values_answer_the_question(asked: str, said: str, expected: Expected) -> None:
    assert _read(said, asked) == expected


@pytest.mark.parametrize(
    ("said", "answer"),
    [("yes", True), ("yeah", True), ("yes please", True), ("sure", True), ("that's right", True), ("go ahead", True), ("okay", True),  # noqa: E501
     ("no problem", True), ("why not", True), ("sounds good", True), ("that's correct yes", True), ("yep book it", True), ("no", False),  # noqa: E501
     ("nope", False), ("no thank you", False), ("that's not right", False), ("that's wrong", False), ("not quite", False),
     ("no that's wrong", False), ("yes no wait", False), ("don't", False), ("know", False), ("no that's right", True), ("that's all", False),  # noqa: E501
     ("maybe", None), ("hello", None), ("friday", None), ("", None)],
)  # fmt: skip
def test_yes_and_no(said: str, answer: bool | None) -> None:
    assert read_answer(plain(said)) is answer


@pytest.mark.parametrize(
    ("said", "digits"),
    [("oh seven seven double nine one two three four five", "0779912345"), ("my number is zero one two three four five six", "0123456"),  # noqa: E501
     ("+44 20 7946 0000", "442079460000"), ("triple five one two three four", "5551234"), ("four people", None)],
)  # fmt: skip
def test_telephone_numbers(said: str, digits: str | None) -> None:
    slot = Slot("phone", "phone")
    assert read(said, [slot], NOW, slot).values.get("phone") == digits


@pytest.mark.parametrize(
    ("slot", "digits", "value"),
    [("party", "4", 4), ("party", "4#", 4), ("party", "1234", None), ("day", "2711", "2026-11-27"), ("time", "730", "19:30:00"),
     ("name", "4", None), ("party", "*", None)],
)  # fmt: skip
def test_digits_answer_a_question(slot: str, digits: str, value: str | int | None) -> None:
    assert written(typed(digits, SLOTS[slot], NOW)) == value


def test_a_message_is_taken_as_it_was_said() -> None:
    slot = Slot("message", "text")
    assert read("Call me on Friday at 7, please!", [slot], NOW, slot).values == {
        "message": "Call me on Friday at 7, please!"
    }


def test_a_party_has_bounds() -> None:
    assert fits(SLOTS["party"], 8)
    assert not fits(SLOTS["party"], 9)
    assert not fits(SLOTS["party"], 0)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (0, "zero"),
        (21, "twenty-one"),
        (100, "one hundred"),
        (342, "three hundred and forty-two"),
        (2026, "two thousand twenty-six"),
    ],
)
def test_cardinals(number: int, words: str) -> None:
    assert cardinal(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(1, "first"), (2, "second"), (12, "twelfth"), (20, "twentieth"), (27, "twenty-seventh"), (31, "thirty-first")],
)
def test_ordinals(number: int, words: str) -> None:
    assert ordinal(number) == words
