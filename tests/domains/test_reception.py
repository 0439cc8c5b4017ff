"""Whole conversations with the demo restaurant: what is said, what is answered, what stands in the book."""

from pathlib import Path

import pytest

from switchroom.domains.restaurant import book
from switchroom.flow.graph import Ask, Classify
from switchroom.storage.db import Base
from switchroom.storage.scope import WHOLE_HOUSE
from tests.domains.restaurant import (
    BYE,
    FRIDAY,
    MORE,
    NOW,
    SEVEN_THIRTY,
    TENANT,
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

BOOKINGS: dict[str, tuple[list[Line], Rows]] = {
    "one question at a time": (
        [
            ("i would like to book a table", "For how many people?"),
            ("for four", "For which day?"),
            ("on friday", "At what time?"),
            ("seven thirty", "I have a table for you. What name shall I put it under?"),
            ("anna", confirm("four", FRIDAY, SEVEN_THIRTY, "Anna")),
            ("yes", booked("four", FRIDAY, SEVEN_THIRTY)),
            ("no thank you", BYE),
        ],
        [("Anna", 4, "Fri 27 19:30", "booked")],
    ),
    "all in one sentence": (
        [
            ("a table for four on Friday at seven thirty, the name is Anna", confirm("four", FRIDAY, SEVEN_THIRTY, "Anna")),
            ("yes please", booked("four", FRIDAY, SEVEN_THIRTY)),
        ],
        [("Anna", 4, "Fri 27 19:30", "booked")],
    ),
    "corrections on the way": (
        [
            ("book a table for four on friday at seven", "I have a table for you. What name shall I put it under?"),
            ("no for six", "I have a table for you. What name shall I put it under?"),
            ("the name is anna", confirm("six", FRIDAY, "seven in the evening", "Anna")),
            ("make it seven thirty", confirm("six", FRIDAY, SEVEN_THIRTY, "Anna")),
            ("no", "What should I change?"),
            ("the day", "Which day shall it be?"),
            ("tomorrow", confirm("six", TOMORROW, SEVEN_THIRTY, "Anna")),
            ("yes but for five people", confirm("five", TOMORROW, SEVEN_THIRTY, "Anna")),
            ("correct", booked("five", TOMORROW, SEVEN_THIRTY)),
        ],
        [("Anna", 5, "Wed 25 19:30", "booked")],
    ),
    "only keys": (
        [
            ("#1", "For how many people?"),
            ("#4#", "For which day?"),
            ("#2711", "At what time?"),
            ("#730", "I have a table for you. What name shall I put it under?"),
            ("#1", confirm("four", FRIDAY, SEVEN_THIRTY, "Guest")),
            ("#*", confirm("four", FRIDAY, SEVEN_THIRTY, "Guest")),
            ("#1", booked("four", FRIDAY, SEVEN_THIRTY)),
            ("#9", BYE),
        ],
        [("Guest", 4, "Fri 27 19:30", "booked")],
    ),
    "keys where words fail": (
        [
            ("book a table", "For how many people?"),
            ("mumble", "Sorry, how many guests will you be? You can also type the number on your keypad."),
            ("#2", "For which day?"),
            ("mumble", "Sorry, which day would you like? For example tomorrow, or Friday."),
            (
                "mumble",
                "Please say a weekday or a date. Or press 1 for today, 2 for tomorrow, or type the day and month as four digits.",
            ),
            ("#2", "At what time?"),
            ("eight", "I have a table for you. What name shall I put it under?"),
            ("m i l o", confirm("two", TOMORROW, "eight in the evening", "Milo")),
            ("#1", booked("two", TOMORROW, "eight in the evening")),
        ],
        [("Milo", 2, "Wed 25 20:00", "booked")],
    ),
    "a closed day": (
        [
            ("a table for two on monday at seven", "I'm sorry. We are closed on Mondays. Which other day would you like?"),
            ("then friday please", "I have a table for you. What name shall I put it under?"),
            ("lucy", confirm("two", FRIDAY, "seven in the evening", "Lucy")),
            ("yes", booked("two", FRIDAY, "seven in the evening")),
        ],
        [("Lucy", 2, "Fri 27 19:00", "booked")],
    ),
    "outside the hours": (
        [
            (
                "a table for two tomorrow at four",
                "I'm afraid we don't take guests at four in the afternoon on that day. "
                "I could offer you five in the evening or five thirty in the evening. Which time would you like?",
            ),
            ("yes", "I have a table for you. What name shall I put it under?"),
            ("lucy", confirm("two", TOMORROW, "five in the evening", "Lucy")),
            ("yes", booked("two", TOMORROW, "five in the evening")),
        ],
        [("Lucy", 2, "Wed 25 17:00", "booked")],
    ),
    "too late today": (
        [
            ("a table for two today at one", "I'm afraid that time has already passed. Which other day would you like?"),
            ("this evening at eight", "I have a table for you. What name shall I put it under?"),
        ],
        [],
    ),
    "questions in between": (
        [
            ("book a table", "For how many people?"),
            (
                "when are you open",
                "We are open from five in the evening on Tuesday to Saturday, for lunch from noon on Friday and Saturday, "
                "and on Sunday from noon to eight. We are closed on Monday. For how many people?",
            ),
            ("where are you", "You find us at twelve Mill Lane, next to the station. For how many people?"),
            ("say that again please", "You find us at twelve Mill Lane, next to the station. For how many people?"),
            ("two", "For which day?"),
        ],
        [],
    ),
    "never mind, start over": (
        [
            ("book a table for four", "For which day?"),
            ("never mind", f"All right, let's leave that. {MORE}"),
            ("book a table", "For how many people?"),
            ("start over", "All right, from the beginning. What can I do for you?"),
            ("goodbye", BYE),
        ],
        [],
    ),
    "small talk and hesitation": (
        [
            ("hello", "What can I do for you?"),
            ("um hi i'd like to make a reservation please", "For how many people?"),
            ("uh we're four people", "For which day?"),
            ("friday i think", "At what time?"),
            ("around half past seven", "I have a table for you. What name shall I put it under?"),
            ("yes", "Sorry, what is your name? You can also spell it."),
            ("smith", confirm("four", FRIDAY, SEVEN_THIRTY, "Smith")),
            ("the time is wrong", "What time shall it be?"),
            ("eight", confirm("four", FRIDAY, "eight in the evening", "Smith")),
            ("i think that's right", booked("four", FRIDAY, "eight in the evening")),
            ("okay thank you bye", BYE),
        ],
        [("Smith", 4, "Fri 27 20:00", "booked")],
    ),
    "our own trouble": (
        [
            ("book a table", "For how many people?"),
            ("!", "I'm sorry, I had some trouble hearing you. For how many people?"),
            ("two", "For which day?"),
        ],
        [],
    ),
    "silence": (
        [
            ("book a table", "For how many people?"),
            ("~1", "Are you still there? Sorry, how many guests will you be? You can also type the number on your keypad."),
            (
                "~2",
                "I can't hear you. You can also use your keypad. "
                "Please say just the number of people, for example four, or type it.",
            ),
            ("two", "For which day?"),
        ],
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOOKINGS)
def test_bookings(name: str, tmp_path: Path) -> None:
    lines, rows = BOOKINGS[name]

    async def main() -> None:
        async with restaurant(tmp_path) as house:
            assert await Guest(house).talks(*(said for said, _ in lines)) == [told for _, told in lines]
            assert await house.reservations() == rows

    run_real(main())


def test_a_party_too_large_becomes_a_message(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            told = await Guest(house).talks(
                "a table for twelve on friday", "a birthday with twelve people", "yes", "no"
            )
            assert told[0].startswith("For parties of more than eight, we like to talk to you in person.")
            assert told[1:] == [
                "Shall we call you back on the number you are calling from?",
                f"Thank you, I have passed that on. {MORE}",
                BYE,
            ]
            assert await house.messages() == [("+441234567", "a birthday with twelve people")]

    run_real(main())


@pytest.mark.parametrize(
    ("source", "lines", "number"),
    [
        ("phone_gateway", ["can i speak to a person", "I lost my coat.", "yes"], "+441234567"),
        ("phone_gateway", ["#0", "I lost my coat.", "no", "oh one two three four five six"], "0123456"),
        ("phone_gateway", ["mumble", "mumble", "mumble", "I lost my coat.", "hm", "hm", "hm"], "+441234567"),
        ("browser", ["let me talk to the manager", "I lost my coat.", "#0123456#"], "0123456"),
    ],
)
def test_a_person_is_asked_for_and_a_message_is_taken(
    tmp_path: Path, source: str, lines: list[str], number: str
) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            told = await Guest(house, source=source).talks(*lines)
            assert told[-1] == f"Thank you, I have passed that on. {MORE}"
            assert await house.messages() == [(number, "I lost my coat.")]

    run_real(main())


def test_a_book_that_cannot_be_read_is_apologised_for(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            guest = Guest(house)
            await guest.talks("book a table")
            async with house.database.rebuilding() as connection:
                await connection.run_sync(Base.metadata.tables["reservations"].drop)
            told = await guest.says("four on friday at seven")
            assert told.startswith("I'm sorry, I can't get to our reservation book just now. Let me take a message")

    run_real(main())


def test_the_same_call_books_once_however_often_it_is_made(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            rules = house.reception.restaurant
            assert rules is not None
            wish = book.Wish("Anna", 4, rules.moment(NOW.date(), NOW.replace(hour=19).time()))
            by = book.By(TENANT, "call", "key", NOW)
            ids = set()
            for _ in range(3):
                async with house.database.transaction(WHOLE_HOUSE) as session:
                    ids.add((await book.book(session, rules, wish, by)).id)
            assert len(ids) == 1
            assert len(await house.reservations()) == 1

    run_real(main())


def test_another_tenant_sees_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            await book_tables(house, "for four on friday at seven thirty the name is anna")
            async with house.database.transaction(WHOLE_HOUSE) as session:
                assert await book.reservations(session, "somebody else") == []
                assert await book.upcoming(session, "somebody else", NOW, name="anna") == []

    run_real(main())


def test_no_two_wordings_of_a_question_are_the_same(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            for node in house.reception.plan.flow.nodes.values():
                if isinstance(node, Ask | Classify):
                    assert len(set(node.prompts)) == len(node.prompts) >= 2, node.name

    run_real(main())


def test_the_greeting_is_known_before_the_call(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            assert house.reception.greeting == "Hello, this is the Copper Table. How can I help you?"
            assert await Guest(house).talks() == []

    run_real(main())
