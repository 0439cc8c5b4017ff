"""Tells the caller's voice from our own that comes back.

Looked at when a voice began while we were heard a moment ago, a few times while it goes on, and when it ends: what is
heard is compared with what we sent (``media.echo``). Where an echo was found, every voice that begins while we are heard
is presumed to be it for a moment, and is looked for at the delay that is known by then: so the agent pauses for the
first one only. While our own voice is heard, it is looked whether somebody speaks over it.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from math import inf

import numpy as np

from switchroom.conversation.own_words import others_words
from switchroom.media.echo import FARTHEST, liken
from switchroom.media.frame import FRAME, RATE, TICK, Samples
from switchroom.media.playout import Playout
from switchroom.ports import Heard

OURS = 0.5
"""The share of what is heard from which on it is taken for ours."""
THEIRS = 0.3
"""The share under which somebody else speaks over it."""
_CHECKS = (0.2, 0.3, 0.4)
_SOON = 0.06
_FEWEST = 4  # ticks: less is too little to tell by
_AGAIN = 0.2
_KEPT = 25  # ticks
_REMEMBERED = 4.0
_LAST_WORDS = 1.0
_MOMENT = RATE // 4  # recognisers are quick: the words that come in a moment count too


class OwnVoice:
    """Listens for it in one call. ``saying`` tells what of the reply is heard by a position of the playout."""

    def __init__(self, playout: Playout, saying: Callable[[int], str]) -> None:
        self._playout = playout
        self._saying = saying
        self._heard: deque[Samples] = deque(maxlen=_KEPT)
        self._since = 0.0
        self._due: float | None = None
        self._ours = False
        self._delay: int | None = None
        self._said = ("", 0.0)
        self._answers = False  # the utterance began when the reply was all but over
        self.checks = 0
        """How often it was compared."""

    def started(self, at: float, before: Samples, now: float, remaining: float = inf, *, fresh: bool = True) -> bool:
        """A voice began, with ``remaining`` seconds of the reply to be heard; return whether it is ours, as far as can be told yet.

        ``fresh``: with it begins an utterance.
        """
        self._remember(now)
        if fresh:
            self._answers = remaining <= _LAST_WORDS
        self._heard.clear()
        self._heard.extend(before.reshape(-1, FRAME))
        self._since, self._due, self._ours = at, None, False
        if self._playout.trail(round((FARTHEST + 0.1) * RATE)).any():
            self._ours = self._delay is not None
            self._due = now + (_SOON if self._ours else at + _CHECKS[0] - now)
        return self._ours

    def take(self, samples: Samples, now: float) -> bool | None:
        """It goes on: return True if it turned out to be ours, False if somebody speaks over it, None if nothing is new."""
        if self._due is None:
            return None  # nothing will be compared until another voice begins
        self._heard.append(samples.copy())
        if now < self._due:
            return None
        was = self._ours
        if was:
            self._due = now + _AGAIN
            self._ours = self._check(now, self._delay) >= THEIRS
        else:
            self._ours = self._check(now, None) >= OURS
            self._due = now + _AGAIN if self._ours else self._next(now)
        return self._ours if self._ours is not was else None

    def stopped(self, at: float, now: float) -> bool:
        """It ended ``at``; return whether it turned out only now that it was ours."""
        self._remember(now)
        if self._due is None or self._ours or at - self._since >= _CHECKS[-1]:
            return False
        self._due = None
        self._ours = self._check(now, None) >= OURS
        return self._ours

    def without(self, heard: Heard, now: float) -> Heard:
        """Return what was understood without our own words."""
        self._remember(now)
        said, when = self._said
        if (
            self._answers and not self._ours
        ):  # whoever is asked to choose repeats what was said: "for two, or for four?"
            return heard
        if not said or now - when > _REMEMBERED:
            return heard
        rest = others_words(heard.text, said, ours=self._ours)
        return heard if rest == heard.text else replace(heard, text=rest)

    def _next(self, now: float) -> float | None:
        return next((self._since + check for check in _CHECKS if self._since + check > now), None)

    def _check(self, now: float, known: int | None) -> float:
        """Return the share of our own in what was heard since the voice began, at most since half a second."""
        ticks = min(max(round((now - self._since + TICK) / TICK), _FEWEST), _KEPT)
        if len(self._heard) < ticks:
            return 0.0
        self.checks += 1
        heard = np.concatenate(list(self._heard)[-ticks:])
        found = liken(heard, self._playout.trail(len(heard) + round(FARTHEST * RATE)), known)
        if found.share >= OURS:
            self._delay = found.delay
        return found.share

    def _remember(self, now: float) -> None:
        saying = self._saying(self._playout.played + _MOMENT)
        if saying:
            self._said = (saying, now)
