"""What a mail says: one wording per language and occasion, laid out as plain text and as simple HTML from the same parts.

Nothing is loaded from anywhere, and the link is written out, so it reads the same everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal

Occasion = Literal["invitation", "reset", "password_changed"]
Language = Literal["en", "de"]
LANGUAGES: tuple[Language, ...] = ("en", "de")


@dataclass(frozen=True, slots=True)
class Wording:
    """An occasion in one language: ``{brand}``, ``{organisation}`` and ``{name}`` are filled in."""

    subject: str
    greeting: str
    lines: tuple[str, ...]
    button: str
    closing: str


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it is sent. ``sender`` is an address, ``sender_name`` how it is called."""

    to: str
    subject: str
    text: str
    html: str
    sender: str
    sender_name: str


@dataclass(frozen=True, slots=True)
class Brand:
    """In whose name a mail is written: the name, the sender's address ("": the installation's), and where links lead."""

    name: str
    sender: str
    home: str


_ENGLISH: Mapping[Occasion, Wording] = {
    "invitation": Wording(
        "Your invitation to {organisation}",
        "Hello {name},",
        (
            "{organisation} invites you to {brand}. Choose a password and you are in.",
            "The link is good for 7 days and for one use.",
        ),
        "Accept the invitation",
        "If you did not expect this, do nothing: without the link nobody gets in.",
    ),
    "reset": Wording(
        "A new password for {brand}",
        "Hello {name},",
        (
            "Somebody, most likely you, wants a new password for {brand}.",
            "The link is good for one hour and for one use. A new password signs you out everywhere.",
        ),
        "Choose a new password",
        "If it was not you, do nothing: your password stays as it is.",
    ),
    "password_changed": Wording(
        "Your password for {brand} was changed",
        "Hello {name},",
        ("Your password for {brand} was changed, and you were signed out everywhere.",),
        "Sign in",
        "If it was not you, ask for a new password at once and tell your administrator.",
    ),
}
_GERMAN: Mapping[Occasion, Wording] = {
    "invitation": Wording(
        "Ihre Einladung zu {organisation}",
        "Guten Tag {name},",
        (
            "{organisation} lädt Sie zu {brand} ein. Wählen Sie ein Passwort, und Sie sind dabei.",
            "Der Link gilt 7 Tage und einmal.",
        ),
        "Einladung annehmen",
        "Falls Sie damit nicht rechnen, tun Sie nichts: Ohne den Link kommt niemand hinein.",
    ),
    "reset": Wording(
        "Ein neues Passwort für {brand}",
        "Guten Tag {name},",
        (
            "Jemand, wahrscheinlich Sie, möchte ein neues Passwort für {brand}.",
            "Der Link gilt eine Stunde und einmal. Ein neues Passwort meldet Sie überall ab.",
        ),
        "Neues Passwort wählen",
        "Falls Sie es nicht waren, tun Sie nichts: Ihr Passwort bleibt, wie es ist.",
    ),
    "password_changed": Wording(
        "Ihr Passwort für {brand} wurde geändert",
        "Guten Tag {name},",
        ("Ihr Passwort für {brand} wurde geändert, und Sie wurden überall abgemeldet.",),
        "Anmelden",
        "Falls Sie es nicht waren, fordern Sie sofort ein neues Passwort an und sagen Sie es Ihrer Verwaltung.",
    ),
}
WORDINGS: Mapping[Language, Mapping[Occasion, Wording]] = {"en": _ENGLISH, "de": _GERMAN}


@dataclass(frozen=True, slots=True)
class Occasioned:
    """What a mail is about: ``path`` is where its link leads, below the home of the brand."""

    occasion: Occasion
    language: Language
    to: str
    name: str
    organisation: str
    path: str


def write(about: Occasioned, brand: Brand) -> Letter:
    """Return the letter."""
    wording = WORDINGS[about.language][about.occasion]
    said = {"brand": _line(brand.name), "organisation": _line(about.organisation), "name": _line(about.name)}
    link = brand.home.rstrip("/") + about.path
    parts = [text.format(**said) for text in (wording.greeting, *wording.lines)]
    text = "\n\n".join((*parts, f"{wording.button}:\n{link}", wording.closing, f"-- \n{said['brand']}")) + "\n"
    html = _html([*parts], (wording.button, link), wording.closing, about.language)
    return Letter(about.to, wording.subject.format(**said), text, html, brand.sender, said["brand"])


def spoken(accept_language: str) -> Language:
    """Return the language of ours that a browser's ``Accept-Language`` (RFC 9110 §12.5.4) names first."""
    for part in accept_language.split(","):
        for language in LANGUAGES:
            if part.strip().lower().startswith(language):
                return language
    return "en"


def _html(parts: list[str], link: tuple[str, str], closing: str, language: Language) -> str:
    button, address = (escape(part) for part in link)
    paragraphs = "".join(f"<p>{escape(part)}</p>" for part in parts)
    style = "font-family:sans-serif;line-height:1.5;max-width:34em;margin:2em auto;color:#1a1a1a"
    call = f'<p><a href="{address}"><strong>{button}</strong></a><br><small>{address}</small></p>'
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    body = f'<body style="{style}">{paragraphs}{call}<p>{escape(closing)}</p></body>'
    return f'<!doctype html><html lang="{language}"><head>{head}</head>{body}</html>'


def _line(text: str) -> str:
    """Return a name as one line: it goes into headers."""
    return " ".join(text.split())
