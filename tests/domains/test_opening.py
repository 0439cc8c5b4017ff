from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from switchroom.domains.restaurant.opening import Restaurant, Seating, has_room, nearest, restaurant_from
from switchroom.errors import Invalid

SECTION = {
    "name": "The Copper Table",
    "zone": "Europe/London",
    "hours": {"friday": "12:00-14:00, 17:00-22:00", "sunday": "12:00-20:00", "monday": "closed"},
    "closed_on": ["2026-12-25"],
    "seats": 10,
    "stay_minutes": 90,
}
FRIDAY, MONDAY, CHRISTMAS = date(2026, 11, 27), date(2026, 11, 30), date(2026, 12, 25)


def _house() -> Restaurant:
    return restaurant_from(SECTION)


def test_a_house_takes_guests_only_within_its_hours() -> None:
    house = _house()
    assert house.takes(FRIDAY, time(12, 0))
    assert house.takes(FRIDAY, time(22, 0))
    assert not house.takes(FRIDAY, time(22, 15))
    assert not house.takes(FRIDAY, time(15, 0))
    assert not house.takes(MONDAY, time(19, 0))
    assert not house.takes(CHRISTMAS, time(19, 0))
    assert [at.isoformat("minutes") for at in house.arrivals(FRIDAY)][:6] == [
        "12:00",
        "12:30",
        "13:00",
        "13:30",
        "14:00",
        "17:00",
    ]


AT = datetime(2026, 11, 27, 19, 0, tzinfo=ZoneInfo("Europe/London"))


def _seating(minutes: int, party: int) -> Seating:
    return Seating(AT + timedelta(minutes=minutes), party)


@pytest.mark.parametrize(
    ("taken", "party", "fits"),
    [
        ([], 10, True),
        ([], 11, False),
        ([(0, 6)], 4, True),
        ([(0, 6)], 5, False),
        ([(-90, 6)], 10, True),
        ([(-60, 6)], 5, False),
        ([(90, 6)], 10, True),
        ([(60, 6)], 5, False),
        ([(-60, 6), (60, 6)], 4, True),
        ([(-30, 3), (30, 4)], 4, False),
        ([(-30, 3), (30, 4)], 3, True),
    ],
)
def test_parties_hold_their_seats_for_their_stay(taken: list[tuple[int, int]], party: int, fits: bool) -> None:
    assert has_room(_house(), [_seating(*seating) for seating in taken], AT, party) is fits


def test_the_nearest_times_come_in_the_order_of_the_day() -> None:
    times = [time(17, 0), time(18, 0), time(20, 0), time(21, 30)]
    assert nearest(time(19, 30), times) == [time(18, 0), time(20, 0)]
    assert nearest(time(19, 30), []) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [({"hours": {"someday": "closed"}}, "'someday' is not a weekday"), ({"hours": {"monday": "late"}}, "is not 'closed' or like"),
     ({"hours": {"monday": "25:00-26:00"}}, "restaurant:"), ({"zone": "Mars/Olympus"}, "restaurant:"), ({"seats": 0}, "seats"),
     ({"tables": 3}, "tables")],
)  # fmt: skip
def test_rules_that_make_no_sense_are_refused_with_their_name(change: dict[str, object], message: str) -> None:
    with pytest.raises(Invalid, match=message):
        restaurant_from({**SECTION, **change})


def test_a_flow_without_a_restaurant_section_says_so() -> None:
    with pytest.raises(Invalid, match="restaurant"):
        restaurant_from(None)
