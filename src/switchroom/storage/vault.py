"""The vault: secrets of others (carriers' passwords) as they are stored, sealed under the installation's own secret.

Every box has a key of its own, derived from that secret and a salt in the box, and is bound to its ``owner``: moved to another
row it does not open. What is in a box is neither shown nor logged; a box made under another secret says so.
"""

import base64
import json
import secrets
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from switchroom.errors import Unavailable

_SALT, _NONCE = 16, 12
_VERSION = "v1"


class Vault:
    """Seals and opens mappings of names to secrets."""

    def __init__(self, secret: str) -> None:
        self._secret = secret.encode()

    def seal(self, contents: Mapping[str, str], owner: str) -> str:
        """Return the box that only ``open`` with the same owner opens; "" for nothing."""
        if not contents:
            return ""
        salt, nonce = secrets.token_bytes(_SALT), secrets.token_bytes(_NONCE)
        closed = AESGCM(self._key(salt)).encrypt(nonce, json.dumps(dict(contents)).encode(), owner.encode())
        return f"{_VERSION}.{base64.urlsafe_b64encode(salt + nonce + closed).decode()}"

    def open(self, box: str, owner: str) -> Mapping[str, str]:
        """Return what was sealed. Raises Unavailable for a box made under another secret or for another owner."""
        if not box:
            return {}
        try:
            version, _, text = box.partition(".")
            raw = base64.urlsafe_b64decode(text)
            salt, nonce, closed = raw[:_SALT], raw[_SALT : _SALT + _NONCE], raw[_SALT + _NONCE :]
            contents: dict[str, str] = json.loads(AESGCM(self._key(salt)).decrypt(nonce, closed, owner.encode()))
        except (ValueError, InvalidTag) as error:
            message = f"the secrets of {owner} cannot be opened: they were sealed under another SWITCHROOM_SECRET; enter them anew"
            raise Unavailable(message, code="sealed") from error
        if version != _VERSION:
            raise Unavailable(f"the secrets of {owner} were sealed by a newer version", code="sealed")
        return contents

    def _key(self, salt: bytes) -> bytes:
        return HKDF(hashes.SHA256(), 32, salt, b"switchroom/vault").derive(self._secret)
