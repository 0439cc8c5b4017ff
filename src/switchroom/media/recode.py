"""From one law of G.711 to the other without a sample in between: a payload of one, byte by byte, is one of the other."""

from collections.abc import Mapping

import numpy as np

from switchroom.media import g711
from switchroom.media.frame import Encoding

_CODES = np.arange(256, dtype=np.uint8)
TABLES: Mapping[tuple[Encoding, Encoding], bytes] = {
    (Encoding.PCMU, Encoding.PCMA): g711.encode_alaw(g711.decode_ulaw(_CODES)).tobytes(),
    (Encoding.PCMA, Encoding.PCMU): g711.encode_ulaw(g711.decode_alaw(_CODES)).tobytes(),
}
"""For ``bytes.translate``, by the encodings from and to."""
