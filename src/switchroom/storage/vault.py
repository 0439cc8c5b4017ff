"""The vault: secrets of others (carriers' passwords) as they are stored, sealed in envelopes.

Every box has a key of its own, which is wrapped by the master key and kept with it; what is inside is bound to its ``owner``:
moved to another row it does not open. So a master key is changed by wrapping the small keys anew, without opening anything.
What is in a box is neither shown nor logged; a box made under another master key says so.

    v2.<name of the master key>.<nonce, wrapped key, nonce, contents>
    v1.<salt, nonce, contents>         of before there were master keys: its key is derived from the secret and the salt
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
from switchroom.storage.master_keys import InstallationSecret, MasterKey, MasterKeys

_SALT, _NONCE, _KEY = 16, 12, 32
_WRAPPED = _NONCE + _KEY + 16
_WRAPPING = b"switchroom/vault/key"


class Vault:
    """Seals and opens mappings of names to secrets."""

    def __init__(self, secret: str | MasterKeys) -> None:
        match secret:
            case MasterKeys():
                self._keys = secret
            case InstallationSecret():
                self._keys = secret.master_keys
            case _:
                self._keys = MasterKeys(secret)

    def seal(self, contents: Mapping[str, str], owner: str) -> str:
        """Return the box that only ``open`` with the same owner opens; "" for nothing."""
        if not contents:
            return ""
        key, nonce = secrets.token_bytes(_KEY), secrets.token_bytes(_NONCE)
        return _boxed(self._keys.first, key, nonce + AESGCM(key).encrypt(nonce, _packed(contents), owner.encode()))

    def open(self, box: str, owner: str) -> Mapping[str, str]:
        """Return what was sealed. Raises Unavailable for a box made under another master key or for another owner."""
        if not box:
            return {}
        try:
            key, closed = self._unwrapped(box)
            text = AESGCM(key).decrypt(closed[:_NONCE], closed[_NONCE:], owner.encode())
            contents: dict[str, str] = json.loads(text)
        except (ValueError, InvalidTag) as error:
            message = (
                f"the secrets of {owner} cannot be opened: they were sealed under another master key; enter them anew"
            )
            raise Unavailable(message, code="sealed") from error
        return contents

    def is_current(self, box: str) -> bool:
        """Return whether a box is wrapped by the key that seals now; so is an empty one."""
        return not box or box.startswith(f"v2.{self._keys.first.name}.")

    def rewrapped(self, box: str) -> str:
        """Return the box, unopened, under the key that seals now. Raises Unavailable if no key is known that it was made under."""
        try:
            key, closed = self._unwrapped(box)
        except (ValueError, InvalidTag) as error:
            message = "a box was sealed under a master key that is not known"
            raise Unavailable(message, code="sealed") from error
        return _boxed(self._keys.first, key, closed)

    def _unwrapped(self, box: str) -> tuple[bytes, bytes]:
        """Return the key of a box, and what it closes. Raises ValueError or InvalidTag."""
        version, _, rest = box.partition(".")
        if version == "v1":
            raw = base64.urlsafe_b64decode(rest)
            return self._derived(raw[:_SALT]), raw[_SALT:]
        if version != "v2":
            raise ValueError("a newer program has sealed it")
        name, _, text = rest.partition(".")
        master = self._keys.named(name)
        if master is None:
            raise ValueError("its master key is not known")
        raw = base64.urlsafe_b64decode(text)
        key = AESGCM(master.wrapping).decrypt(raw[:_NONCE], raw[_NONCE:_WRAPPED], _WRAPPING)
        return key, raw[_WRAPPED:]

    def _derived(self, salt: bytes) -> bytes:
        """Return the key of a box of before: it was made of the installation's secret."""
        last = self._keys.all()[-1]
        return HKDF(hashes.SHA256(), _KEY, salt, b"switchroom/vault").derive(last.secret.encode())


def _packed(contents: Mapping[str, str]) -> bytes:
    return json.dumps(dict(contents)).encode()


def _boxed(master: MasterKey, key: bytes, closed: bytes) -> str:
    nonce = secrets.token_bytes(_NONCE)
    wrapped = nonce + AESGCM(master.wrapping).encrypt(nonce, key, _WRAPPING)
    return f"v2.{master.name}.{base64.urlsafe_b64encode(wrapped + closed).decode()}"
