"""Who answers, and what becomes of a flow that is edited while calls go on."""

import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from switchroom.answering import FLOWS, Answering
from switchroom.catalogue.service import Catalogue, seed_catalogue
from switchroom.conversation.waiting import waiting
from switchroom.errors import Invalid, NotFound
from switchroom.identity import TenantId
from switchroom.storage.db import Database
from switchroom.storage.schema import upgrade
from tests.virtual_time import run_real

EXAMPLE = FLOWS / "examples" / "restaurant.yaml"


async def _answering(folder: Path) -> tuple[Database, Answering]:
    database = Database(f"sqlite+aiosqlite:///{folder / 'test.db'}")
    await upgrade(database)
    catalogue = Catalogue(database)
    await seed_catalogue(catalogue, TenantId("tnt_test"), "flow.yaml")
    return database, Answering(catalogue, database, folder)


def _edit(path: Path, content: str, time: float) -> None:
    path.write_text(content, encoding="utf-8")
    os.utime(path, (time, time))


def test_the_plan_carries_the_greeting_and_the_limits_of_the_agent(tmp_path: Path) -> None:
    async def main() -> None:
        shutil.copy(EXAMPLE, tmp_path / "flow.yaml")
        database, answering = await _answering(tmp_path)
        plan = await answering.find("sip:demo@127.0.0.1", "phone_gateway")
        assert plan.greeting.startswith("Hello, this is the Copper Table.")
        assert plan.tenant == "tnt_test"
        assert answering.hints()
        assert [other.agent for other in await answering.plans()] == [plan.agent]
        with pytest.raises(NotFound):
            await answering.find("sip:nobody@127.0.0.1", "phone_gateway")
        await database.close()

    run_real(main())


def test_an_agent_says_its_own_fillers_or_those_of_its_language(tmp_path: Path) -> None:
    async def main() -> None:
        shutil.copy(EXAMPLE, tmp_path / "flow.yaml")
        database, answering = await _answering(tmp_path)
        catalogue = Catalogue(database)
        (agent,) = await catalogue.everybody()
        english = await answering.plan(agent)
        assert english.fillers == waiting("en").fillers
        assert (english.no_silence, english.stalled, english.guesses) == (1.2, 8.0, 3)
        await catalogue.save_agent(replace(agent, fillers=("Mal sehen.",), language="de", no_silence=0.9, guesses=0))
        (agent,) = await catalogue.everybody()
        german = await answering.plan(agent)
        assert (german.fillers, german.patience) == (("Mal sehen.",), waiting("de").patience)
        assert (german.no_silence, german.guesses) == (0.9, 0)
        await database.close()

    run_real(main())


def test_a_flow_is_read_again_when_it_changed(tmp_path: Path) -> None:
    async def main() -> None:
        flow = tmp_path / "flow.yaml"
        text = EXAMPLE.read_text(encoding="utf-8")
        _edit(flow, text, 1000.0)
        database, answering = await _answering(tmp_path)
        await answering.find("demo", "phone_gateway")
        _edit(flow, text.replace("this is the Copper Table", "this is the Silver Spoon"), 2000.0)
        assert "Silver Spoon" in (await answering.find("demo", "phone_gateway")).greeting
        await database.close()

    run_real(main())


def test_calls_go_on_with_the_version_that_worked(tmp_path: Path) -> None:
    async def main() -> None:
        flow = tmp_path / "flow.yaml"
        _edit(flow, EXAMPLE.read_text(encoding="utf-8"), 1000.0)
        database, answering = await _answering(tmp_path)
        before = await answering.find("demo", "phone_gateway")
        _edit(flow, "flow: [broken", 2000.0)
        assert (await answering.find("demo", "phone_gateway")).greeting == before.greeting
        flow.unlink()
        assert (await answering.find("demo", "phone_gateway")).greeting == before.greeting
        await database.close()

    run_real(main())


def test_a_flow_that_never_worked_says_what_is_wrong(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "flow.yaml").write_text("flow: nothing else")
        database, answering = await _answering(tmp_path)
        with pytest.raises(Invalid, match=r"flow\.yaml"):
            await answering.find("demo", "phone_gateway")
        (tmp_path / "flow.yaml").unlink()
        with pytest.raises(Invalid, match="is not there"):
            await answering.find("demo", "phone_gateway")
        await database.close()

    run_real(main())


@pytest.mark.parametrize("content", [None, "flow: nothing else", b"\xff\xfe", "a: [", "flow: {\t"])
def test_a_flow_that_cannot_be_used_is_named_and_hinders_nobody_else(
    tmp_path: Path, content: str | bytes | None
) -> None:
    async def main() -> None:
        shutil.copy(EXAMPLE, tmp_path / "flow.yaml")
        database, answering = await _answering(tmp_path)
        catalogue = Catalogue(database)
        if content is not None:
            (tmp_path / "other.yaml").write_bytes(content if isinstance(content, bytes) else content.encode())
        broken = await catalogue.create_agent(TenantId("tnt_other"), "Other", "other.yaml")
        await catalogue.bind("other", broken)
        with capture_logs() as logs:
            usable = await answering.usable()
        assert [plan.tenant for plan in usable] == ["tnt_test"]
        (line,) = logs
        assert (line["log_level"], line["agent"], line["name"]) == ("warning", broken.id, "Other")
        assert "other.yaml" in line["problem"]
        await database.close()

    run_real(main())
