"""A stream of sound between the plane's sampling rate and that of a browser or a hosted voice.

The edge of a leg or provider is the only place where a rate other than the plane's exists. A stream is cut into 20 ms
blocks and each block is converted with its neighbours around it, so that the pieces join without a seam whatever sizes
they came in.
"""

import numpy as np

from switchroom.errors import Invalid
from switchroom.media.frame import Samples
from switchroom.media.resample import resample

_PER_SECOND = 50  # blocks; a rate that is no multiple of it cannot be cut into whole ones

LOWEST, HIGHEST = 8_000, 48_000


def check_rate(rate: int) -> int:
    """Return ``rate`` if sound of that rate can be converted. Raises Invalid."""
    if not LOWEST <= rate <= HIGHEST or rate % _PER_SECOND:
        raise Invalid(
            f"a rate of {rate} is not possible: use a multiple of {_PER_SECOND} from {LOWEST} to {HIGHEST}",
            code="bad_rate",
        )
    return rate


class Converter:
    """One direction of one stream of PCM. Lags by less than two blocks; ``flush`` gives out what lags."""

    def __init__(self, rate_in: int, rate_out: int) -> None:
        self._rates = (check_rate(rate_in), check_rate(rate_out))
        self._block, self._block_out = rate_in // _PER_SECOND, rate_out // _PER_SECOND
        self._kept: Samples = np.zeros(self._block, np.int16)  # a block of the past, then what is not converted yet

    def convert(self, pcm: bytes) -> bytes:
        """Take 16-bit PCM of any length; return what is ready."""
        if self._rates[0] == self._rates[1]:
            return pcm
        return self._take(np.frombuffer(pcm, "<i2"))

    def flush(self) -> bytes:
        """Return the rest, as if silence followed."""
        pending = len(self._kept) - self._block
        if pending <= 0:
            return b""
        rest = self._take(np.zeros(self._block + -pending % self._block, np.int16))
        self._kept = np.zeros(self._block, np.int16)
        return rest

    def _take(self, samples: Samples) -> bytes:
        kept = np.concatenate((self._kept, samples))
        ready = len(kept) // self._block - 2  # one block on either side is only context
        if ready <= 0:
            self._kept = kept
            return b""
        converted = resample(kept[: (ready + 2) * self._block], *self._rates)
        self._kept = kept[ready * self._block :]
        return converted[self._block_out : (ready + 1) * self._block_out].astype("<i2").tobytes()
