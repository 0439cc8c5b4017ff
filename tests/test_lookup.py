"""Who answers a call is kept in memory and is never older than the last write that has returned, whoever wrote."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import event

from switchroom.accounts.service import Accounts
from switchroom.accounts.tenancy import Tenancy
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.answering import FLOWS, Answering, Source
from switchroom.catalogue.flow_desk import FlowDesk
from switchroom.catalogue.service import AgentRecord, Catalogue
from switchroom.errors import Denied, NotFound
from switchroom.hosting import hosting
from switchroom.identity import UserId
from switchroom.ports import CallPlan
from switchroom.storage.changes.kept import Kept
from switchroom.storage.db import Database
from tests.servers.databases import url_in
from tests.storage.stories import migrated
from tests.virtual_time import run_real

EXAMPLE = FLOWS / "examples" / "restaurant.yaml"
pytestmark = pytest.mark.databases

US = UserId("usr_1")


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[tuple[Database, Answering, AgentRecord]]:
    shutil.copy(EXAMPLE, folder / "flow.yaml")
    async with migrated(folder) as database:
        catalogue = Catalogue(database)
        tenant = await Accounts(database, "s" * 32, lambda: 0.0).create_tenant("acme", "Acme")
        agent = await catalogue.create_agent(tenant.id, "Ada", "flow.yaml")
        await catalogue.bind("demo", agent)
        yield database, Answering(catalogue, database, folder), agent


@asynccontextmanager
async def elsewhere(folder: Path) -> AsyncIterator[Database]:
    """Another connection to the same database: to what is kept in memory it is another process."""
    database = Database(url_in(folder))
    yield database
    await database.close()


async def greeting(answering: Answering, dialled: str = "demo") -> str:
    return (await answering.find(dialled, "phone_gateway")).greeting


def test_what_is_known_is_found_with_one_small_question(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, answering, _):
            await greeting(answering)
            with pytest.raises(NotFound):
                await greeting(answering, "0000")
            asked: list[object] = []
            event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
            await greeting(answering)
            with pytest.raises(NotFound):
                await greeting(answering, "0000")
            assert len(asked) == (0 if database.sqlite else 2)

    run_real(main())


def test_no_call_is_answered_by_what_was_before_a_write_that_has_returned(tmp_path: Path) -> None:
    """Three writers, of which two are elsewhere, and readers all the time: each write makes the greeting a greater number."""

    async def main() -> None:
        async with house(tmp_path) as (database, answering, agent), elsewhere(tmp_path) as other:
            written = 0
            seen: set[int] = set()
            lock, done = asyncio.Lock(), asyncio.Event()

            async def write(catalogue: Catalogue) -> None:
                nonlocal written
                for _ in range(25):
                    async with lock:  # so that the greatest number is always the last one
                        await catalogue.save_agent(replace(agent, greeting=str(written + 1)))
                        written += 1
                    await asyncio.sleep(0)

            async def read() -> None:
                while not done.is_set():
                    least = written
                    found = int(await greeting(answering))
                    assert least <= found <= written + 1
                    seen.add(found)
                    await asyncio.sleep(0)

            await Catalogue(database).save_agent(replace(agent, greeting="0"))
            async with asyncio.TaskGroup() as tasks:
                for _ in range(3):
                    tasks.create_task(read())
                async with asyncio.TaskGroup() as writers:
                    for catalogue in (Catalogue(database), Catalogue(other), Catalogue(other)):
                        writers.create_task(write(catalogue))
                done.set()
            assert int(await greeting(answering)) == 75
            assert len(seen) > 10

    run_real(main())


_WRITER = """
import asyncio, sys
from dataclasses import replace
from switchroom.catalogue.service import Catalogue
from switchroom.storage.changes.kept import Kept
from switchroom.storage.db import Database

async def main():
    database = Database(sys.argv[1])
    catalogue = Catalogue(database)
    (agent,) = await catalogue.everybody()
    for line in sys.stdin:
        await catalogue.save_agent(replace(agent, greeting=line.strip()))
        print("written", flush=True)
    await database.close()

