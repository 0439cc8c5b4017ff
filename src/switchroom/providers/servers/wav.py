"""Reads a WAV file as it arrives: what its header says, then its samples as mono 16-bit PCM. Pure.

A server that makes speech does not know its length when it begins, so the sizes in the header are not believed.
"""

import struct

import numpy as np

from switchroom.errors import Unavailable

_LARGEST_HEADER = 64 * 1024
_PCM, _EXTENSIBLE = 1, 0xFFFE


class WavReader:
    """One file. ``rate`` is known once the first samples came."""

    def __init__(self, who: str) -> None:
        self._who = who
        self._kept = b""
        self._channels = 1
        self._begun = False
        self.rate = 0

    def read(self, data: bytes) -> bytes:
        """Take more of the file; return what is sound of it. Raises Unavailable for a file of another kind."""
        self._kept += data
        if not self._begun and not self._header():
            return b""
        size = len(self._kept) - len(self._kept) % (2 * self._channels)
        sound, self._kept = self._kept[:size], self._kept[size:]
        if self._channels == 1:
            return sound
        mixed = np.frombuffer(sound, "<i2").reshape(-1, self._channels).mean(axis=1)
        pcm: bytes = mixed.astype("<i2").tobytes()
        return pcm

    def _header(self) -> bool:
        """Take the header off; return whether all of it was there."""
        if self._kept[:4] not in {b"RIFF", b"RIFF"[: len(self._kept)]}:
            raise Unavailable(f"{self._who} sends something that is no WAV file: set it up to", code="provider_failed")
        at = 12
        while len(self._kept) >= at + 8:
            name, size = struct.unpack_from("<4sI", self._kept, at)
            if name == b"data":
                self._kept, self._begun = self._kept[at + 8 :], True
                return True
            if name == b"fmt " and len(self._kept) >= at + 24:
                self._format(*struct.unpack_from("<HHIIHH", self._kept, at + 8))
            at += 8 + size + size % 2
        if len(self._kept) > _LARGEST_HEADER:
            raise Unavailable(f"{self._who} sends a WAV file without sound", code="provider_failed")
        return False

    def _format(self, kind: int, channels: int, rate: int, _bytes: int, _block: int, bits: int) -> None:
        if kind not in {_PCM, _EXTENSIBLE} or bits != 16 or not channels:
            raise Unavailable(f"{self._who} sends WAV of {bits} bits: set it up for 16", code="provider_failed")
        self._channels, self.rate = channels, rate
