"""Signatures by the Standard Webhooks scheme: HMAC-SHA256 over id, time and body, one for each secret that is good.

While a secret is replaced the old one signs too, for a day: a receiver that knows either takes what is sent.
"""

import base64
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime

from standardwebhooks.webhooks import Webhook

PREFIX = "whsec_"
OVERLAP = 86400.0
"""How long an old secret still signs, seconds."""

_CURRENT, _UNTIL = "current", "until:"


def new_secret() -> str:
    """Return a secret that nobody can guess."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def first(secret: str) -> Mapping[str, str]:
    """Return what is sealed of an endpoint with one secret."""
    return {_CURRENT: secret}


def rotated(box: Mapping[str, str], secret: str, now: float) -> Mapping[str, str]:
    """Return what is sealed once ``secret`` is the one, and those before it are good for another while."""
    old = {f"{_UNTIL}{now + OVERLAP}": box[_CURRENT]} if _CURRENT in box else {}
    return {**_good(box, now), **old, _CURRENT: secret}


def good(box: Mapping[str, str], now: float) -> list[str]:
    """Return the secrets that sign now, the newest first."""
    current = [box[_CURRENT]] if _CURRENT in box else []
    return current + [secret for _, secret in sorted(_good(box, now).items(), key=_end, reverse=True)]


def _good(box: Mapping[str, str], now: float) -> dict[str, str]:
    """Return the old secrets that are still good, under the names they are sealed by."""
    return {name: secret for name, secret in box.items() if name.startswith(_UNTIL) and _end((name, secret)) > now}


def _end(named: tuple[str, str]) -> float:
    return float(named[0][len(_UNTIL) :])


def sign(keys: list[str], id_: str, at: float, body: bytes) -> str:
    """Return the value of ``webhook-signature``."""
    when, text = datetime.fromtimestamp(int(at), UTC), body.decode()
    return " ".join(Webhook(key).sign(id_, when, text) for key in keys)


def headers(keys: list[str], id_: str, at: float, body: bytes) -> dict[str, str]:
    """Return the headers of one attempt. ``id_`` is the event's: the same at every attempt, so that a receiver knows it again."""
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at)),
        "webhook-signature": sign(keys, id_, at, body),
    }
