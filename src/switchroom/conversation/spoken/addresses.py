"""What is spelled rather than read: e-mail addresses, web addresses, telephone numbers, codes."""

import re

from switchroom.conversation.spoken.tongue import Tongue

EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
URL = re.compile(
    r"(?:https?://|\bwww\.)[^\s<>()]+?(?=[.,;:!?)\]]*(?:\s|$))"
    r"|(?<![\w@.])[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|de|at|ch|fr|es|uk|eu|ai|app|dev|info)(?:/[^\s.,;:!?]*)?(?![\w.@])"
)
PHONE = re.compile(
    r"(?<![\w.,-])(?:\+\d{1,3}[ .\-/]?(?:\(0\)[ ]?)?)(?:\(?\d{1,5}\)?[ .\-/]?){1,5}\d{2,}(?![\w-])"
    r"|(?<![\w.,-])\(?0\d{1,5}\)?[ /\-]\d[\d \-]{3,}\d(?![\w-])"
    r"|(?<![\w.,-])\(?\d{3}\)?[ .\-]\d{3}[ .\-]\d{4}(?![\w-])"
    r"|(?<![\w.,-])\d{3}-\d{4}(?![\w-])"
)
CODE = re.compile(r"(?<![\w-])(?=[A-Z0-9-]*[A-Z])(?=[A-Z0-9-]*\d)[A-Z0-9]+(?:-[A-Z0-9]+)*(?![\w-])")
LONG = re.compile(r"(?<![\w.,+-])(?:0\d{2,}|\d{7,})(?![\w,.-]*\d)")

_PIECE = re.compile(r"[^\W\d_]+|\d+|[@._+/-]")
_SHORT_CODE = 4
_SPELLED = 3  # letters of a domain's last part, or of a name without a vowel
_VOWELS = set("aeiouyäöüéèáíóú")


def email(found: re.Match[str], tongue: Tongue) -> str:
    """Read an e-mail address: names as words, endings like "de" by letter."""
    return _address(found[0], tongue)


def url(found: re.Match[str], tongue: Tongue) -> str:
    """Read a web address without what everybody leaves out."""
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", found[0]).rstrip("/")
    return _address(bare.partition("?")[0], tongue)


def _address(text: str, tongue: Tongue) -> str:
    said: list[str] = []
    pieces = _PIECE.findall(text)
    for index, piece in enumerate(pieces):
        if piece.isdigit():
            said.append(tongue.digits(piece))
        elif not piece.isalpha():
            said.append(tongue.signs.of(piece))
        elif _is_spelled(piece, after_dot=index > 0 and pieces[index - 1] == "."):
            said.append(" ".join(piece))
        else:
            said.append(piece)
    return " ".join(said)


def _is_spelled(piece: str, *, after_dot: bool) -> bool:
    if piece.lower() in {"com", "org", "net", "app", "dev", "info"}:
        return False
    return (after_dot and len(piece) < _SPELLED) or not _VOWELS & set(piece.lower())


def phone(found: re.Match[str], tongue: Tongue) -> str:
    """Read a telephone number: digit by digit, with a pause where it is divided."""
    text = found[0].strip()
    groups = re.findall(r"\d+", text.replace("(0)", ""))
    said = ", ".join(tongue.digits(group) for group in groups)
    return f"{tongue.signs.plus} {said}" if text.startswith("+") else said


def code(found: re.Match[str], tongue: Tongue) -> str | None:
    """Spell a code, AB12-C: letter by letter, digit by digit. Short ones (A4, 3D) are names."""
    if len(found[0].replace("-", "")) < _SHORT_CODE:
        return None
    groups = found[0].split("-")
    return ", ".join(
        " ".join(tongue.digits(letter) if letter.isdigit() else letter for letter in group) for group in groups
    )


def long_number(found: re.Match[str], tongue: Tongue) -> str:
    """Read the number of an order or an account, by threes."""
    text = found[0]
    return ", ".join(tongue.digits(text[at : at + 3]) for at in range(0, len(text), 3))
