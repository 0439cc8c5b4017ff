"""Business hours: is somebody there at this moment, and why.

Everything is decided on the wall clock of the place, to the minute: a moment is turned into the local day and minute, and those
are compared with what the week says. So a night with 23 or 25 hours needs no rule: what is shown twice counts twice, what is
skipped does not happen. A span that ends before it begins goes on past midnight and belongs to the day on which it began. A
holiday takes its whole local days, from midnight to midnight, also from a span of the evening before.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

State = Literal["open", "closed", "holiday"]
STATE_NAMES: tuple[State, ...] = get_args(State)

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
DAY = 24 * 60


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes after local midnight: from ``opens`` up to, but not with, ``closes``; at most 1440. The same twice: all day."""

    opens: int
    closes: int

    @property
    def overnight(self) -> bool:
        """Whether it goes on after midnight."""
        return self.closes <= self.opens

    def __str__(self) -> str:
        return f"{_clock(self.opens)}-{_clock(self.closes)}"


@dataclass(frozen=True, slots=True)
class Holiday:
    """Local days on which nobody is there, the last one included."""

    name: str
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Schedule:
    """A week, Monday 0, and its exceptions."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Span, ...]]
    holidays: tuple[Holiday, ...] = ()


@dataclass(frozen=True, slots=True)
class Standing:
    """How it is, and why in words."""

    state: State
    why: str


def open_at(schedule: Schedule, now: datetime) -> Standing:
    """Return how it is at ``now``, a moment with a zone."""
    local = now.astimezone(schedule.zone)
    day, minute = local.date(), local.hour * 60 + local.minute
    said = f"{DAYS[day.weekday()].capitalize()} {day.isoformat()} {_clock(minute)} in {schedule.zone.key}"
    for holiday in schedule.holidays:
        if holiday.first <= day <= holiday.last:
            return Standing("holiday", f"{said}: {holiday.name}")
    for span in schedule.week.get(day.weekday(), ()):
        if span.opens <= minute < (DAY if span.overnight else span.closes):
            return Standing("open", f"{said}: open {span}")
    before = day - timedelta(days=1)
    for span in schedule.week.get(before.weekday(), ()):
        if span.overnight and minute < span.closes and not _is_holiday(schedule, before):
            return Standing("open", f"{said}: open {span} since {DAYS[before.weekday()].capitalize()}")
    return Standing("closed", f"{said}: outside of the opening hours")


def _is_holiday(schedule: Schedule, day: date) -> bool:
    return any(holiday.first <= day <= holiday.last for holiday in schedule.holidays)


def _clock(minute: int) -> str:
    return f"{minute // 60:02}:{minute % 60:02}"
