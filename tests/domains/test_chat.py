from switchroom.domains.restaurant.chat import chat
from tests.domains.restaurant import EXAMPLE
from tests.virtual_time import run_real


def test_a_conversation_in_writing() -> None:
    lines = iter(["what\n", "\n", "1\n", "goodbye\n"])
    told: list[str] = []
    run_real(chat(EXAMPLE, lambda: next(lines), told.append))
    assert [text.strip() for text in told if text != "> "] == [
        "Hello, this is the Copper Table. How can I help you?",
        "Sorry, I didn't get that. You can book, change or cancel a table, or ask about our hours or the menu.",
        "Are you still there?",
        "Sorry, I didn't get that. You can book, change or cancel a table, or ask about our hours or the menu.",
        "For how many people?",
        "Thank you for calling. Goodbye.",
    ]


def test_the_end_of_the_input_ends_the_conversation() -> None:
    told: list[str] = []
    run_real(chat(EXAMPLE, lambda: "", told.append))
    assert told == ["Hello, this is the Copper Table. How can I help you?\n", "> "]
