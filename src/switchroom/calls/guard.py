"""The wall between one call and all others.

Ticks, recognisers and legs call into a conversation from loops that serve everybody; whatever breaks there must end that
one call and nothing else. The guard stands in for the floor as the plane's Listener, and ``GuardedLeg`` for the leg as its
Wire; both hand what was raised to the session.
"""

from collections.abc import Callable
from typing import ParamSpec

from switchroom.calls.floor import Floor
from switchroom.calls.listening import Listening
from switchroom.media.frame import Encoding, Samples
from switchroom.ports import Leg

P = ParamSpec("P")


class Guard:
    """Calls into ``floor``; after the first exception, nothing more reaches it."""

    def __init__(self, floor: Floor, listening: Listening, broke: Callable[[Exception], None]) -> None:
        self.floor = floor
        self._listening = listening
        self._broke = broke
        self._whole = True

    def run(self, act: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        """Do one thing to the conversation."""
        if not self._whole:
            return
        try:
            act(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the boundary of calls
            self._whole = False
            self._broke(error)

    def voice_started(self, at: float, now: float, before: Samples) -> None:
        """See Listening."""
        self.run(self._listening.voice_started, at, now, before)

    def voice(self, samples: Samples, now: float) -> None:
        """See Listening."""
        self.run(self._listening.voice, samples, now)

    def voice_stopped(self, at: float, now: float) -> None:
        """See Listening."""
        self.run(self._listening.voice_stopped, at, now)

    def digit(self, digit: str, now: float) -> None:
        """See Floor."""
        self.run(self.floor.digit, digit, now)

    def playing(self, playing: bool, now: float) -> None:  # noqa: FBT001 - the plane's Listener
        """See Floor."""
        self.run(self.floor.playing, playing, now)

    def ticked(self, now: float) -> None:
        """See Floor."""
        self.run(self.floor.ticked, now)


class GuardedLeg:
    """``leg`` as the tick sees it."""

    def __init__(self, leg: Leg, broke: Callable[[Exception], None]) -> None:
        self.encoding: Encoding = leg.encoding
        self._leg = leg
        self._broke = broke

    @property
    def delay(self) -> float:
        """See Leg."""
        return self._leg.delay

    @property
    def keys_in_sound(self) -> bool:
        """See Leg."""
        return self._leg.keys_in_sound

    def hear(self, now: float) -> bytes | None:
        """See Leg."""
        try:
            return self._leg.hear(now)
        except Exception as error:  # noqa: BLE001 - the boundary of calls
            self._broke(error)
            return None

    def speak(self, payload: bytes, now: float) -> None:
        """See Leg."""
        try:
            self._leg.speak(payload, now)
        except Exception as error:  # noqa: BLE001 - the boundary of calls
            self._broke(error)
