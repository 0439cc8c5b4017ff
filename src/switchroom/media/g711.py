"""G.711: eight bits per sample on the telephone wire.

Both laws are total functions on small domains, so each is one table, built at import and looked up for whole batches
at once. Arrays may have any shape.
"""

import numpy as np
import numpy.typing as npt

from switchroom.media.frame import Samples

Codes = npt.NDArray[np.uint8]

_ULAW_BIAS = 33  # on the 14-bit scale of the law
_ULAW_CLIP = 8158
_ULAW_ENDS = np.array([0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF])  # the last magnitude of each segment
_ALAW_ENDS = np.array([0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF])


def _every_sample() -> npt.NDArray[np.int64]:
    return np.arange(65536, dtype=np.uint16).view(np.int16).astype(np.int64)  # in the order of their bit patterns


def _ulaw_encoder() -> Codes:
    uniform = _every_sample() >> 2  # the law is defined on 14 bits; a 16-bit shortcut is wrong on 381 samples
    magnitude = np.minimum(np.abs(uniform), _ULAW_CLIP) + _ULAW_BIAS
    segment = np.searchsorted(_ULAW_ENDS, magnitude)
    code = (segment << 4) | ((magnitude >> (segment + 1)) & 0x0F)
    return np.asarray(code ^ np.where(uniform < 0, 0x7F, 0xFF), np.uint8)


def _ulaw_decoder() -> Samples:
    code = ~np.arange(256) & 0xFF
    magnitude = ((((code & 0x0F) << 3) + 0x84) << ((code & 0x70) >> 4)) - 0x84
    return np.asarray(np.where(code & 0x80, -magnitude, magnitude), np.int16)


def _alaw_encoder() -> Codes:
    uniform = _every_sample() >> 3  # 13 bits
    magnitude = np.where(uniform < 0, -uniform - 1, uniform)
    segment = np.searchsorted(_ALAW_ENDS, magnitude)
    code = (segment << 4) | ((magnitude >> np.maximum(segment, 1)) & 0x0F)
    return np.asarray(code ^ np.where(uniform < 0, 0x55, 0xD5), np.uint8)


def _alaw_decoder() -> Samples:
    code = np.arange(256) ^ 0x55
    segment = (code & 0x70) >> 4
    step = ((code & 0x0F) << 4) + np.where(segment, 0x108, 0x08)
    magnitude = step << np.maximum(segment - 1, 0)
    return np.asarray(np.where(code & 0x80, magnitude, -magnitude), np.int16)


_ULAW_OF = _ulaw_encoder()
_FROM_ULAW = _ulaw_decoder()
_ALAW_OF = _alaw_encoder()
_FROM_ALAW = _alaw_decoder()


def encode_ulaw(samples: Samples) -> Codes:
    """Return PCMU codes, in the shape of ``samples``."""
    return _ULAW_OF[samples.view(np.uint16)]


def decode_ulaw(codes: Codes) -> Samples:
    """Return the samples PCMU codes stand for."""
    return _FROM_ULAW[codes]


def encode_alaw(samples: Samples) -> Codes:
    """Return PCMA codes, in the shape of ``samples``."""
    return _ALAW_OF[samples.view(np.uint16)]


def decode_alaw(codes: Codes) -> Samples:
    """Return the samples PCMA codes stand for."""
    return _FROM_ALAW[codes]
