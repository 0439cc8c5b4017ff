"""Several takers of what one row hears and says, as the one tap that the plane knows."""

from collections.abc import Sequence

from switchroom.media.frame import Samples
from switchroom.media.row import Tap


class Taps:
    """Passes everything on, in order."""

    def __init__(self, taps: Sequence[Tap]) -> None:
        self._taps = taps

    def write(self, heard: Samples, spoken: Samples) -> None:
        """Take one tick."""
        for tap in self._taps:
            tap.write(heard, spoken)
