"""What mails say, in which language, and that names break nothing."""

import pytest

from switchroom.mail.carriers import message
from switchroom.mail.letters import LANGUAGES, WORDINGS, Brand, Occasioned, spoken, write

ACME = Brand("Acme", "", "https://acme.example/")


def test_a_letter_says_the_same_as_text_and_as_html() -> None:
    about = Occasioned("invitation", "en", "bo@example.com", "Bo", "Acme", "/invitation?token=abc")
    letter = write(about, ACME)
    assert letter.subject == "Your invitation to Acme"
    assert "https://acme.example/invitation?token=abc" in letter.text
    assert 'href="https://acme.example/invitation?token=abc"' in letter.html
    assert letter.text.startswith("Hello Bo,\n\nAcme invites you to Acme.")


def test_every_occasion_is_worded_in_every_language() -> None:
    assert {occasion for wordings in WORDINGS.values() for occasion in wordings} == set(WORDINGS["en"])
    for language in LANGUAGES:
        for occasion in WORDINGS["en"]:
            letter = write(Occasioned(occasion, language, "bo@example.com", "Bo", "Acme", "/x"), ACME)
            assert "{" not in letter.text + letter.subject + letter.html.replace("{font", "")
            assert f'lang="{language}"' in letter.html


def test_a_name_is_neither_markup_nor_another_header() -> None:
    about = Occasioned("reset", "en", "bo@example.com", "<b>Bo</b>", "Acme", "/x")
    letter = write(about, Brand("Acme\r\nBcc: all@example.com", "", "https://acme.example"))
    assert "<b>" not in letter.html
    made = message("mail_1", letter, "switchroom@acme.example")
    assert made["Bcc"] is None
    assert made["Message-ID"] == "<mail_1@acme.example>"
    assert made["From"].startswith('"Acme Bcc: all@example.com"') or "Acme Bcc" in made["From"]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("de-AT,de;q=0.9,en;q=0.8", "de"),
        ("fr-FR,fr;q=0.9", "en"),
        ("fr, de;q=0.8, en;q=0.7", "de"),
        ("en", "en"),
    ],
)
def test_people_are_written_to_in_the_first_of_their_languages_that_we_know(header: str, language: str) -> None:
    assert spoken(header) == language
