"""What the plane says, 20 ms at a time, as payloads of the codec that was agreed."""

from array import array
from collections.abc import Callable

from G722 import G722

from switchroom.media.codec import Codec
from switchroom.media.convert import converter
from switchroom.media.frame import RATE, Encoding
from switchroom.media.opus import OpusEncoder

Pack = Callable[[bytes], bytes]


def packer(encoding: Encoding, codec: Codec) -> Pack | None:
    """Return what packs the payloads of one stream, in their order; None if they go out as they are.

    Raises Unavailable for Opus without its library.
    """
    convert = converter(encoding, codec.encoding)
    encode = _encoder(codec)
    if convert is None or encode is None:
        return convert or encode
    return lambda payload: encode(convert(payload))


def _encoder(codec: Codec) -> Pack | None:
    match codec:
        case Codec.PCMU | Codec.PCMA:
            return None
        case Codec.OPUS:
            return OpusEncoder().encode
        case Codec.G722:
            encoder = G722(RATE, 64_000)
            return lambda payload: encoder.encode(array("h", payload))
