"""Secrets that travel in a link: long and random, of which only a keyed digest is stored."""

import hashlib
import hmac
import secrets
from typing import Literal

LinkPurpose = Literal["invitation", "reset", "recovery"]


def mint() -> str:
    """Return a new secret of 256 bits."""
    return secrets.token_urlsafe(32)


def digest(text: str, purpose: LinkPurpose, secret: str) -> str:
    """Return what is stored of one. It is random, so a slow hash would protect it no better."""
    keyed = b"switchroom/" + purpose.encode() + b"/" + text.encode()
    return hmac.new(secret.encode(), keyed, hashlib.sha256).hexdigest()
