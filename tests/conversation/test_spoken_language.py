"""Which language a caller speaks, and how sure that must be."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from switchroom.conversation.spoken_language import LanguageWatch, SwitchLanguage, TurnSpoken

GERMAN = "Guten Tag, ich hätte gerne einen Tisch für vier Personen am Freitag"
FRENCH = "Bonjour, je voudrais réserver une table pour quatre personnes vendredi soir"
SPANISH = "Hola, quería reservar una mesa para cuatro personas el viernes por la noche"
ENGLISH = "Hello, I would like to book a table for four on Friday please"


def _watched(*turns: str, language: str = "en", others: tuple[str, ...] = ("de", "fr", "es")) -> list[str]:
    watch = LanguageWatch(language, others)
    return [switch.language for text in turns for switch in watch.handle(TurnSpoken(text), 0.0)]


@pytest.mark.parametrize(("text", "language"), [(GERMAN, "de"), (FRENCH, "fr"), (SPANISH, "es")])
def test_one_long_turn_in_another_language_is_enough(text: str, language: str) -> None:
    assert _watched(text) == [language]
    assert _watched(text, ENGLISH) == [language, "en"]


def test_one_short_turn_is_not_and_two_in_a_row_are() -> None:
    assert _watched("Ja, ich möchte") == []
    assert _watched("Ja, ich möchte", "Nein, das ist nicht") == ["de"]


def test_a_turn_in_the_language_spoken_takes_the_evidence_back() -> None:
    assert _watched("Ja, ich möchte", "yes I would like that", "Nein, das ist nicht") == []


def test_a_turn_that_says_nothing_takes_nothing_back() -> None:
    assert _watched("Ja, ich möchte", "okay", "Miller", "Nein, das ist nicht") == ["de"]


@pytest.mark.parametrize("text", ["okay", "Müller", "555 0100", "", "a table at La Table du Chef", "I said die hard"])
def test_a_name_or_a_number_is_no_language(text: str) -> None:
    assert _watched(text, text, text) == []


def test_only_what_the_agent_speaks_is_ever_switched_to() -> None:
    assert _watched(GERMAN, GERMAN, others=()) == []
    assert _watched(GERMAN, GERMAN, others=("fr",)) == []


def test_a_recogniser_that_tells_is_believed_and_region_tags_are_kept() -> None:
    watch = LanguageWatch("en-US", ("de-AT",))
    assert watch.handle(TurnSpoken("Servus", "de"), 0.0) == []
    assert watch.handle(TurnSpoken("Grüß Gott", "de-DE"), 0.0) == [SwitchLanguage("de-AT", "recogniser")]
    assert watch.handle(TurnSpoken("Bonjour", "fr"), 0.0) == []


@given(
    some.lists(some.sampled_from([GERMAN, FRENCH, SPANISH, ENGLISH, "okay", "ja", "si", "oui", "1 2 3"]), max_size=12)
)
def test_a_switch_is_always_to_another_language_of_the_agent(turns: list[str]) -> None:
    watch, spoken = LanguageWatch("en", ("de", "fr")), "en"
    for text in turns:
        for switch in watch.handle(TurnSpoken(text), 0.0):
            assert switch.language in {"en", "de", "fr"} - {spoken}
            spoken = switch.language
    assert watch.language == spoken
