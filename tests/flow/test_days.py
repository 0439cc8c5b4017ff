from datetime import date

import pytest

from switchroom.flow.days import dated, read_days, spoken_day, typed_day
from switchroom.flow.words import plain

TODAY = date(2026, 11, 24)  # a Tuesday

SAID = [
    ("today", "2026-11-24"),
    ("tonight", "2026-11-24"),
    ("this evening", "2026-11-24"),
    ("tomorrow", "2026-11-25"),
    ("tomorrow evening", "2026-11-25"),
    ("the day after tomorrow", "2026-11-26"),
    ("friday", "2026-11-27"),
    ("on friday", "2026-11-27"),
    ("this friday", "2026-11-27"),
    ("friday evening", "2026-11-27"),
    ("tuesday", "2026-11-24"),
    ("next tuesday", "2026-12-01"),
    ("next friday", "2026-12-04"),
    ("the coming friday", "2026-11-27"),
    ("friday week", "2026-12-04"),
    ("friday next week", "2026-12-04"),
    ("monday", "2026-11-30"),
    ("fridays", "2026-11-27"),
    ("the twenty seventh", "2026-11-27"),
    ("the 27th", "2026-11-27"),
    ("the second", "2026-12-02"),
    ("twenty seventh of november", "2026-11-27"),
    ("the twenty-seventh of November", "2026-11-27"),
    ("november twenty seventh", "2026-11-27"),
    ("november the twenty seventh", "2026-11-27"),
    ("twenty seven november", "2026-11-27"),
    ("27 november", "2026-11-27"),
    ("november 27", "2026-11-27"),
    ("27/11", "2026-11-27"),
    ("11/27", "2026-11-27"),
    ("friday the twenty seventh", "2026-11-27"),
    ("friday november the twenty seventh", "2026-11-27"),
    ("friday the twenty seventh of november", "2026-11-27"),
    ("the first of january", "2027-01-01"),
    ("the third of march", "2027-03-03"),
    ("in two weeks", "2026-12-08"),
    ("in three days", "2026-11-27"),
    ("in a week", "2026-12-01"),
    ("a week from today", "2026-12-01"),
    ("a week from tomorrow", "2026-12-02"),
    ("may the fifth", "2027-05-05"),
]


@pytest.mark.parametrize(("said", "meant"), SAID)
def test_days(said: str, meant: str) -> None:
    assert next(read_days(plain(said), TODAY)).day.isoformat() == meant


@pytest.mark.parametrize(
    "said", ["may i book a table", "the second one", "the first time", "two people", "seven thirty", "next week", "sun"]
)
def test_what_is_no_day(said: str) -> None:
    assert list(read_days(plain(said), TODAY)) == []


def test_a_day_that_no_month_has_is_no_day() -> None:
    assert dated(TODAY, 31, 2) is None
    assert dated(TODAY, 32) is None
    assert dated(TODAY, 0) is None
    assert dated(TODAY, 31) == date(2026, 12, 31)


def test_the_twenty_ninth_of_february_waits_for_a_leap_year_only_so_long() -> None:
    assert dated(date(2027, 6, 1), 29, 2) == date(2028, 2, 29)
    assert dated(date(2025, 1, 1), 29, 2) is None


@pytest.mark.parametrize(
    ("digits", "meant"),
    [("2711", "2026-11-27"), ("27", "2026-11-27"), ("0101", "2027-01-01"), ("3202", None), ("271", None), ("#", None)],
)
def test_days_from_the_keypad(digits: str, meant: str | None) -> None:
    day = typed_day(digits, TODAY)
    assert (day.isoformat() if day else None) == meant


@pytest.mark.parametrize(
    ("day", "spoken"),
    [("2026-11-24", "today, Tuesday the twenty-fourth of November"),
     ("2026-11-25", "tomorrow, Wednesday the twenty-fifth of November"),
     ("2026-12-02", "Wednesday the second of December"), ("2026-12-20", "Sunday the twentieth of December")],
)  # fmt: skip
def test_days_are_spoken(day: str, spoken: str) -> None:
    assert spoken_day(date.fromisoformat(day), TODAY) == spoken
