"""Opus (RFC 6716) by the system's libopus, which is looked for by name when first asked for; 16 kHz, mono, speech.

The library's state of a stream is a block of memory of ours, so there is nothing to close. What comes is checked by the
library: bytes that are no Opus give an OpusError and leave the state as it was.
"""

import ctypes
import ctypes.util
from functools import lru_cache

from switchroom.errors import Invalid, Unavailable
from switchroom.media.frame import RATE

_LONGEST = RATE * 120 // 1000  # samples in a packet (RFC 6716 section 3.2)
_VOIP, _VOICE = 2048, 3001
_SET_BITRATE, _SET_COMPLEXITY, _SET_FEC, _SET_LOSS, _SET_SIGNAL = 4002, 4010, 4012, 4014, 4024
_BITRATE = 32_000  # at 24,000 the redundancy leaves no room for the band above 6 kHz
_COMPLEXITY = 1  # of 10; 3 costs half as much again, 9 six times, and 16 kHz at this rate sound well without
_EXPECTED_LOSS = 10  # per cent; at 5 no packet carries the one before
_LARGEST = 1275


class OpusError(Invalid):
    """The bytes are no Opus packet."""


@lru_cache(maxsize=1)
def library() -> ctypes.CDLL | None:
    """Return libopus; None if it is not on this machine."""
    try:
        found = _opened()
        found.opus_get_version_string.restype = ctypes.c_char_p
        for function, arguments in _FUNCTIONS.items():
            getattr(found, function).argtypes = arguments
    except (OSError, AttributeError):
        return None
    return found


def _opened() -> ctypes.CDLL:
    """Open it by the name that Linux has for it; looking it up elsewhere starts processes, which takes a while. Raises OSError."""
    try:
        return ctypes.CDLL("libopus.so.0")
    except OSError:
        name = ctypes.util.find_library("opus")
        if name is None:
            raise
        return ctypes.CDLL(name)


_FUNCTIONS = {
    "opus_decoder_get_size": [ctypes.c_int],
    "opus_encoder_get_size": [ctypes.c_int],
    "opus_decoder_init": [ctypes.c_char_p, ctypes.c_int32, ctypes.c_int],
    "opus_encoder_init": [ctypes.c_char_p, ctypes.c_int32, ctypes.c_int, ctypes.c_int],
    "opus_encoder_ctl": [ctypes.c_char_p, ctypes.c_int, ctypes.c_int32],
    "opus_decode": [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int32, ctypes.c_char_p, ctypes.c_int, ctypes.c_int],
    "opus_encode": [ctypes.c_char_p, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int32],
    "opus_packet_get_nb_samples": [ctypes.c_char_p, ctypes.c_int32, ctypes.c_int32],
}


def version() -> str | None:
    """Return how the library names itself; None if it is not here."""
    found = library()
    return None if found is None else bytes(found.opus_get_version_string()).decode("ascii", "replace")


def samples_in(packet: bytes) -> int:
    """Return how many samples at 16 kHz a packet holds. Raises OpusError."""
    count = int(_loaded().opus_packet_get_nb_samples(packet, len(packet), RATE)) if packet else 0
    if not 0 < count <= _LONGEST:
        raise OpusError(f"{len(packet)} bytes are no Opus packet")
    return count


class OpusDecoder:
    """One stream's decoder; what it returns is 16-bit little-endian at 16 kHz. Raises Unavailable without the library."""

    def __init__(self) -> None:
        self._library = _loaded()
        self._state = ctypes.create_string_buffer(self._library.opus_decoder_get_size(1))
        self._library.opus_decoder_init(self._state, RATE, 1)
        self._samples = ctypes.create_string_buffer(2 * _LONGEST)

    def decode(self, packet: bytes) -> bytes:
        """Return the samples of the next packet. Raises OpusError."""
        return self._decode(packet, _LONGEST, 0)

    def restore(self, packet: bytes, count: int) -> bytes:
        """Return ``count`` samples of the lost packet before this one, which is to be decoded next. Raises OpusError."""
        return self._decode(packet, count, 1)

    def conceal(self, count: int) -> bytes:
        """Return ``count`` samples in place of a lost packet."""
        return self._decode(None, count, 0)

    def _decode(self, packet: bytes | None, count: int, fec: int) -> bytes:
        size = 0 if packet is None else len(packet)
        got = int(self._library.opus_decode(self._state, packet, size, self._samples, count, fec))
        if got <= 0:
            raise OpusError(f"{size} bytes are no Opus packet: error {got}")
        return self._samples.raw[: 2 * got]


class OpusEncoder:
    """One stream's encoder. Raises Unavailable without the library."""

    def __init__(self) -> None:
        self._library = _loaded()
        self._state = ctypes.create_string_buffer(self._library.opus_encoder_get_size(1))
        self._library.opus_encoder_init(self._state, RATE, 1, _VOIP)
        settings = (_SET_BITRATE, _BITRATE), (_SET_COMPLEXITY, _COMPLEXITY), (_SET_SIGNAL, _VOICE)
        for setting, value in (*settings, (_SET_FEC, 1), (_SET_LOSS, _EXPECTED_LOSS)):
            self._library.opus_encoder_ctl(self._state, setting, value)
        self._packet = ctypes.create_string_buffer(_LARGEST)

    def encode(self, samples: bytes) -> bytes:
        """Return the packet for 2.5 to 60 ms of 16-bit little-endian samples. Raises Invalid for another length."""
        got = int(self._library.opus_encode(self._state, samples, len(samples) // 2, self._packet, _LARGEST))
        if got <= 0:
            raise Invalid(f"{len(samples)} bytes of samples cannot be one Opus packet: error {got}")
        return self._packet.raw[:got]


def _loaded() -> ctypes.CDLL:
    found = library()
    if found is None:
        raise Unavailable("Opus needs libopus: apt-get install libopus0", code="no_opus")
    return found
