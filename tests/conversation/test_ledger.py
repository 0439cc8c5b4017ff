"""The ledger says what was heard: in whole words, never more than was played, all of it in the end."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.conversation.ledger import Ledger
from switchroom.ports import Utterance

SENTENCES = st.lists(
    st.tuples(st.lists(st.text("abcxyz", min_size=1, max_size=9), min_size=1, max_size=8), st.integers(1, 50_000)),
    min_size=1,
    max_size=5,
)


def written(sentences: list[tuple[list[str], int]], start: int = 0) -> tuple[Ledger, int]:
    ledger = Ledger()
    for words, samples in sentences:
        ledger.said(" ".join(words), start, samples)
        start += samples
    return ledger, start


def test_nothing_was_heard_of_nothing() -> None:
    assert Ledger().cut(1000) == ("", "")


def test_a_word_that_was_cut_was_not_heard() -> None:
    ledger = Ledger()
    ledger.said("one two three four", 16_000, 19_000)  # 1000 samples a letter or space
    assert ledger.heard(16_000) == ""
    assert ledger.heard(16_000 + 3_999) == ""
    assert ledger.heard(16_000 + 4_000) == "one"
    assert ledger.cut(16_000 + 9_000) == ("one two", "three four")
    assert ledger.cut(99_000) == ("", "")


def test_the_voice_may_know_where_words_end() -> None:
    ledger = Ledger()
    ledger.said("one two three", 0, 10_000, ends=[2_000, 9_000, 10_000])
    assert ledger.heard(8_999) == "one"
    assert ledger.heard(9_000) == "one two"


def test_a_sentence_that_is_still_made_is_not_taken_for_heard() -> None:
    ledger = Ledger()
    ledger.said("this is a rather long sentence", 0, 0)
    ledger.grow(3_000)
    assert ledger.heard(3_000) == ""
    ledger.grow(20_000)
    assert ledger.heard(20_000) == "this is a rather"
    ledger.grow(31_000)
    ledger.complete()
    assert ledger.cut(31_000) == ("this is a rather long sentence", "")


def test_growth_after_a_cut_changes_nothing() -> None:
    ledger = Ledger()
    ledger.said("one two", 0, 0)
    ledger.cut(0)
    ledger.grow(1_000)
    ledger.complete()
    assert ledger.cut(1_000) == ("", "")


def test_what_was_heard_becomes_an_utterance() -> None:
    ledger = Ledger()
    ledger.said("one two", 0, 8_000)
    assert ledger.utterance(0, 1.0, 1.5) is None
    assert ledger.utterance(4_000, 1.0, 1.5) == Utterance("agent", "one", 1.0, 1.5, interrupted=True)
    assert ledger.utterance(8_000, 1.0, 1.5) == Utterance("agent", "one two", 1.0, 1.5)


@given(SENTENCES, st.integers(0, 300_000), st.integers(0, 300_000))
def test_more_played_is_never_less_heard(sentences: list[tuple[list[str], int]], one: int, other: int) -> None:
    ledger, _ = written(sentences)
    assert ledger.heard(max(one, other)).startswith(ledger.heard(min(one, other)))


@given(SENTENCES, st.integers(0, 300_000))
def test_heard_and_unheard_are_the_whole_in_whole_words(sentences: list[tuple[list[str], int]], played: int) -> None:
    ledger, _ = written(sentences)
    heard, unheard = ledger.heard(played), ledger.unheard(played)
    assert [*heard.split(), *unheard.split()] == [word for words, _ in sentences for word in words]
    assert ledger.cut(played) == (heard, unheard)


@given(SENTENCES, st.integers(0, 100_000))
def test_all_that_was_played_was_heard(sentences: list[tuple[list[str], int]], start: int) -> None:
    ledger, end = written(sentences, start)
    assert ledger.unheard(end) == ""
    assert ledger.heard(start) == ""


@pytest.mark.parametrize("text", ["", "   "])
def test_silence_has_no_words(text: str) -> None:
    ledger = Ledger()
    ledger.said(text, 0, 1_000)
    assert ledger.cut(1_000) == ("", "")


@pytest.mark.parametrize(
    ("played", "heard", "rest"),
    [
        (0, "", "Good. See you at four. Bye now."),
        (3000, "Good.", "See you at four. Bye now."),
        (5700, "Good. See you", "See you at four. Bye now."),
        (9400, "Good. See you at four.", "Bye now."),
    ],
)
def test_what_was_not_heard_is_taken_back_from_where_a_sentence_begins(played: int, heard: str, rest: str) -> None:
    ledger = Ledger()
    ledger.said("Well, now.", -4400, 0)
    ledger.grow(4400)  # 400 a letter
    ledger.complete()
    ledger.cut(0)
    ledger.said("Good. See you at four. Bye now.", 0, 0)
    ledger.grow(10000)
    assert ledger.take_back(played) == rest
    assert ledger.heard(10**6) == heard
    assert ledger.unheard(played) == ""
