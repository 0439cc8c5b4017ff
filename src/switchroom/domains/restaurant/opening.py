"""When a restaurant is open and how many it seats, as values.

A party holds its seats from its arrival for ``stay``; two reservations disturb one another where those spans overlap. Everything
counts in half hours of the restaurant's own clock.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from switchroom.errors import Invalid
from switchroom.flow.days import WEEKDAYS

STEP = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Span:
    """Arrivals are taken from ``opens`` up to ``last``, its last arrival."""

    opens: time
    last: time


@dataclass(frozen=True, slots=True)
class Restaurant:
    """The rules of one house. ``hours`` are by weekday, Monday 0; a missing one is closed."""

    name: str
    zone: ZoneInfo
    hours: dict[int, tuple[Span, ...]]
    seats: int = 40
    largest_party: int = 8
    stay: timedelta = timedelta(minutes=90)
    closed_on: frozenset[date] = field(default_factory=frozenset)
    ahead: timedelta = timedelta(days=90)

    def spans(self, day: date) -> tuple[Span, ...]:
        """Return when arrivals are taken on ``day``."""
        return () if day in self.closed_on else self.hours.get(day.weekday(), ())

    def takes(self, day: date, at: time) -> bool:
        """Return whether a party may arrive on ``day`` at ``at``."""
        return any(span.opens <= at <= span.last for span in self.spans(day))

    def arrivals(self, day: date) -> Iterator[time]:
        """Yield every half hour at which a party may arrive on ``day``."""
        for span in self.spans(day):
            at = datetime.combine(day, span.opens)
            while at <= datetime.combine(day, span.last):
                yield at.time()
                at += STEP

    def moment(self, day: date, at: time) -> datetime:
        """Return ``day`` and ``at`` of the restaurant's clock as a moment."""
        return datetime.combine(day, at, tzinfo=self.zone)


@dataclass(frozen=True, slots=True)
class Seating:
    """A party that holds seats from ``at``."""

    at: datetime
    party: int


def has_room(restaurant: Restaurant, taken: Iterable[Seating], at: datetime, party: int) -> bool:
    """Return whether ``party`` more fit in from ``at`` on, given the parties that hold seats already."""
    held = [seating for seating in taken if abs(seating.at - at) < restaurant.stay]
    end = at + restaurant.stay
    moments = [at, *(seating.at for seating in held if at < seating.at < end)]
    return all(
        sum(s.party for s in held if s.at <= moment < s.at + restaurant.stay) + party <= restaurant.seats
        for moment in moments
    )


def nearest(wanted: time, times: Iterable[time], most: int = 2) -> list[time]:
    """Return the ``most`` times nearest to ``wanted``, in order of the day."""

    def distance(at: time) -> int:
        return abs((at.hour - wanted.hour) * 60 + at.minute - wanted.minute)

    return sorted(sorted(times, key=lambda at: (distance(at), at))[:most])


class _Rules(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    zone: str = "UTC"
    hours: dict[str, str]
    closed_on: list[date] = []
    seats: int = Field(40, ge=1)
    largest_party: int = Field(8, ge=1)
    stay_minutes: int = Field(90, ge=15)
    days_ahead: int = Field(90, ge=1)
    menu: str = ""
    address: str = ""


def restaurant_from(section: object) -> Restaurant:
    """Read the ``restaurant`` section of a flow file. Raises Invalid, naming the field."""
    try:
        rules = _Rules.model_validate(section)
        hours = {_weekday(day): tuple(_spans(day, text)) for day, text in rules.hours.items()}
        return Restaurant(
            name=rules.name,
            zone=ZoneInfo(rules.zone),
            hours=hours,
            seats=rules.seats,
            largest_party=rules.largest_party,
            stay=timedelta(minutes=rules.stay_minutes),
            closed_on=frozenset(rules.closed_on),
            ahead=timedelta(days=rules.days_ahead),
        )
    except (ValidationError, ValueError, KeyError) as error:
        raise Invalid(f"restaurant: {error}") from error


def _weekday(name: str) -> int:
    if name not in WEEKDAYS:
        raise Invalid(f"restaurant.hours: {name!r} is not a weekday; write {', '.join(WEEKDAYS)}")
    return WEEKDAYS.index(name)


def _spans(day: str, text: str) -> Iterator[Span]:
    if text == "closed":
        return
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not dash:
            raise Invalid(f"restaurant.hours.{day}: {text!r} is not 'closed' or like '12:00-14:30, 17:30-21:30'")
        yield Span(time.fromisoformat(first.strip()), time.fromisoformat(last.strip()))
