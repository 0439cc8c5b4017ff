"""What a model repeats of what another one said is not said again."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from switchroom.providers.failover.continuation import Seam, WholeWords


def _sewn(said: str, continuation: str, size: int = 5) -> str:
    words, seam, new = WholeWords(), Seam(said), ""
    for at in range(0, len(continuation), size):
        new += seam.feed(words.feed(continuation[at : at + size]))
    return new + seam.feed(words.flush()) + seam.flush()


@pytest.mark.parametrize(
    ("said", "continuation", "new"),
    [
        ("I have a table ", "for four.", "for four."),
        ("I have a table ", "I have a table for four.", "for four."),
        ("Hello. I have a table ", "I have a table for four.", "for four."),
        ("Hello. I have a table ", "i have a TABLE, for four.", "for four."),
        ("It is seven. ", "It is seven.", ""),
        ("We open at nine and ", "and close at ten.", "and close at ten."),  # one word may be alike by chance
        ("I can see that you like ", "I can book it.", "I can book it."),
        ("Yes. ", "Yes. We do.", "We do."),
        ("", "All of it.", "All of it."),
        ("One two three four ", "two three four five", "five"),
    ],
)
def test_a_repetition_is_dropped_and_nothing_else(said: str, continuation: str, new: str) -> None:
    for size in (1, 5, 100):
        assert _sewn(said, continuation, size) == new


@given(some.text("ab .\n", max_size=60), some.integers(1, 7))
def test_whole_words_lose_nothing(text: str, size: int) -> None:
    words = WholeWords()
    fed = "".join(words.feed(text[at : at + size]) for at in range(0, len(text), size))
    assert fed + words.flush() == text


@given(some.text("ab .", max_size=40), some.text("cd .", max_size=40), some.integers(1, 7))
def test_what_repeats_nothing_is_kept_whole(said: str, continuation: str, size: int) -> None:
    assert _sewn(said, continuation, size).split() == continuation.split() or "." in said
