"""One stream from one encoding to another, for calls whose codec changes while the plane goes on with the first."""

from collections.abc import Callable, Mapping

import numpy as np

from switchroom.media import g711
from switchroom.media.band import decode, encode
from switchroom.media.frame import Encoding
from switchroom.media.resample import Resampler

_CODES = np.arange(256, dtype=np.uint8)
_TABLES: Mapping[tuple[Encoding, Encoding], bytes] = {  # a payload of one law, byte by byte, is one of the other
    (Encoding.PCMU, Encoding.PCMA): g711.encode_alaw(g711.decode_ulaw(_CODES)).tobytes(),
    (Encoding.PCMA, Encoding.PCMU): g711.encode_ulaw(g711.decode_alaw(_CODES)).tobytes(),
}
_ROW = np.zeros(1, np.intp)

Convert = Callable[[bytes], bytes]


def converter(source: Encoding, target: Encoding) -> Convert | None:
    """Return what makes payloads of ``target`` out of those of ``source``, one after the other; None if they are the same."""
    if source is target:
        return None
    table = _TABLES.get((source, target))
    if table is not None:
        return lambda payload: payload.translate(table)
    if source.rate == target.rate:
        return lambda payload: encode(target, decode(source, payload))
    resampler = Resampler(source.rate, target.rate, 1)

    def convert(payload: bytes) -> bytes:
        samples = decode(source, payload[: len(payload) // source.payload_size * source.payload_size])
        if len(samples) == 0:
            return b""
        return encode(target, resampler.convert(samples[None, :], _ROW)[0])

    return convert
