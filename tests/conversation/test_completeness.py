"""The text rule of endpointing, by example."""

import pytest

from switchroom.conversation.completeness import looks_complete, spoken_digits
from switchroom.conversation.words import tokens

COMPLETE = [
    "yes", "no", "okay", "Tomorrow.", "a table for two", "I'd like to book a table for four people on Friday at seven",
    "what time do you open", "my name is Maria Lopez", "can I speak to a person", "cancel my reservation please",
    "do you have anything vegetarian", "that's all", "thank you", "yes it is", "yes I am", "no we don't", "I do",
    "no that isn't", "it is", "seven thirty", "the twenty first", "I can't log in", "how do I sign in", "could you hold it",
    "start over", "hello", "I think so", "around eight o'clock", "for me", "let's do that",
]  # fmt: skip

OPEN = [
    "", "um", "a table for", "I'd like", "I'd like to", "I would like a", "my name is", "and", "can I get", "on the",
    "I'm looking for", "is it possible to", "the number is", "my email is john at", "john dot", "we are", "I am",
    "seven or", "because", "let me think", "one moment", "hold on", "what about", "it's for my", "I want",
    "between seven and", "on the twenty", "yes but", "doctor", "double", "a table,", "well...", "so I was wondering if",
    "my name", "could you", "five five five", "it's five five five oh one two",
]  # fmt: skip


@pytest.mark.parametrize("text", COMPLETE)
def test_these_could_be_a_whole_turn(text: str) -> None:
    assert looks_complete(text)


@pytest.mark.parametrize("text", OPEN)
def test_these_call_for_more(text: str) -> None:
    assert not looks_complete(text)


@pytest.mark.parametrize(
    ("text", "digits", "complete"),
    [
        ("four seven", 4, False),
        ("four seven two nine", 4, True),
        ("four seven two nine one", 4, True),
        ("it's forty seven twenty nine", 4, True),
        ("double four seven", 4, False),
        ("4 7 2 9", 4, True),
        ("4729", 4, True),
        ("i don't have it", 4, True),
        ("my number is", 4, False),
        ("one", 1, True),
        ("a table for six on", 1, False),
    ],
)
def test_a_number_is_complete_when_it_has_its_digits(text: str, digits: int, *, complete: bool) -> None:
    assert looks_complete(text, digits=digits) is complete


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("oh seven triple nine", 5),
        ("forty two", 2),
        ("forty", 2),
        ("fifteen hundred", 4),
        ("four hundred", 3),
        ("seven at night", 1),
    ],
)
def test_digits_are_counted_as_they_are_spoken(text: str, count: int) -> None:
    assert spoken_digits(tokens(text)) == count


def test_a_language_without_a_file_is_waited_for() -> None:
    assert not looks_complete("egy asztal kettőre", "hu")
    assert looks_complete("a table for two", "en-GB")
