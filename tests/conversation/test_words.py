"""What words weigh against the agent's sentence, by example."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.conversation.words import Weight, tokens, weigh


@pytest.mark.parametrize(
    ("text", "weight"),
    [
        ("", Weight.NOTHING),
        ("um", Weight.NOTHING),
        ("Uh... um", Weight.NOTHING),
        ("the", Weight.NOTHING),
        ("um the", Weight.NOTHING),
        ("mhm", Weight.HUM),
        ("Uh-huh.", Weight.HUM),
        ("mm hmm", Weight.HUM),
        ("yeah", Weight.NOD),
        ("Okay, okay.", Weight.NOD),
        ("yeah I see", Weight.NOD),
        ("uh huh right", Weight.NOD),
        ("that's right", Weight.NOD),
        ("yes yes yes yes yes", Weight.WORDS),
        ("no", Weight.WORDS),
        ("wait", Weight.WORDS),
        ("yes but", Weight.WORDS),
        ("I said seven", Weight.WORDS),
        ("right now", Weight.WORDS),
    ],
)
def test_a_final_transcript_weighs(text: str, weight: Weight) -> None:
    assert weigh(text, "en", final=True) is weight


def test_a_small_word_in_a_partial_may_be_the_first_of_more() -> None:
    assert weigh("the", "en", final=False) is Weight.FAINT
    assert weigh("the other", "en", final=False) is Weight.WORDS


def test_in_a_language_without_a_file_every_word_is_a_word() -> None:
    assert weigh("persze", "hu", final=True) is Weight.WORDS


@given(st.text(max_size=60))
def test_any_text_weighs_something_and_no_words_weigh_nothing(text: str) -> None:
    weight = weigh(text, "en", final=True)
    assert (weight is Weight.NOTHING) or tokens(text)
