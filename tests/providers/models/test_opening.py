"""What an entry of the providers file must say for a model to be opened."""

from datetime import UTC, datetime

import pytest

from switchroom.errors import Invalid, Unavailable
from switchroom.ports import Ask, TheySaid
from switchroom.providers.choices import Choice
from switchroom.providers.models.faults import retry_after
from switchroom.providers.models.opening import open_model
from tests.virtual_time import run_real


@pytest.mark.parametrize(
    ("choice", "problem"),
    [
        (Choice("mine", "openai", key="k"), "models.mine: say which model of openai it is"),
        (Choice("mine", "compatible", "qwen3"), "models.mine: say where the server is"),
        (Choice("mine", "ollama", "qwen3", options={"silence": "long"}), "models.mine.options.silence: a number"),
        (Choice("mine", "ollama", "qwen3", options={"silence": 0}), "models.mine.options.silence: a number"),
    ],
)
def test_what_an_entry_lacks_is_said(choice: Choice, problem: str) -> None:
    async def main() -> None:
        with pytest.raises(Invalid, match=problem):
            async with open_model(choice):
                pass

    run_real(main())


@pytest.mark.parametrize(
    "choice",
    [
        Choice("mine", "openai", "m", "k", "http://127.0.0.1:9", options={"timeout": "soon"}),
        Choice("mine", "openai", "m", "k", "http://127.0.0.1:9", options={"extra_headers": 3}),
        Choice("mine", "anthropic", "m", "k", "http://127.0.0.1:9", options={"thinking": "maybe"}),
        Choice("mine", "google", "m", "k", "http://127.0.0.1:99999"),
        Choice("mine", "openai", "m", "k", "http://127.0.0.1:99999"),
    ],
)
def test_an_entry_that_makes_no_sense_to_the_library_lets_the_next_model_answer(choice: Choice) -> None:
    async def main() -> None:
        async with open_model(choice) as model:
            with pytest.raises(Unavailable, match="mine: "):
                async for _ in model.answer(Ask("Be brief.", (TheySaid("hello"),))):
                    pass

    run_real(main())


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Sat, 21 Nov 2026 12:00:30 GMT", 30.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 0.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(told: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": told}, lambda: datetime(2026, 11, 21, 12, tzinfo=UTC)) == seconds


def test_without_the_header_nothing_is_known() -> None:
    assert retry_after({}, lambda: datetime.now(UTC)) is None
