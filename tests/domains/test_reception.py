"""Whole conversations with the demo restaurant: what is said, what is answered, what stands in the book."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from switchroom.domains.restaurant import book
from switchroom.flow.graph import Ask, Classify
from tests.domains.restaurant import NOW, TENANT, Guest, House, restaurant
from tests.virtual_time import run_real

MORE = "Is there anything else I can do for you?"
BYE = "Thank you for calling. Goodbye. [end]"
FRIDAY = "Friday the twenty-seventh of November"
TOMORROW = "tomorrow, Wednesday the twenty-fifth of November"
EVENING = "at seven thirty in the evening"


def confirm(party: str, day: str, at: str, name: str) -> str:
    return f"That's a table for {party}, {day}, at {at}, under {name}. Is that right?"


def booked(party: str, day: str, at: str) -> str:
    return f"Your table for {party} is booked, {day}, at {at}. We look forward to seeing you. {MORE}"


Line = tuple[str, str]
Rows = list[tuple[str, int, str, str]]

SEVEN_THIRTY = "seven thirty in the evening"
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


async def _booked(house: House, *sentences: str) -> None:
    for number, sentence in enumerate(sentences):
        told = await Guest(house, call=f"earlier_{number}").talks(sentence, "yes")
        assert told[-1].endswith(MORE), told


def _talk(tmp_path: Path, before: Sequence[str], lines: Sequence[Line], rows: Rows, caller: str = "+441234567") -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            await _booked(house, *before)
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
            await _booked(house, *before)
            assert await Guest(house).talks(*(said for said, _ in lines)) == [told for _, told in lines]
            assert sorted(await house.reservations()) == sorted(rows)

    run_real(main())


def test_a_table_that_is_taken_while_the_caller_thinks_is_offered_elsewhere(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            slow = Guest(house, call="slow")
            await slow.talks(ANNA)
            await _booked(house, *FULL)
            assert await slow.says("yes") == "I'm sorry, that table has just been taken. What time shall it be?"
            assert await slow.says("nine") == confirm("four", FRIDAY, "nine in the evening", "Anna")
            assert len(await house.reservations()) == 3

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
            await house.database.close()
            (tmp_path / "restaurant.db").unlink()
            told = await guest.says("four on friday at seven")
            assert told.startswith("I'm sorry, I can't get to our reservation book just now. Let me take a message")

    run_real(main())


def test_the_same_call_books_once_however_often_it_is_made(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            rules = house.reception.restaurant
            wish = book.Wish("Anna", 4, rules.moment(NOW.date(), NOW.replace(hour=19).time()))
            by = book.By(TENANT, "call", "key", NOW)
            ids = set()
            for _ in range(3):
                async with house.database.transaction() as session:
                    ids.add((await book.book(session, rules, wish, by)).id)
            assert len(ids) == 1
            assert len(await house.reservations()) == 1

    run_real(main())


def test_another_tenant_sees_nothing(tmp_path: Path) -> None:
    async def main() -> None:
        async with restaurant(tmp_path) as house:
            await _booked(house, ANNA)
            async with house.database.transaction() as session:
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
