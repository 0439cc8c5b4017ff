"""``switchroom flow``: run as a person runs it, on an installation of their own."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from switchroom.catalogue.service import seed_catalogue
from switchroom.commands.flow_work import Work, examined, opened
from switchroom.errors import Invalid, NotFound
from tests.commands.test_trunk_desk import installation
from tests.test_receptions import TEXT
from tests.virtual_time import run_real


def at_work(folder: Path, work: Callable[[Work, list[str]], Awaitable[None]]) -> None:
    async def main() -> None:
        said: list[str] = []
        async with opened(await installation(folder), "demo", said.append) as at:
            await work(at, said)

    run_real(main())


def test_a_file_is_published_for_an_agent_compared_and_rolled_back(tmp_path: Path) -> None:
    file = tmp_path / "door.yaml"
    file.write_text(TEXT, encoding="utf-8")

    async def work(at: Work, said: list[str]) -> None:
        await seed_catalogue(at.catalogue, at.tenant, "examples/restaurant.yaml")
        await at.publish(file, "door", "Receptionist", "the first")
        assert said == ["Published 'door' version 1.", "'Receptionist' goes by it from the next call on."]
        assert [agent.flow for agent in await at.catalogue.agents(at.tenant)] == ["door"]
        file.write_text(TEXT.replace("It rains.", "The sun shines."), encoding="utf-8")
        await at.compare("door", str(file), "words")
        assert said[-1] == "node weather: text was 'It rains.', is 'The sun shines.'"
        await at.compare("door@1", "door@draft", "words")
        assert said[-1] == "They do the same."
        await at.publish(file, "door", "", "")
        await at.compare("door@1", "door@2", "text")
        assert "--- door@1" in said[-1] and "The sun shines." in said[-1]
        await at.compare("door@1", "door@2", "json")
        assert json.loads(said[-1])[0]["name"] == "weather"
        await at.roll_back("door", 1, "")
        said.clear()
        await at.versions("door")
        assert [line.split("  ")[0] + line.split("  ")[-1] for line in said] == [
            "3back to version 1",
            "2operator",
            "1the first",
        ]
        for which in ("door@seven", str(tmp_path / "nowhere")):
            with pytest.raises((Invalid, NotFound)):
                await at.compare("door", which, "words")
        with pytest.raises(NotFound, match="no agent"):
            await at.publish(file, "door", "Nobody", "")

    at_work(tmp_path, work)


def test_a_file_is_examined_without_an_installation(tmp_path: Path) -> None:
    file = tmp_path / "door.yaml"
    file.write_text(TEXT.replace("routes: {weather: weather}", "routes: {weather: whether}"), encoding="utf-8")
    found = run_real(examined(file))
    assert [problem.line for problem in found] == [7, 8]
    (missing,) = run_real(examined(tmp_path / "nowhere.yaml"))
    assert "cannot be read" in missing.message
