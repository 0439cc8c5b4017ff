"""The example with a language model, its words scripted: what the house's own tools make of them."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from switchroom.domains.restaurant.reception import Reception
from switchroom.errors import Unavailable
from switchroom.flow.file import load
from switchroom.ports import CallOpened, ToolResult, ToolWanted
from switchroom.providers.scripted import Bit, ScriptedModel
from tests.domains.restaurant import EXAMPLE, Guest, House, restaurant
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

ASSISTANT = EXAMPLE.with_name("assistant.yaml")
TABLE = {"party": 4, "day": "2026-11-27", "time": "19:30"}


def _model(house: House, *script: Sequence[Bit]) -> ScriptedModel:
    model = ScriptedModel(script)
    house.reception = Reception(load(ASSISTANT), house.database, models=lambda _: model)
    return model


def _results(model: ScriptedModel) -> list[str]:
    return [message.content for message in model.asks[-1].messages if isinstance(message, ToolResult)]


def test_a_table_is_booked_by_what_a_model_wrote(tmp_path: Path) -> None:
    async def talk() -> None:
        async with restaurant(tmp_path) as house:
            model = _model(
                house,
                [ToolWanted("1", "check_table", TABLE)],
                ["We have a table at half past seven. Under which name?"],
                [ToolWanted("2", "book_table", {**TABLE, "party": "4", "name": "Anna"})],
                ["It is booked. See you on Friday."],
            )
            guest = Guest(house)
            assert await guest.hears(CallOpened()) == ""
            assert "Under which name?" in await guest.says("a table for four on friday at half past seven")
            assert _results(model) == ['{"status": "free", "offer": "", "best": "19:30:00"}']
            assert await guest.says("Anna, yes please") == "It is booked. See you on Friday."
            assert await house.reservations() == [("Anna", 4, "Fri 27 19:30", "booked")]

    run_real(talk())


def test_a_model_is_told_what_the_book_says(tmp_path: Path) -> None:
    async def talk() -> None:
        async with restaurant(tmp_path) as house:
            model = _model(house, [ToolWanted("1", "check_table", {**TABLE, "day": "2026-11-30"})], ["We are closed."])
            guest = Guest(house)
            await guest.talks("a table on monday")
            assert '"status": "closed"' in _results(model)[0]
            assert "closed on Mondays" in _results(model)[0]

    run_real(talk())


def test_a_caller_who_wants_a_person_gets_one_or_comes_back(tmp_path: Path) -> None:
    async def talk() -> None:
        async with restaurant(tmp_path) as house:
            _model(house, [ToolWanted("1", "person", {})], ["But I can help you."])
            told = await Guest(house).talks("a person please")
            assert told == ["I'm sorry. Nobody can come to the telephone just now. But I can help you."]

    run_real(talk())


def test_without_any_model_the_house_takes_messages(tmp_path: Path) -> None:
    async def talk() -> None:
        async with restaurant(tmp_path) as house:
            _model(house, [Unavailable("down")])
            told = await Guest(house).talks("a table for four", "this is Anna, please call me back")
            assert told[0].startswith("I'm sorry, I can't help you myself just now.")
            assert told[1] == "I have written it down. Thank you for calling. Goodbye. [end]"
            assert [text for _, text in await house.messages()] == ["this is Anna, please call me back"]

    run_real(talk())


def test_goodbye_needs_no_model(tmp_path: Path) -> None:
    async def talk() -> None:
        async with restaurant(tmp_path) as house:
            model = _model(house)
            assert await Guest(house).talks("thank you goodbye") == ["Thank you for calling. Goodbye. [end]"]
            assert model.asks == []

    run_real(talk())
