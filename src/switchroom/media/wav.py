"""WAV files: the 44 bytes in front, and reading a clip into samples.

A file whose writer died keeps whatever sizes its header had, so when reading, what is really there counts.
"""

import struct
from dataclasses import dataclass
from typing import Literal

import numpy as np

from switchroom.errors import Invalid
from switchroom.media.frame import RATE, Samples
from switchroom.media.g711 import decode_alaw, decode_ulaw
from switchroom.media.resample import resample

HEADER_SIZE = 44

_PCM, _ALAW, _ULAW, _EXTENSIBLE = 1, 6, 7, 0xFFFE
_BITS = {_PCM: 16, _ALAW: 8, _ULAW: 8}
_LARGEST = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class WavFormat:
    """What a WAV file holds and where: ``coding`` is the WAVE format tag, ``start`` and ``size`` the data in bytes."""

    coding: int
    channels: int
    rate: int
    bits: int
    start: int
    size: int


def header(rate: int, channels: int, data_size: int) -> bytes:
    """Return the header of 16-bit PCM; sizes beyond 4 GiB stay at the largest the format can say."""
    block = 2 * channels
    riff, data = min(36 + data_size, _LARGEST), min(data_size, _LARGEST)
    kind = struct.pack("<4sIHHIIHH", b"fmt ", 16, _PCM, channels, rate, rate * block, block, 16)
    return struct.pack("<4sI4s", b"RIFF", riff, b"WAVE") + kind + struct.pack("<4sI", b"data", data)


def parse(data: bytes) -> WavFormat:
    """Return the format of a WAV file. Raises Invalid if it is none."""
    if len(data) < 12 or data[:4] != b"RIFF" or data[8:12] != b"WAVE":
        raise Invalid("this is not a WAV file: it does not begin with RIFF and WAVE")
    found: tuple[int, int, int, int] | None = None
    at = 12
    while at + 8 <= len(data):
        name, size = struct.unpack_from("<4sI", data, at)
        at += 8
        if name == b"fmt ":
            found = _format(data[at : at + size])
        elif name == b"data":
            if found is None:
                raise Invalid("this WAV file has its data before its format")
            return WavFormat(*found, start=at, size=min(size or _LARGEST, len(data) - at))
        at += size + size % 2
    raise Invalid("this WAV file has no data")


def _format(chunk: bytes) -> tuple[int, int, int, int]:
    if len(chunk) < 16:
        raise Invalid("this WAV file's format is cut off")
    coding, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", chunk)
    if coding == _EXTENSIBLE and len(chunk) >= 26:
        (coding,) = struct.unpack_from("<H", chunk, 24)
    if channels == 0 or rate == 0:
        raise Invalid(f"this WAV file claims {channels} channels at {rate} Hz")
    return coding, channels, rate, bits


Channel = Literal["left", "right", "both"]


def read(data: bytes, channel: Channel = "both") -> Samples:
    """Return a whole clip, or one channel of it, as mono at 16 kHz. Raises Invalid unless it is 16-bit PCM, A-law or mu-law."""
    wav = parse(data)
    if _BITS.get(wav.coding) != wav.bits:
        raise Invalid(f"this WAV file holds {wav.bits}-bit audio of kind {wav.coding}: use 16-bit PCM, A-law or mu-law")
    width = wav.channels * wav.bits // 8
    content = data[wav.start : wav.start + wav.size // width * width]
    if wav.coding == _PCM:
        samples = np.frombuffer(content, "<i2").astype(np.int16)
    else:
        codes = np.frombuffer(content, np.uint8)
        samples = decode_ulaw(codes) if wav.coding == _ULAW else decode_alaw(codes)
    if wav.channels > 1:
        samples = _mono(samples.reshape(-1, wav.channels), channel)
    return resample(samples, wav.rate, RATE)


def _mono(samples: Samples, channel: Channel) -> Samples:
    if channel == "both":
        mixed: Samples = samples.mean(axis=1).round().astype(np.int16)
        return mixed
    return np.ascontiguousarray(samples[:, 0 if channel == "left" else 1])
