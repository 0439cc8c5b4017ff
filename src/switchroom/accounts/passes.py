"""Passes: SIP credentials that are good for minutes, for a browser or a desk that somebody has signed in to.

A pass is not stored. Its user name says whose it is and until when, ``anna~tjf4xs``, and its password is the keyed hash of that
name and the realm, so that whoever holds the installation's secret can check it. The whole account can be disabled; one
pass cannot, which is why it ends soon.
"""

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

LIFETIME = 600.0
"""Seconds in which a pass registers and calls; a registration that it made lasts as long as it says."""
MARK = "~"
"""Between the name and the time; no account has it in its name."""

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Pass:
    """What to answer a challenge with until the time ``until``."""

    user: str
    password: str = field(repr=False)
    until: float


def issue(name: str, realm: str, secret: str, now: float) -> Pass:
    """Return a pass for the account ``name``."""
    until = int(now + LIFETIME)
    user = f"{name}{MARK}{_written(until)}"
    return Pass(user, password_of(user, realm, secret), float(until))


def bearer(user: str) -> tuple[str, float] | None:
    """Return whose pass a user name is and until when, None for the name of an account. It may be forged: ask for the password."""
    name, mark, text = user.rpartition(MARK)
    if not mark or not text or len(text) > len(_DIGITS) or any(letter not in _DIGITS for letter in text):
        return None
    return name, float(int(text, 36))


def password_of(user: str, realm: str, secret: str) -> str:
    """Return the password that goes with the user name of a pass."""
    key = hmac.new(secret.encode(), b"switchroom/sip-pass", hashlib.sha256).digest()
    proof = hmac.new(key, f"{user}@{realm}".encode("utf-8", "replace"), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(proof[:18]).decode()


def _written(number: int) -> str:
    letters = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        letters = _DIGITS[digit] + letters
    return letters or "0"
