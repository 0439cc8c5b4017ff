"""How evenly packets arrive: the interarrival jitter of RFC 3550 section 6.4.1, by the time at which the kernel had them."""

_LEAP = 1.0  # seconds; more is a new timeline, or a clock that was set


class Arrivals:
    """One stream's arrivals."""

    def __init__(self) -> None:
        self.jitter = 0.0
        """Seconds."""
        self._timestamp: int | None = None
        self._at = 0.0

    def take(self, timestamp: int, rate: int, at: float) -> None:
        """Take a packet of audio that arrived ``at``."""
        if self._timestamp is not None:
            apart = ((timestamp - self._timestamp + 0x80000000) & 0xFFFFFFFF) - 0x80000000
            difference = abs(at - self._at - apart / rate)
            if difference < _LEAP:
                self.jitter += (difference - self.jitter) / 16
        self._timestamp, self._at = timestamp, at
