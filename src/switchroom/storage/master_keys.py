"""The master keys of an installation: the first seals, all of them open, so that one can be changed while everything runs.

They are given by the environment, or kept in a file that its owner alone may read, one a line; the file is looked at whenever
something is sealed or was sealed by a key that is not known, so a running process takes a new key up by itself. The installation's
secret is always the last of them: it is what everything was sealed by before there were others.
"""

import hashlib
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from switchroom.errors import Unavailable

_LEAST = 32


class MasterKey:
    """One key: what it wraps other keys with, and the name by which boxes say that it was this one."""

    __slots__ = ("name", "secret", "wrapping")

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self.wrapping = HKDF(hashes.SHA256(), 32, None, b"switchroom/vault/wrap").derive(secret.encode())
        self.name = hashlib.sha256(b"switchroom/vault/name" + self.wrapping).hexdigest()[:12]


class MasterKeys:
    """All of them, the one that seals first."""

    def __init__(self, secret: str, given: Sequence[str] = (), file: Path | None = None) -> None:
        self._last = MasterKey(secret)
        self._given = [MasterKey(one) for one in given if one]
        self.file = None if self._given else file
        self._read: tuple[float, int] | None = None
        self._kept: list[MasterKey] = []

    @property
    def first(self) -> MasterKey:
        """The key that seals now. Raises Unavailable if the file cannot be used."""
        return self.all()[0]

    def all(self) -> list[MasterKey]:
        """Return every key that opens. Raises Unavailable if the file cannot be used."""
        if self.file is not None:
            self._look(self.file)
        return [*self._given, *self._kept, self._last]

    def named(self, name: str) -> MasterKey | None:
        """Return the key of that name; None if it is not known."""
        return next((key for key in self.all() if key.name == name), None)

    def add(self) -> None:
        """Put a fresh key before those of the file. Raises Unavailable without a file."""
        self._write([secrets.token_urlsafe(48), *(key.secret for key in self.all()[:-1])])

    def forget(self) -> None:
        """Keep the first key of the file alone."""
        self._write([self.first.secret])

    def _write(self, keys: Sequence[str]) -> None:
        if self.file is None:
            raise Unavailable("the master keys come from the environment: change them there", code="master_keys")
        self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        fresh = self.file.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write("\n".join(keys) + "\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.file)

    def _look(self, file: Path) -> None:
        try:
            found = file.stat()
        except FileNotFoundError:
            self._read, self._kept = None, []
            return
        if found.st_mode & 0o077:
            raise Unavailable(f"others can read the master keys in {file}: chmod 600 {file}", code="master_keys")
        if self._read == (found.st_mtime, found.st_ino):
            return
        lines = [line.strip() for line in file.read_text(encoding="utf-8").splitlines() if line.strip()]
        if any(len(line) < _LEAST for line in lines):
            raise Unavailable(f"a master key in {file} is shorter than {_LEAST} characters", code="master_keys")
        self._read, self._kept = (found.st_mtime, found.st_ino), [MasterKey(line) for line in lines]


def together(secret: str) -> str:
    """Return the secret and, a line each, the master keys that it brings along: all that opens what was sealed."""
    keys = secret.master_keys.all()[:-1] if isinstance(secret, InstallationSecret) else []
    return "\n".join([str(secret), *(key.secret for key in keys)])


class InstallationSecret(str):
    """The installation's secret, which brings its master keys along to every vault that is made of it."""

    master_keys: MasterKeys

    def __new__(cls, secret: str, master_keys: MasterKeys) -> "InstallationSecret":
        """Return the secret with its keys."""
        made = super().__new__(cls, secret)
        made.master_keys = master_keys
        return made
