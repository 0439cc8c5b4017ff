"""What the caller's voice does in the tick: to whoever takes messages, to the recogniser and to the turn machine.

A part of the floor, for one call. What comes of it enters through ``feed``, as everything does.
"""

from collections.abc import Callable

from switchroom.calls.parts import Parts
from switchroom.conversation import turns
from switchroom.conversation.turns import Input
from switchroom.media.frame import Samples


class Listening:
    """Implements the part of the plane's Listener that is about voice."""

    def __init__(self, parts: Parts, feed: Callable[[Input, float], None]) -> None:
        self._with = parts
        self._feed = feed

    def voice_started(self, at: float, now: float, before: Samples) -> None:
        """The caller's voice began."""
        self._with.minutes.voice(now, speaking=True)
        if self._with.voicemail.taking:
            self._with.voicemail.voice_started(at, now, before)
            return
        fresh, remaining = self._with.ears.start(before, now), self._with.mouth.remaining
        ours = self._with.own.started(at, before, now, remaining, fresh=fresh)
        self._voice(turns.VoiceStarted(at, remaining, ours), now)

    def voice(self, samples: Samples, now: float) -> None:
        """20 ms of it."""
        if self._with.voicemail.taking:
            self._with.voicemail.voice(samples, now)
            return
        self._with.ears.take(samples, now)
        ours = self._with.own.take(samples, now)
        if ours is not None:
            self._voice(turns.OwnVoiceHeard() if ours else turns.VoiceStarted(now, self._with.mouth.remaining), now)

    def voice_stopped(self, at: float, now: float) -> None:
        """The caller fell silent."""
        self._with.minutes.voice(now, speaking=False)
        if self._with.voicemail.taking:
            self._with.voicemail.voice_stopped(at, now)
            return
        self._with.ears.pause()
        if self._with.own.stopped(at, now):
            self._voice(turns.OwnVoiceHeard(), now)
        self._voice(turns.VoiceStopped(at), now)

    def _voice(self, happened: turns.VoiceStarted | turns.VoiceStopped | turns.OwnVoiceHeard, now: float) -> None:
        if not self._with.ears.keep(happened):
            self._feed(happened, now)
