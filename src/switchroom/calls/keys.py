"""Which key presses count: a key may be heard in the sound as well as signalled, and was pressed once."""

from switchroom.ports import Digit

_ECHO = 0.5


class Keys:
    """Of one caller."""

    def __init__(self) -> None:
        self._last = ("", "", 0.0)  # how, which and when

    def counts(self, digit: Digit, now: float) -> bool:
        """Return whether it was not told before in another way."""
        how, key, at = self._last
        echo = digit.how != how and digit.digit == key and now - at < _ECHO
        if echo or (digit.how == "inband" and how not in ("", "inband")):
            return False
        self._last = (digit.how, digit.digit, now)
        return True
