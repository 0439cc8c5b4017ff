"""The chunker: early, speakable, and the same however the text arrives."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from switchroom.flow.speech import Chunker


def chunks(text: str, longest: int = 220) -> list[str]:
    chunker = Chunker(longest)
    return [*chunker.feed(text), *chunker.flush()]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("  \n ", []),
        ("Hello", ["Hello"]),
        ("Of course, I can do that.", ["Of course,", "I can do that."]),
        ("Sure, for how many people?", ["Sure, for how many people?"]),
        ("Yes. We have a table for you.", ["Yes.", "We have a table for you."]),
        ("We open at seven. Fine? Then I will book the table.", ["We open at seven.", "Fine? Then I will book the table."]),
        ("It is 3.50 euros or 1,000 yen. Is that all right?", ["It is 3.50 euros or 1,000 yen.", "Is that all right?"]),
        ("Ask Dr. Smith or J. Jones. They know everything.", ["Ask Dr. Smith or J. Jones.", "They know everything."]),
        ("Come at 7 p.m. on Friday, or at 8 p.m. Then we close.", ["Come at 7 p.m. on Friday,", "or at 8 p.m. Then we close."]),
        ("No. I cannot do that today, sorry.", ["No.", "I cannot do that today, sorry."]),
        ("Take bus No. 5 to the market. It stops there.", ["Take bus No. 5 to the market.", "It stops there."]),
        ("Write to jo.doe@example.com today. I will answer.", ["Write to jo.doe@example.com today.", "I will answer."]),
        ("See example.com/menu, please.", ["See example.com/menu,", "please."]),
        ('He said "Come in." Then he left us all alone.', ['He said "Come in."', "Then he left us all alone."]),
        ("**Bold** and `code`.\n- one item\n- two items", ["Bold and code.", "one item", "two items"]),
        ("お待ちください。すぐに。", ["お待ちください。", "すぐに。"]),
    ],
)  # fmt: skip
def test_text_is_divided_where_one_would_breathe(text: str, expected: list[str]) -> None:
    assert chunks(text) == expected


def test_the_first_clause_does_not_wait_for_the_sentence() -> None:
    chunker = Chunker()
    assert chunker.feed("Of course") == []
    assert chunker.feed(",") == ["Of course,"]
    assert chunker.feed(" let") == []
    assert chunker.feed(" me see, I think so") == []
    assert chunker.feed(", yes, I do.") == []
    assert chunker.feed(" ") == ["let me see, I think so, yes, I do."]


def test_a_flushed_chunker_begins_another_reply() -> None:
    chunker = Chunker()
    chunker.feed("One thing")
    assert chunker.flush() == ["One thing"]
    assert chunker.feed("Of course, yes") == ["Of course,"]


def test_a_text_without_any_stop_is_divided_between_words() -> None:
    assert chunks("word " * 20, longest=24) == ["word word word word"] * 5


def test_long_text_is_rather_divided_at_a_comma() -> None:
    assert chunks("Yes. one two three, four five six seven eight", longest=30)[1] == "one two three,"


@settings(deadline=None)
@given(st.text(st.sampled_from("ab .,!?\n1Dr*"), max_size=300), st.integers(5, 60), st.data())
def test_the_division_does_not_depend_on_the_deltas(text: str, longest: int, data: st.DataObject) -> None:
    chunker = Chunker(longest)
    spoken: list[str] = []
    rest = text
    while rest:
        size = data.draw(st.integers(1, max(1, len(rest))))
        spoken += chunker.feed(rest[:size])
        rest = rest[size:]
    spoken += chunker.flush()
    assert spoken == chunks(text, longest)


@given(st.text(st.sampled_from("ab .,!?\n1Dr"), max_size=300), st.integers(5, 60))
def test_no_word_is_lost_and_no_chunk_is_too_long(text: str, longest: int) -> None:
    spoken = chunks(text, longest)
    assert all(0 < len(chunk) <= longest for chunk in spoken)
    letters = [letter for letter in text if letter.isalnum()]
    assert [letter for chunk in spoken for letter in chunk if letter.isalnum()] == letters


@given(st.text(max_size=200))
def test_any_text_can_be_spoken_or_dropped(text: str) -> None:
    assert all(any(letter.isalnum() for letter in chunk) for chunk in chunks(text))


@pytest.mark.parametrize(
    ("text", "chunks"),
    [
        ("On March 12, 2026 at seven. Fine.", ["On March 12, 2026 at seven.", "Fine."]),
        ("We open from 10 – 12 today.", ["We open from 10 – 12 today."]),
        ("Ihr Termin ist am 12. März um neun. Bis dann.", ["Ihr Termin ist am 12. März um neun.", "Bis dann."]),
        ("Das ist der 2. Versuch, ja.", ["Das ist der 2. Versuch,", "ja."]),
        ("Write to jo.doe@example.com now, please.", ["Write to jo.doe@example.com now,", "please."]),
        ("It is 1,234.50 dollars. Good.", ["It is 1,234.50 dollars.", "Good."]),
        ("Call 555 0100, or write.", ["Call 555 0100,", "or write."]),
        ("Come at 7. We wait.", ["Come at 7.", "We wait."]),
        ("See www.example.com/menu. Then call.", ["See www.example.com/menu.", "Then call."]),
    ],
)
def test_no_number_date_or_address_is_divided_however_it_comes(text: str, chunks: list[str]) -> None:
    for size in (1, 3, 7, 100):
        chunker = Chunker()
        found = [chunk for at in range(0, len(text), size) for chunk in chunker.feed(text[at : at + size])]
        assert found + chunker.flush() == chunks
