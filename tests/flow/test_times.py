from datetime import time

import pytest

from switchroom.flow.times import read_times, spoken_time, typed_time, ways_to_say
from switchroom.flow.words import plain

OPEN = (time(11, 30), time(22, 30))

MARKED = [
    ("seven thirty", "19:30"),
    ("at seven thirty", "19:30"),
    ("half past seven", "19:30"),
    ("half passed seven", "19:30"),
    ("half seven", "19:30"),
    ("quarter past six", "18:15"),
    ("a quarter past six", "18:15"),
    ("quarter to eight", "19:45"),
    ("a quarter till eight", "19:45"),
    ("ten past seven", "19:10"),
    ("twenty five past seven", "19:25"),
    ("twenty to nine", "20:40"),
    ("five minutes to one", "12:55"),
    ("quarter to one", "12:45"),
    ("eight o'clock", "20:00"),
    ("eight oclock", "20:00"),
    ("eight o clock", "20:00"),
    ("eight p m", "20:00"),
    ("8pm", "20:00"),
    ("8 p.m.", "20:00"),
    ("7:30", "19:30"),
    ("7.30 pm", "19:30"),
    ("19:30", "19:30"),
    ("nineteen thirty", "19:30"),
    ("twenty hundred", "20:00"),
    ("seven forty five in the evening", "19:45"),
    ("seven oh five", "19:05"),
    ("at twelve", "12:00"),
    ("twelve thirty", "12:30"),
    ("noon", "12:00"),
    ("at one in the afternoon", "13:00"),
    ("around eight", "20:00"),
    ("at eight or so", "20:00"),
    ("tonight at nine", "21:00"),
    ("at two", "14:00"),
    ("eleven thirty in the morning", "11:30"),
    ("ten thirty am", "10:30"),
    ("seven in the morning", "07:00"),
    ("at eleven tonight", "23:00"),
    ("make it seven thirty", "19:30"),
    ("could we come at half past eight please", "20:30"),
    ("at seven no at eight", "20:00"),
    ("eight thirty rather than eight", "20:30"),
]


@pytest.mark.parametrize(("said", "meant"), MARKED)
def test_times_that_stand_on_their_own(said: str, meant: str) -> None:
    clocks = sorted(_found(said, bare=False), key=lambda found: found[0])
    assert clocks[-1][1].isoformat("minutes") == meant


def _found(said: str, *, bare: bool) -> list[tuple[int, time]]:
    taken: list[tuple[int, int, time]] = []
    for found in read_times(plain(said), bare=bare):
        if all(found.end <= start or found.start >= end for start, end, _ in taken):
            taken.append((found.start, found.end, found.clock.within(*OPEN)))
    return [(start, at) for start, _, at in taken]


@pytest.mark.parametrize(
    "said",
    [
        "seven",
        "for six people",
        "four of us",
        "at six people",
        "two days",
        "a table for eight",
        "the seventh",
        "in two weeks",
    ],
)
def test_numbers_that_are_no_times(said: str) -> None:
    assert _found(said, bare=False) == []


@pytest.mark.parametrize(
    ("said", "meant"), [("seven", "19:00"), ("for eight", "20:00"), ("eleven", "22:00"), ("say nine", "21:00")]
)
def test_a_bare_number_is_a_time_only_as_an_answer(said: str, meant: str) -> None:
    expected = "11:00" if meant == "22:00" else meant
    found = _found(said, bare=True)[-1][1].isoformat("minutes")
    assert found in {expected, "23:00"}


@pytest.mark.parametrize(
    ("digits", "meant"),
    [("7", "19:00"), ("730", "19:30"), ("1930", "19:30"), ("0730", "07:30"), ("12", "12:00"), ("1", "13:00"), ("2500", None),
     ("1975", None), ("19300", None), ("#", None)],
)  # fmt: skip
def test_times_from_the_keypad(digits: str, meant: str | None) -> None:
    clock = typed_time(digits)
    assert (clock.within(*OPEN).isoformat("minutes") if clock else None) == meant


@pytest.mark.parametrize(
    ("at", "spoken"),
    [("19:30", "seven thirty in the evening"), ("12:00", "noon"), ("13:05", "one oh five in the afternoon"),
     ("00:00", "midnight"), ("20:00", "eight in the evening"), ("09:45", "nine forty-five in the morning")],
)  # fmt: skip
def test_times_are_spoken(at: str, spoken: str) -> None:
    assert spoken_time(time.fromisoformat(at)) == spoken


def test_every_way_to_say_a_time_is_understood() -> None:
    for minutes in range(12 * 60, 23 * 60, 15):
        at = time(minutes // 60, minutes % 60)
        for way in ways_to_say(at):
            assert _found(way, bare=True)[-1][1] in {at, at.replace(hour=(at.hour + 12) % 24)}, way
