"""Business hours on the wall clock of the place, over the nights on which that is changed too."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.catalogue.hours import HoursForm
from switchroom.catalogue.opening_hours import DAY, Holiday, Schedule, Span, open_at

BERLIN = ZoneInfo("Europe/Berlin")
OFFICE = Schedule(
    BERLIN,
    {day: (Span(9 * 60, 17 * 60),) for day in range(5)} | {5: (Span(22 * 60, 2 * 60),)},
    (Holiday("Christmas", date(2026, 12, 25), date(2026, 12, 26)),),
)


def local(text: str, *, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "state"),
    [
        ("2026-11-20T08:59", "closed"),
        ("2026-11-20T09:00", "open"),
        ("2026-11-20T16:59:59", "open"),
        ("2026-11-20T17:00", "closed"),
        ("2026-11-21T23:30", "open"),  # Saturday night
        ("2026-11-22T01:59", "open"),  # goes on into Sunday
        ("2026-11-22T02:00", "closed"),
        ("2026-12-25T10:00", "holiday"),
        ("2026-12-26T23:30", "holiday"),
        ("2026-12-27T01:00", "closed"),  # of a night that was a holiday nothing is left
    ],
)
def test_the_week_is_read_on_the_clock_of_the_place(moment: str, state: str) -> None:
    assert open_at(OFFICE, local(moment)).state == state


def test_an_hour_that_is_shown_twice_is_open_twice_and_one_that_is_skipped_never() -> None:
    night = Schedule(BERLIN, {6: (Span(2 * 60, 3 * 60),)})
    autumn, spring = date(2026, 10, 25), date(2026, 3, 29)
    assert _open_minutes(night, autumn) == 120
    assert _open_minutes(night, spring) == 0


def _open_minutes(schedule: Schedule, day: date) -> int:
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=3)
    return sum(open_at(schedule, begin + timedelta(minutes=one)).state == "open" for one in range(30 * 60))


spans = st.tuples(st.integers(0, DAY - 1), st.integers(0, DAY)).map(lambda pair: Span(*pair))
weeks = st.dictionaries(st.integers(0, 6), st.lists(spans, max_size=3).map(tuple), max_size=7)
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"])
moments = st.integers(1_735_689_600, 1_830_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


@given(weeks, zones, moments)
def test_it_is_open_exactly_where_the_local_clock_is_within_a_span(
    week: dict[int, tuple[Span, ...]], zone: str, moment: datetime
) -> None:
    """Every span is written out as single minutes of the week, without any rule of the code under test."""
    minutes = set()
    for day, given_spans in week.items():
        for span in given_spans:
            length = (span.closes - span.opens) if span.closes > span.opens else span.closes + DAY - span.opens
            minutes |= {(day * DAY + span.opens + one) % (7 * DAY) for one in range(length)}
    clock = moment.astimezone(ZoneInfo(zone))
    expected = clock.weekday() * DAY + clock.hour * 60 + clock.minute in minutes
    assert (open_at(Schedule(ZoneInfo(zone), week), moment).state == "open") is expected


@given(weeks, zones, moments, st.integers(0, 3))
def test_on_a_holiday_nobody_is_there_whatever_the_week_says(
    week: dict[int, tuple[Span, ...]], zone: str, moment: datetime, days: int
) -> None:
    today = moment.astimezone(ZoneInfo(zone)).date()
    holiday = Holiday("Feast", today - timedelta(days=days), today)
    found = open_at(Schedule(ZoneInfo(zone), week, (holiday,)), moment)
    assert (found.state, "Feast" in found.why) == ("holiday", True)


@given(weeks, zones, moments)
def test_how_it_is_does_not_depend_on_the_zone_in_which_the_moment_is_told(
    week: dict[int, tuple[Span, ...]], zone: str, moment: datetime
) -> None:
    schedule = Schedule(ZoneInfo(zone), week)
    assert open_at(schedule, moment) == open_at(schedule, moment.astimezone(ZoneInfo("Pacific/Auckland")))


def test_a_day_may_be_open_all_round() -> None:
    form = HoursForm.model_validate(
        {"name": "always", "zone": "UTC", "week": {"monday": [{"opens": "00:00", "closes": "24:00"}]}}
    )
    assert _open_minutes(form.schedule(), date(2026, 11, 23)) == DAY
