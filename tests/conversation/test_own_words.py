"""What is left of a transcript without our own words."""

import pytest

from switchroom.conversation.own_words import others_words

SAID = "Very well, a table for four on Friday. We have places at seven, at half past seven,"


@pytest.mark.parametrize(
    ("heard", "ours", "left"),
    [
        ("a table for four on Friday", True, ""),
        ("very well a fable for four on friday we have", True, ""),
        ("table for four wait stop please", True, "wait stop please"),
        ("on friday no thanks", True, "no thanks"),
        ("wait stop please", True, "wait stop please"),
        ("hm", True, ""),
        ("", True, ""),
        ("a table for four on Friday", False, ""),
        ("we have places at seven", False, ""),
        ("half past seven", False, "half past seven"),
        ("on Friday", False, "on Friday"),
        ("seven", False, "seven"),
        ("no I said a table for six on Saturday please", False, "no I said a table for six on Saturday please"),
        ("can we have places for six outside", False, "can we have places for six outside"),
    ],
)
def test_our_own_words_are_taken_out_and_no_others(heard: str, *, ours: bool, left: str) -> None:
    assert others_words(heard, SAID, ours=ours) == left


def test_when_nothing_was_said_nothing_is_ours() -> None:
    assert others_words("a table for four", "", ours=True) == "a table for four"
