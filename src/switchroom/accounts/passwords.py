"""Passwords: hashed by argon2, a few at a time, beside the event loop.

Whoever is unknown is checked against ``nobody``, so that they cost as much as whoever is known. A hash made with other
parameters than today's is made anew when its password is shown the next time.
"""

import asyncio

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from switchroom.errors import Invalid

SHORTEST, LONGEST = 8, 1024
HASHES_AT_ONCE = 2
"""Each takes 64 MiB and a core for some 50 ms."""


class Passwords:
    """Hashes passwords, and checks them."""

    def __init__(self, hasher: PasswordHash | None = None) -> None:
        self._hasher = hasher or PasswordHash((Argon2Hasher(),))
        self._hashing = asyncio.Semaphore(HASHES_AT_ONCE)
        self._nobody = self._hasher.hash("nobody has this password")

    async def hash(self, password: str) -> str:
        """Return what is stored of a password. Raises Invalid if it is too short or too long."""
        check(password)
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def verify(self, password: str, hashed: str | None) -> bool:
        """Return whether it is the password; for nobody's (None) it takes as long to say no."""
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.verify, password, hashed or self._nobody)

    async def renewed(self, password: str, hashed: str) -> str | None:
        """Return a new hash of a password that was right, None while the old one is made as hashes are made today."""
        if not self._hasher.current_hasher.check_needs_rehash(hashed):
            return None
        async with self._hashing:
            return await asyncio.to_thread(self._hasher.hash, password)


def check(password: str) -> None:
    """Raise Invalid unless this may be somebody's password."""
    if len(password) < SHORTEST:
        raise Invalid(f"a password has at least {SHORTEST} characters")
    if len(password) > LONGEST:
        raise Invalid(f"a password has at most {LONGEST} characters")
