"""The installation's secret in a back-up: sealed by a passphrase, known again by a mark that tells nothing of it."""

import base64
import hashlib
import hmac
import json
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from switchroom.errors import Denied, Invalid

SHORTEST = 12
_COST = 2**15
_ABOUT = b"switchroom/backup"


def mark_of(secret: str) -> str:
    """Return what tells whether another installation has the same secret."""
    return hmac.new(secret.encode(), _ABOUT, hashlib.sha256).hexdigest()[:16]


def seal(secret: str, passphrase: str) -> str:
    """Return the secret sealed. Raises Invalid for a passphrase that is too short."""
    if len(passphrase) < SHORTEST:
        raise Invalid(f"the passphrase is too short: use {SHORTEST} characters or more", code="passphrase")
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    box = AESGCM(_key(passphrase, salt)).encrypt(nonce, secret.encode(), _ABOUT)
    return json.dumps({name: base64.b64encode(part).decode() for name, part in _named(salt, nonce, box)})


def unseal(sealed: str, passphrase: str) -> str:
    """Return the secret. Raises Denied for another passphrase."""
    parts = {name: base64.b64decode(part) for name, part in json.loads(sealed).items()}
    try:
        return AESGCM(_key(passphrase, parts["salt"])).decrypt(parts["nonce"], parts["box"], _ABOUT).decode()
    except InvalidTag as error:
        raise Denied("the passphrase is not the one that the secret was sealed with", code="passphrase") from error


def _named(salt: bytes, nonce: bytes, box: bytes) -> list[tuple[str, bytes]]:
    return [("salt", salt), ("nonce", nonce), ("box", box)]


def _key(passphrase: str, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase.encode())
