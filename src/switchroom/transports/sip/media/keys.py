"""Keys to and from one party: by which road they may travel, and that none is told twice.

    policy     heard                                       sent
    rfc4733    events                                      events
    info       INFO                                        INFO, one after the other
    inband     tones in the sound                          tones
    auto       events, INFO; tones if no events agreed     events if agreed, else INFO, tones once INFO was refused

A phone may send one key by two roads, at once or one after the other. The best road that was ever used tells; the same
key by another road within a second is its echo.
"""

from collections import deque
from collections.abc import Callable
from typing import Literal

from switchroom.sip.description.policy import DigitRoad
from switchroom.transports.sip.media.stream import RtpStream

Road = Literal["rfc4733", "info"]

_ALLOWED: dict[DigitRoad, tuple[Road, ...]] = {
    "rfc4733": ("rfc4733",),
    "info": ("info",),
    "inband": (),
    "auto": ("info", "rfc4733"),  # the best is last
}
_ECHO = 1.0  # an INFO that was repeated comes half a second late
_QUEUED = 64


class Keys:
    """Both ways of one call; ``inform`` as in KeysSent."""

    def __init__(self, policy: DigitRoad, inform: Callable[[str], None]) -> None:
        self.heard = KeysHeard(policy)
        self.sent = KeysSent(policy, inform)


class KeysHeard:
    """Decides which keys of the party are told."""

    def __init__(self, policy: DigitRoad) -> None:
        self._policy = policy
        self._roads = list(_ALLOWED[policy])
        self._last: tuple[str, str, float] | None = None  # road, key and when

    def anew(self) -> None:
        """The terms changed, and with them perhaps who is at the other end: every road that is allowed is open again."""
        self._roads = list(_ALLOWED[self._policy])

    def in_sound(self, stream: RtpStream | None) -> bool:
        """Return whether the sound is to be listened to for keys."""
        if self._policy == "auto":
            return stream is not None and stream.terms.events_heard is None
        return self._policy == "inband"

    def tells(self, digit: str, road: Road, now: float) -> bool:
        """Return whether a key that came by ``road`` is a new one."""
        if road not in self._roads:
            return False
        self._roads = self._roads[self._roads.index(road) :]
        last, self._last = self._last, (road, digit, now)
        return last is None or last[0] == road or last[1] != digit or now - last[2] >= _ECHO


class KeysSent:
    """Sends keys to the party; ``inform`` sends one by INFO, whose answer is to be given to ``answered``."""

    def __init__(self, policy: DigitRoad, inform: Callable[[str], None]) -> None:
        self._policy = policy
        self._inform = inform
        self._waiting: deque[str] = deque()  # the first is on its way
        self._refused = False

    def press(self, digits: str, stream: RtpStream | None) -> bool:
        """Send keys, one after the other; False if there is no road for them, or too many wait already."""
        if self._policy in ("auto", "rfc4733") and stream is not None and stream.press(digits):
            return True
        if self._policy == "inband" or (self._policy == "auto" and self._refused):
            return stream is not None and stream.sound(digits)
        if self._policy == "rfc4733" or len(self._waiting) + len(digits) > _QUEUED:
            return False
        idle = not self._waiting
        self._waiting.extend(digits)
        if idle:
            self._next()
        return True

    def answered(self, status: int, stream: RtpStream | None) -> None:
        """Take the answer to an INFO. One that says that INFO is not spoken there makes the rest sound."""
        if not self._waiting:
            return
        if status in (405, 415, 489, 501) and self._policy == "auto" and stream is not None:
            self._refused = True
            stream.sound("".join(self._waiting))
            self._waiting.clear()
            return
        self._waiting.popleft()
        self._next()

    def _next(self) -> None:
        if self._waiting:
            self._inform(self._waiting[0])
