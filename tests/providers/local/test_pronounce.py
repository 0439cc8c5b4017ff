from pathlib import Path

import pocketsphinx
import pytest

from switchroom.providers.local.pronounce import pronounce

DICTIONARY = Path(pocketsphinx.__file__).parent / "model/en-us/cmudict-en-us.dict"
PHONES = frozenset(
    "AA AE AH AO AW AY B CH D DH EH ER EY F G HH IH IY JH K L M N NG OW OY P R S SH T TH UH UW V W Y Z ZH".split(" ")  # noqa: SIM905
)


def test_known_words_have_all_their_pronunciations() -> None:
    assert pronounce(["tomorrow"], DICTIONARY)["tomorrow"] == ["T AH M AA R OW", "T UW M AA R OW"]


@pytest.mark.parametrize(
    ("word", "sound"),
    [
        ("restaurant's", "R EH S T ER AA N T S"),
        ("copperpot", "K AA P ER P AA T"),
        ("mhm", "M HH M"),
        ("zorbly", "Z AO R B L IY"),
        ("shreckle", "SH R EH K L"),
    ],
)
def test_unknown_words_are_taken_apart_or_spelled(word: str, sound: str) -> None:
    assert pronounce([word], DICTIONARY)[word][0].split()[: len(sound.split())] == sound.split()


def test_every_guess_is_made_of_the_models_phones() -> None:
    odd = ["xylq", "o'zzq", "quixotically's", "mmmm", "brkfst", "a.b.", "yye"]
    for ways in pronounce(odd, DICTIONARY).values():
        assert all(PHONES.issuperset(way.split()) for way in ways)


def test_what_is_no_word_is_left_out() -> None:
    assert pronounce(["", "7pm", "<s>", "naïve", "yes"], DICTIONARY).keys() == {"yes"}
