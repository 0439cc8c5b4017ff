"""Business hours as they are written: a week, a time zone and holidays, under a name that several numbers may share."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.config import JsonDict

from switchroom.catalogue.model import HoursRow
from switchroom.catalogue.named_forms import NamedForms, Noun
from switchroom.catalogue.opening_hours import DAYS, Holiday, Schedule, Span
from switchroom.storage.db import Database

Day = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Clock = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$|^24:00$")]

EXAMPLE: JsonDict = {
    "name": "office",
    "zone": "Europe/Berlin",
    "week": {"monday": [{"opens": "09:00", "closes": "12:30"}, {"opens": "13:30", "closes": "18:00"}]},
    "holidays": [{"name": "Christmas", "first": "2026-12-24", "last": "2026-12-26"}],
}


class _Written(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SpanForm(_Written):
    """From ``opens`` until ``closes``, by the clock of the place; an earlier ``closes`` is on the day after."""

    opens: Clock
    closes: Clock

    @field_validator("opens")
    @classmethod
    def _begins_in_the_day(cls, value: str) -> str:
        if value == "24:00":
            raise ValueError("write 00:00 of the day after")
        return value


class HolidayForm(_Written):
    """Days on which nobody is there; without ``last`` it is one."""

    name: str = Field(min_length=1, max_length=100)
    first: date
    last: date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> "HolidayForm":
        if self.last is not None and self.last < self.first:
            raise ValueError(f"last: {self.last} is before {self.first}")
        return self


class HoursForm(_Written):
    """A week and its exceptions. A day that is missing is closed."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"example": EXAMPLE})

    name: str = Field(min_length=1, max_length=100)
    zone: str = Field(description="IANA time zone, such as Europe/Berlin")
    week: Mapping[Day, Annotated[tuple[SpanForm, ...], Field(max_length=10)]] = Field(default_factory=dict)
    holidays: tuple[HolidayForm, ...] = Field((), max_length=200)

    @field_validator("zone")
    @classmethod
    def _known(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"{value!r} is no time zone: write one such as Europe/Berlin") from None
        return value

    def schedule(self) -> Schedule:
        """Return what moments are compared with."""
        week = {
            DAYS.index(day): tuple(Span(_minutes(span.opens), _minutes(span.closes)) for span in spans)
            for day, spans in self.week.items()
        }
        holidays = tuple(Holiday(one.name, one.first, one.last or one.first) for one in self.holidays)
        return Schedule(ZoneInfo(self.zone), week, holidays)


HOURS: Noun[HoursForm] = Noun("hrs", "business hours", HoursRow, HoursForm)  # type: ignore[arg-type]


def hours_of(database: Database, wall: Callable[[], float]) -> NamedForms[HoursForm]:
    """Return the business hours of all tenants."""
    return NamedForms(database, HOURS, wall)


def _minutes(clock: str) -> int:
    hour, _, minute = clock.partition(":")
    return int(hour) * 60 + int(minute)
