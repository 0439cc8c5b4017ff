"""A time of day, as people say it.

The idea: a reading keeps every way it may be meant (seven is 7:00 or 19:00); the slot's own range, taken from opening hours,
then picks. What was marked ("p m", "in the evening", 19:30) has one meaning and is never bent.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time

from switchroom.flow.words import CARDINALS, any_of, cardinal, number

_HOURS = {word: n for word, n in CARDINALS.items() if 0 < n <= 12}
_LATE = {word: n for word, n in CARDINALS.items() if 12 < n <= 23}
_MINUTES = {word: n for word, n in CARDINALS.items() if 10 <= n < 60}
_MINUTES |= {f"{oh} {word}": n for word, n in CARDINALS.items() if 0 < n < 10 for oh in ("oh", "o", "zero")}
_STEPS = {word: n for word, n in CARDINALS.items() if n in {5, 10, 20, 25}} | {"a quarter": 15, "quarter": 15}

_H = rf"(?P<h>{any_of(_HOURS)}|[012]?\d)"
_PART = (
    r"(?: (?P<part>am|pm|(?:in the|this|in) (?:early |late )?(?:morning|afternoon|evening)|at night|tonight|"
    r"(?:on )?(?:\w+day|tomorrow|that) (?:morning|afternoon|evening|night)))?"
)
_NOT_A_TIME = r"(?! (?:people|persons?|guests?|of us|adults?|children|kids|days?|weeks?|hours?))(?![:\w])"
_EVENING = re.compile(r"\b(?:pm|afternoon|evening|night|tonight|dinner|supper)\b")
_MORNING = re.compile(r"\b(?:am|morning|breakfast)\b(?! anna)")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time that was said; ``sure`` when it names the half of the day."""

    hour: int
    minute: int
    sure: bool

    def within(self, first: time, last: time) -> time:
        """Return the meaning that lies between ``first`` and ``last``, or the likelier one if both or neither does."""
        if self.sure:
            return time(self.hour, self.minute)
        meanings = [time(self.hour % 12, self.minute), time(self.hour % 12 + 12, self.minute)]
        open_then = [meaning for meaning in meanings if first <= meaning <= last]
        return open_then[0] if len(open_then) == 1 else meanings[1]


@dataclass(frozen=True, slots=True)
class FoundTime:
    """A time and where in the text it stands."""

    clock: Clock
    start: int
    end: int


def _shape(pattern: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:(?:at|for|around|about|by|from) )?{pattern}{_PART}{_NOT_A_TIME}")


_MARKED = (
    _shape(r"(?P<h>[012]?\d):(?P<m>[0-5]\d)"),
    _shape(rf"half (?:past |passed )?{_H}"),
    _shape(rf"(?P<step>{any_of(_STEPS)})(?: minutes)? (?P<way>past|passed|after|to|till|before) {_H}"),
    _shape(rf"{_H} (?P<m>{any_of(_MINUTES)}|[1-5][05])"),
    _shape(rf"(?P<h>{any_of(_LATE)}) (?P<m>{any_of(_MINUTES)}|hundred)"),
    _shape(rf"{_H} (?P<oclock>o'clock)"),
    _shape(r"(?P<word>noon|midday|midnight)"),
    re.compile(rf"\b(?:(?:at|for|around|about|by|from) )?{_H}{_PART.removesuffix('?')}{_NOT_A_TIME}"),
    re.compile(rf"\b(?:at|around|about|by|from|until|till) {_H}{_NOT_A_TIME}"),
)
_BARE = re.compile(rf"\b(?:for |say |maybe )?{_H}{_NOT_A_TIME}")
_WORDS = {"noon": (12, 0), "midday": (12, 0), "midnight": (0, 0)}


def read_times(text: str, *, bare: bool = False) -> Iterator[FoundTime]:
    """Yield the times in ``text`` (as by :func:`words.plain`), clearest form first; ``bare`` also takes "seven" alone."""
    for pattern in (*_MARKED, _BARE) if bare else _MARKED:
        for match in pattern.finditer(text):
            clock = _clock(match, text)
            if clock is not None:
                yield FoundTime(clock, match.start(), match.end())


def _clock(match: re.Match[str], text: str) -> Clock | None:
    groups = match.groupdict()
    if word := groups.get("word"):
        return Clock(*_WORDS[word], sure=True)
    hour = number(groups["h"])
    if hour is None or hour > 23:
        return None
    hour, minute = _minutes(match, hour)
    part = groups.get("part") or ""
    if not part and hour <= 12:
        part = text
    if hour > 12 or hour == 0:
        return Clock(hour % 24, minute, sure=True)
    if _EVENING.search(part):
        return Clock(hour % 12 + (0 if "night" in part and hour == 12 else 12), minute, sure=True)
    if _MORNING.search(part):
        return Clock(hour % 12, minute, sure=True)
    return Clock(hour, minute, sure=False)


def _minutes(match: re.Match[str], hour: int) -> tuple[int, int]:
    groups = match.groupdict()
    if "half" in match.group().split(" ", 3)[:2]:
        return hour, 30
    if step := groups.get("step"):
        minute = _STEPS[step]
        return (hour, minute) if groups["way"] in {"past", "passed", "after"} else ((hour - 2) % 12 + 1, 60 - minute)
    said = groups.get("m")
    if said in {None, "hundred"}:
        return hour, 0
    assert said is not None
    return hour, int(said) if said.isdigit() else _MINUTES[said]


def typed_time(digits: str) -> Clock | None:
    """Read a time from keys: ``7``, ``19``, ``730``, ``1930``."""
    if not digits.isdigit() or len(digits) > 4:
        return None
    hour, minute = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
    if hour > 23 or minute > 59:
        return None
    return Clock(hour, minute, sure=hour > 12 or hour == 0 or (len(digits) == 4 and digits[0] == "0"))


def spoken_time(at: time) -> str:
    """Return ``at`` for a voice: "seven thirty in the evening"."""
    if (at.hour, at.minute) == (12, 0):
        return "noon"
    if (at.hour, at.minute) == (0, 0):
        return "midnight"
    part = "in the morning" if at.hour < 12 else "in the afternoon" if at.hour < 17 else "in the evening"
    hour = cardinal((at.hour - 1) % 12 + 1)
    if at.minute == 0:
        return f"{hour} {part}"
    return f"{hour} {'oh ' if at.minute < 10 else ''}{cardinal(at.minute)} {part}"


def ways_to_say(at: time) -> list[str]:
    """Return how callers say ``at``, without the part of the day."""
    hour, after = cardinal((at.hour - 1) % 12 + 1), cardinal(at.hour % 12 + 1)
    if at.minute == 0:
        return [hour, f"{hour} o'clock"]
    minutes = cardinal(at.minute).replace("-", " ")
    ways = [f"{hour} {minutes}"] if at.minute >= 10 else [f"{hour} oh {minutes}"]
    more = {15: [f"quarter past {hour}"], 30: [f"half past {hour}"], 45: [f"quarter to {after}"]}
    return ways + more.get(at.minute, [])
