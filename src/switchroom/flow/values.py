"""What a conversation knows: values of slots and tool results, and how they are spoken and written."""

from datetime import date, datetime, time

from switchroom.flow.days import spoken_day
from switchroom.flow.times import spoken_time
from switchroom.flow.words import cardinal
from switchroom.ports import Value


def spoken(value: Value, now: datetime) -> str:
    """Return ``value`` for a voice."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case int():
            return cardinal(value) if 0 <= value < 10_000 else str(value)
        case datetime():
            return f"{spoken_day(value.date(), now.date())} at {spoken_time(value.time())}"
        case date():
            return spoken_day(value, now.date())
        case time():
            return spoken_time(value)
        case float() | str():
            return f"{value:g}" if isinstance(value, float) else value


def written(value: Value) -> str | int | float | bool | None:
    """Return ``value`` as JSON has it."""
    return value.isoformat() if isinstance(value, date | time) else value


def label(value: Value) -> str:
    """Return the word a branch compares with: ``yes``, ``no``, a status, a figure."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case _:
            return str(written(value))