asyncio.run(main())
"""


def test_a_write_of_another_process_counts_as_soon_as_it_has_returned(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (_, answering, _agent):
            program = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                _WRITER,
                url_in(tmp_path),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
            assert program.stdin is not None
            assert program.stdout is not None
            for number in range(20):
                program.stdin.write(f"Hello {number}\n".encode())
                assert await program.stdout.readline() == b"written\n"
                assert await greeting(answering) == f"Hello {number}"
            program.stdin.close()
            assert await program.wait() == 0

    run_real(main())


def test_a_suspension_counts_at_once_and_so_does_its_end(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (_, answering, _agent), elsewhere(tmp_path) as other:
            for _ in range(3):
                await greeting(answering)
                await Tenancy(other, lambda: 0.0).suspend(PLATFORM, "acme")
                with pytest.raises(Denied, match="suspended"):
                    await greeting(answering)
                await Tenancy(other, lambda: 0.0).suspend(PLATFORM, "acme", suspended=False)

    run_real(main())


def test_a_number_that_nobody_had_is_answered_once_it_is_bound(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (_, answering, agent), elsewhere(tmp_path) as other:
            with pytest.raises(NotFound):
                await greeting(answering, "+15550100")
            await Catalogue(other).bind("+15550100", agent)
            assert await greeting(answering, "+15550100") == await greeting(answering)

    run_real(main())


def test_a_flow_that_is_published_answers_the_next_call(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, answering, agent):
            desk = FlowDesk(database, answering.receptions.examine, lambda: 0.0)
            text = EXAMPLE.read_text(encoding="utf-8")
            await desk.create(agent.tenant_id, "front", text, US)
            for name in ("Silver Spoon", "Golden Fork"):
                changed = text.replace("this is the Copper Table", f"this is the {name}")
                await desk.change(agent.tenant_id, "front", changed, US)
                await desk.publish(agent.tenant_id, "front", US)
                await Catalogue(database).save_agent(replace(agent, flow="front"))
                assert name in await greeting(answering)

    run_real(main())


def test_calls_are_answered_by_what_is_known_while_the_database_is_away(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, answering, _):
            known = await greeting(answering)
            if not database.sqlite:
                return  # a server is not put aside so easily
            await database.close()
            (tmp_path / "test.db").rename(tmp_path / "away.db")
            assert await greeting(answering) == known
            await database.close()
            (tmp_path / "away.db").rename(tmp_path / "test.db")
            assert await greeting(answering) == known

    run_real(main())


def test_whoever_dials_at_random_does_not_fill_the_memory(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            made: list[int] = []
            kept: Kept[int, int] = Kept(database, lambda _: "", most=10)

            async def make(key: int) -> int:
                made.append(key)
                return key

            for key in [*range(10), *range(10), 10, *range(10)]:
                assert await kept.get(key, lambda key=key: make(key), lambda _: True) == key  # type: ignore[misc]
            assert made == [*range(11), *range(10)]

    run_real(main())


def test_a_call_keeps_the_version_of_the_agent_that_it_began_with(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, answering, agent):
            running = await answering.find("demo", "phone_gateway")
            await Catalogue(database).save_agent(replace(agent, greeting="Hello."))
            later = await answering.find("demo", "phone_gateway")
            assert (running.agent_version, later.agent_version) == (1, 2)
            assert (running.greeting != later.greeting, later.greeting) == (True, "Hello.")

    run_real(main())


def test_what_was_known_is_found_anew_in_the_background_after_a_write_elsewhere(tmp_path: Path) -> None:
    async def main() -> None:
        async with house(tmp_path) as (database, answering, agent), elsewhere(tmp_path) as other:
            await greeting(answering)
            with pytest.raises(NotFound):
                await greeting(answering, "0000")
            found: list[tuple[str, str]] = []
            asked: list[object] = []
            event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *said: asked.append(said[2]))
            refreshed, find = asyncio.Event(), answering.find

            async def noted(dialled: str, source: Source) -> CallPlan:
                plan = await find(dialled, source)
                found.append((dialled, plan.greeting))
                refreshed.set()
                return plan

            answering.find = noted  # type: ignore[method-assign]
            async with hosting(answering.keep_fresh()):
                for text in ("Hello.", "Good day."):
                    await Catalogue(other).save_agent(replace(agent, greeting=text))
                    await refreshed.wait()
                    refreshed.clear()
                    asked.clear()
                    assert (await find("demo", "phone_gateway")).greeting == text
                    assert len(asked) <= (0 if database.sqlite else 4)  # the looks for what was written
            assert found == [("demo", "Hello."), ("demo", "Good day.")]

    run_real(main())
