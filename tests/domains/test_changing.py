"""Changing and cancelling, and a house that is full."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.domains.restaurant import (
    BYE,
    EVENING,
    FRIDAY,
    MORE,
    SEVEN_THIRTY,
    TOMORROW,
    Guest,
    Line,
    Rows,
    book_tables,
    booked,
    confirm,
    restaurant,
)
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases


def _talk(tmp_path: Path, before: Sequence[str], lines: Sequence[Line], rows: Rows, caller: str = "+441234567") -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            await book_tables(house, *before)
            assert await Guest(house, caller).talks(*(said for said, _ in lines)) == [told for _, told in lines]
            assert await house.reservations() == rows

    run_real(main())


ANNA = "a table for four on friday at seven thirty the name is anna"


def test_a_reservation_is_changed_in_one_sentence(tmp_path: Path) -> None:
    lines = [
        ("can i change my reservation to half past eight",
         f"So that's a table for four, {FRIDAY}, at eight thirty in the evening. Shall I change it?"),
        ("yes", f"Done. I have changed it to a table for four, {FRIDAY}, at eight thirty in the evening. {MORE}"),
    ]  # fmt: skip
    _talk(tmp_path, [ANNA], lines, [("Anna", 4, "Fri 27 20:30", "booked")])


def test_a_reservation_is_changed_step_by_step(tmp_path: Path) -> None:
    lines = [
        (
            "i need to change my booking",
            f"I have a table for four {FRIDAY} {EVENING}, under Anna. What would you like to change?",
        ),
        ("the number of people", "How many people will you be?"),
        ("six", f"So that's a table for six, {FRIDAY}, {EVENING}. Shall I change it?"),
        ("no", "What would you like to change?"),
        ("for five people", f"So that's a table for five, {FRIDAY}, {EVENING}. Shall I change it?"),
        ("yes", f"Done. I have changed it to a table for five, {FRIDAY}, {EVENING}. {MORE}"),
    ]
    _talk(tmp_path, [ANNA], lines, [("Anna", 5, "Fri 27 19:30", "booked")])


def test_a_reservation_is_found_by_name_from_another_telephone(tmp_path: Path) -> None:
    lines = [
        ("cancel my booking please", "Under which name is the reservation?"),
        ("otto", "I can't find a reservation under Otto. Under which name is the reservation?"),
        ("anna", f"Shall I cancel your reservation for a table for four {FRIDAY} {EVENING}, under Anna?"),
        ("yes", f"Your reservation is cancelled. Thank you for letting us know. {MORE}"),
        ("bye bye", BYE),
    ]
    _talk(tmp_path, [ANNA], lines, [("Anna", 4, "Fri 27 19:30", "cancelled")], caller="+49999")


def test_a_cancellation_that_is_not_confirmed_keeps_the_reservation(tmp_path: Path) -> None:
    lines = [
        (
            "i want to cancel my reservation",
            f"Shall I cancel your reservation for a table for four {FRIDAY} {EVENING}, under Anna?",
        ),
        ("no", f"All right, I'll leave it as it is. {MORE}"),
    ]
    _talk(tmp_path, [ANNA], lines, [("Anna", 4, "Fri 27 19:30", "booked")])


def test_the_one_meant_of_several_is_found_by_day_and_name(tmp_path: Path) -> None:
    lines = [
        (
            "cancel a reservation",
            "There is more than one reservation. For which day, or under which name, is the one you want to cancel?",
        ),
        ("friday", "I have more than one for that day. Under which name is the reservation?"),
        ("tom", f"Shall I cancel your reservation for a table for two {FRIDAY} at nine in the evening, under Tom?"),
        ("yes", f"Your reservation is cancelled. Thank you for letting us know. {MORE}"),
    ]
    rows = [("Anna", 4, "Fri 27 19:30", "booked"), ("Tom", 2, "Fri 27 21:00", "cancelled")]
    _talk(tmp_path, [ANNA, "for two on friday at nine the name is tom"], lines, rows)


FULL = [f"eight people on friday at seven thirty the name is {name}" for name in ("tom", "tim", "bob")]


def test_a_full_house_offers_the_nearest_times_and_takes_a_yes(tmp_path: Path) -> None:
    offer = "I could offer you six in the evening or nine in the evening. Which time would you like?"
    lines = [
        (ANNA, f"I'm afraid we have no table for four at seven thirty in the evening. {offer}"),
        (
            "hm",
            "Sorry, which time suits you, six in the evening or nine in the evening? You can also name another day.",
        ),
        ("nine then", confirm("four", FRIDAY, "nine in the evening", "Anna")),
        ("yes", booked("four", FRIDAY, "nine in the evening")),
    ]
    rows = [(name, 8, "Fri 27 19:30", "booked") for name in ("Bob", "Tim", "Tom")]
    _talk_sorted(tmp_path, FULL, lines, [*rows, ("Anna", 4, "Fri 27 21:00", "booked")])


def test_a_full_house_takes_another_day_instead(tmp_path: Path) -> None:
    lines = [
        (ANNA, "I'm afraid we have no table for four at seven thirty in the evening. "
         "I could offer you six in the evening or nine in the evening. Which time would you like?"),
        ("how about tomorrow", confirm("four", TOMORROW, SEVEN_THIRTY, "Anna")),
    ]  # fmt: skip
    rows = [(name, 8, "Fri 27 19:30", "booked") for name in ("Bob", "Tim", "Tom")]
    _talk_sorted(tmp_path, FULL, lines, rows)


def _talk_sorted(tmp_path: Path, before: Sequence[str], lines: Sequence[Line], rows: Rows) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            await book_tables(house, *before)
            assert await Guest(house).talks(*(said for said, _ in lines)) == [told for _, told in lines]
            assert sorted(await house.reservations()) == sorted(rows)

    run_real(main())


def test_a_table_that_is_taken_while_the_caller_thinks_is_offered_elsewhere(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            slow = Guest(house, call="slow")
            await slow.talks(ANNA)
            await book_tables(house, *FULL)
            assert await slow.says("yes") == "I'm sorry, that table has just been taken. What time shall it be?"
            assert await slow.says("nine") == confirm("four", FRIDAY, "nine in the evening", "Anna")
            assert len(await house.reservations()) == 3

    run_real(main())
