"""A day, as people say it, seen from ``now``.

The idea: every form answers one question, "which is the next day that fits?". A date that has passed this year is next year's;
a weekday is the coming one, today included; a weekday with a date is the date.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from switchroom.flow.words import CARDINALS, ORDINALS, any_of, number, ordinal

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip

_WEEKDAY = rf"(?P<weekday>{any_of(WEEKDAYS)})(?:'?s)?"
_MONTH = rf"(?P<month>{any_of(MONTHS)})"
_ORDINAL = rf"(?P<nth>{any_of(ORDINALS)})"
_DAY = rf"(?P<nth>{any_of(ORDINALS)}|{any_of({w: n for w, n in CARDINALS.items() if 0 < n <= 31})}|\d{{1,2}})"
_SPAN = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_EDGE = r"(?![\w:])"
_TIME_OF_DAY = r"(?: (?:morning|lunchtime|lunch|afternoon|evening|night))?"

_FORMS = tuple(
    re.compile(rf"\b(?:on |for )?{form}{_EDGE}")
    for form in (
        r"(?P<iso>\d{1,2}/\d{1,2})",
        rf"(?:{_WEEKDAY} )?(?:the )?{_DAY}(?: day)?(?: of)? {_MONTH}",
        rf"(?:{_WEEKDAY} )?(?:the )?{_MONTH} (?:the )?{_DAY}",
        rf"{_WEEKDAY}(?: on)? (?:the )?{_ORDINAL}",
        r"(?P<after>(?:the )?day after tomorrow)",
        r"(?P<week>(?:a|one) week from (?P<from>today|tomorrow))",
        rf"in (?P<many>{any_of(_SPAN)}|\d{{1,2}}) (?P<unit>days?|weeks?)(?: time)?",
        rf"(?:(?P<which>this coming|this|next|the coming|coming) )?{_WEEKDAY}(?P<later> (?:next )?week)?{_TIME_OF_DAY}",
        rf"the {_ORDINAL}(?! (?:one|time|option|choice))",
        rf"(?P<word>today|tonight|this (?:evening|afternoon|lunchtime)|tomorrow){_TIME_OF_DAY}",
    )
)


@dataclass(frozen=True, slots=True)
class FoundDay:
    """A day and where in the text it stands."""

    day: date
    start: int
    end: int


def read_days(text: str, today: date) -> Iterator[FoundDay]:
    """Yield the days in ``text`` (as by :func:`words.plain`), clearest form first."""
    for form in _FORMS:
        for match in form.finditer(text):
            day = _day(match.groupdict(), today)
            if day is not None:
                yield FoundDay(day, match.start(), match.end())


def _day(said: dict[str, str | None], today: date) -> date | None:
    if iso := said.get("iso"):
        first, second = (int(part) for part in iso.split("/"))
        return dated(today, first, second) or dated(today, second, first)
    if nth := said.get("nth"):
        month = said.get("month")
        return dated(today, ORDINALS.get(nth) or number(nth) or 0, MONTHS.index(month) + 1 if month else None)
    if weekday := said.get("weekday"):
        return _weekday(weekday, said.get("which") or "", said.get("later"), today)
    return today + timedelta(days=_distance(said))


def _distance(said: dict[str, str | None]) -> int:
    if said.get("after"):
        return 2
    if said.get("week"):
        return 8 if said["from"] == "tomorrow" else 7
    if many := said.get("many"):
        count = _SPAN.get(many) or number(many) or 0
        return count * (7 if (said["unit"] or "").startswith("week") else 1)
    return 1 if said.get("word") == "tomorrow" else 0


def _weekday(name: str, which: str, later: str | None, today: date) -> date:
    ahead = (WEEKDAYS.index(name) - today.weekday()) % 7
    if later or (which == "next" and today.weekday() + ahead < 7):
        ahead += (
            7  # "next friday" said on a Monday: next week's; said on a Saturday: the coming one is next week's already
        )
    return today + timedelta(days=ahead)


def dated(today: date, day: int, month: int | None = None) -> date | None:
    """Return the next ``day`` of ``month`` (None: of whichever month comes first) from ``today`` on."""
    for ahead in range(24):
        years, index = divmod(today.month - 1 + ahead, 12)
        if month in {None, index + 1}:
            try:
                found = date(today.year + years, index + 1, day)
            except ValueError:
                continue
            if found >= today:
                return found
    return None


def typed_day(digits: str, today: date) -> date | None:
    """Read a day from keys: day and month (``2711``) or the day of the month (``27``)."""
    if not digits.isdigit():
        return None
    if len(digits) == 4:
        return dated(today, int(digits[:2]), int(digits[2:]))
    return dated(today, int(digits)) if len(digits) <= 2 else None


def spoken_day(day: date, today: date) -> str:
    """Return ``day`` for a voice: "tomorrow, Friday the twenty-seventh of November"."""
    near = {0: "today, ", 1: "tomorrow, "}.get((day - today).days, "")
    weekday, month = WEEKDAYS[day.weekday()].capitalize(), MONTHS[day.month - 1].capitalize()
    return f"{near}{weekday} the {ordinal(day.day)} of {month}"
