"""What is written becomes what is said, language by language."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from switchroom.conversation.ledger import Ledger
from switchroom.conversation.spoken.form import spoken_form

ENGLISH = [
    ("for 4 on March 12, 2026 at 7:30 pm.", "for four on March twelfth, twenty twenty-six at seven thirty p m."),
    ("on the 3rd, the 12 March, or 2026-03-12", "on the third, the twelfth of March, or March twelfth, twenty twenty-six"),
    ("on 3/12/2026", "on March twelfth, twenty twenty-six"),
    ("It's 10:05. At 9:00, at 7 p.m.", "It's ten oh five. At nine o'clock, at seven p m."),
    ("$12.50, $1, €1,234 or £0.99", "twelve dollars and fifty cents, one dollar, one thousand two hundred thirty-four euros"
     " or ninety-nine pence"),
    ("$1.2 million", "one point two million dollars"),
    ("15% of 3.5 km, about -5 °C", "fifteen percent of three point five kilometers, about minus five degrees Celsius"),
    ("5-7 people, 9:00-17:00", "five to seven people, nine o'clock to seventeen hundred"),
    ("jane.doe2@example.co.uk, please", "jane dot doe two at example dot c o dot u k, please"),
    ("See https://www.example.com/menu.", "See example dot com slash menu."),
    ("+1 555-010-0123", "plus one, five five five, zero one zero, zero one two three"),
    ("(555) 010-0199 or 555-0100", "five five five, zero one zero, zero one nine nine or five five five, zero one zero zero"),
    ("code AB12-CD, order 100234567", "code A B one two, C D, order one zero zero, two three four, five six seven"),
    ("Dr. Smith, e.g. on Main St. at St. Mary", "Doctor Smith, for example on Main Street at Saint Mary"),
    ("since 1984, in 2005, 1984 people", "since nineteen eighty-four, in two thousand five, one thousand nine hundred eighty-four"
     " people"),
    ("No. 5 & 6", "number five and six"),
    ("Room 12.", "Room twelve."),
    ("I may come. Call me on Mar a moment", "I may come. Call me on Mar a moment"),
    ("24/7, version 2.0.1, A4", "24/7, version 2.0.1, A4"),
]  # fmt: skip
GERMAN = [
    ("am 12. März 2026 um 19:30 Uhr", "am zwölften März zweitausendsechsundzwanzig um neunzehn Uhr dreißig"),
    ("12.03.2026, vom 1.4. bis 5.4.", "zwölfter März zweitausendsechsundzwanzig, vom ersten April bis fünften April"),
    ("12,50 €, 1 € oder 1.234 EUR", "zwölf Euro fünfzig, ein Euro oder eintausendzweihundertvierunddreißig Euro"),
    ("max.m@beispiel.de", "max Punkt m ät beispiel Punkt d e"),
    ("030 1234567", "null drei null, eins zwei drei vier fünf sechs sieben"),
    ("z.B. in der Hauptstr. 5", "zum Beispiel in der Hauptstraße fünf"),
    ("der 2. Versuch, um 3. Danach", "der zweite Versuch, um drei. Danach"),
    ("15 % von 3,5 km, Nr. 7, ca. 20 Min.", "fünfzehn Prozent von drei Komma fünf Kilometer, Nummer sieben, circa zwanzig Minuten"),
    ("um 7.30 Uhr, 1 Uhr", "um sieben Uhr dreißig, ein Uhr"),
    ("im Jahr 1984", "im Jahr neunzehnhundertvierundachtzig"),
]  # fmt: skip
FRENCH = [
    ("Le 1er mars 2026 à 19h30", "Le premier mars deux mille vingt-six à dix-neuf heures trente"),
    ("12,50 €, 3e étage", "douze euros cinquante centimes, troisième étage"),
    ("jean@exemple.fr", "jean arobase exemple point f r"),
]
SPANISH = [
    ("El 12 de marzo de 2026", "El doce de marzo de dos mil veintiséis"),
    ("12,50 €, 15 %", "doce euros con cincuenta céntimos, quince por ciento"),
]
LINES = [
    (code, *line)
    for code, lines in (("en", ENGLISH), ("de", GERMAN), ("fr", FRENCH), ("es", SPANISH))
    for line in lines
]


@pytest.mark.parametrize(("language", "written", "said"), LINES)
def test_what_is_written_is_said_in_words(language: str, written: str, said: str) -> None:
    assert spoken_form(written, language).text == said
    assert spoken_form(written, f"{language}-XX").text == said


def test_a_language_without_rules_is_said_as_it_is_written() -> None:
    assert spoken_form("7:30, 12 €", "xx").text == "7:30, 12 €"


def test_each_written_word_has_its_share_of_what_is_said() -> None:
    spoken = spoken_form("It costs $12.50 today.", "en")
    assert spoken.letters == (2, 5, len("twelve dollars and fifty cents"), 6)


def test_a_price_counts_as_heard_when_all_of_it_was_said() -> None:
    text = "It costs $12.50 today."
    spoken = spoken_form(text, "en")
    ledger = Ledger()
    samples = 100 * (len(spoken.text) + 1)
    ledger.said(text, 0, samples, letters=spoken.letters)
    before = 100 * spoken.text.index("cents")
    assert ledger.heard(before) == "It costs"
    assert ledger.heard(100 * (spoken.text.index(" today") + 1)) == "It costs $12.50"


@given(some.text("aB1290 .,:@/-+$€%()#&\nzÄ", max_size=60), some.sampled_from(["en", "de", "fr", "es"]))
def test_anything_can_be_said_and_every_word_has_a_share(text: str, language: str) -> None:
    spoken = spoken_form(text, language)
    assert len(spoken.letters) == len(text.split())
    assert all(count >= 0 for count in spoken.letters)
    assert "@" not in spoken.text or "@" in text
