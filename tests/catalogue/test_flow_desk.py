"""Drafts and versions of flows: what is published, by whom, and what two people at once cannot do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from switchroom.catalogue.flow_desk import LARGEST, FlowDesk, FlowNotRunnable, FlowVersion, live_number
from switchroom.errors import Conflict, Invalid, NotFound, SwitchroomError
from switchroom.flow.problems import Problem
from switchroom.identity import TenantId, UserId
from switchroom.storage.db import Database
from tests.storage.stories import migrated
from tests.virtual_time import run_real

pytestmark = pytest.mark.databases

MINE, THEIRS = TenantId("tnt_1"), TenantId("tnt_2")
ANNA, BEN = UserId("usr_anna"), UserId("usr_ben")


class ScriptedExaminer:
    """Finds a problem in every text that says ``broken``; ``gate`` makes it take its time."""

    def __init__(self) -> None:
        self.gate: asyncio.Event | None = None
        self.asked = asyncio.Event()

    async def __call__(self, tenant: TenantId, text: str) -> tuple[Problem, ...]:
        self.asked.set()
        if self.gate is not None:
            await self.gate.wait()
        return (Problem("menu", "routes", "it is broken", 3),) if "broken" in text else ()


@asynccontextmanager
async def _desk(folder: Path) -> AsyncIterator[tuple[FlowDesk, ScriptedExaminer, Database]]:
    async with migrated(folder) as database:
        examiner = ScriptedExaminer()
        yield FlowDesk(database, examiner, lambda: 1000.0), examiner, database


def test_a_draft_becomes_a_version_and_an_older_one_answers_again(tmp_path: Path) -> None:
    async def story() -> None:
        async with _desk(tmp_path) as (desk, _, database):
            await desk.create(MINE, "reception", "one", ANNA)
            assert await live_number(database, MINE, "reception") is not None
            assert (await desk.get(MINE, "reception")).published == 0
            first = await desk.publish(MINE, "reception", ANNA, "the beginning")
            await desk.change(MINE, "reception", "two", BEN)
            assert (await desk.get(MINE, "reception")).published == 1
            second = await desk.publish(MINE, "reception", BEN)
            third = await desk.roll_back(MINE, "reception", 1, ANNA)
            assert [version.number for version in (first, second, third)] == [1, 2, 3]
            assert (third.text, third.restores, third.note) == ("one", 1, "back to version 1")
            record = await desk.get(MINE, "reception")
            assert (record.draft, record.published, record.changed_by) == ("one", 3, ANNA)
            found = await desk.versions(MINE, "reception")
            assert [(v.number, v.created_by, v.text) for v in found] == [
                (3, ANNA, "one"),
                (2, BEN, "two"),
                (1, ANNA, "one"),
            ]
            with pytest.raises(Conflict, match="the one that answers"):
                await desk.roll_back(MINE, "reception", 3, ANNA)

    run_real(story())


def test_what_cannot_run_is_a_draft_and_never_a_version(tmp_path: Path) -> None:
    async def story() -> None:
        async with _desk(tmp_path) as (desk, _, _database):
            await desk.create(MINE, "reception", "broken", ANNA)
            with pytest.raises(FlowNotRunnable, match=r"line 3: menu\.routes: it is broken") as raised:
                await desk.publish(MINE, "reception", ANNA)
            assert raised.value.problems[0].node == "menu"
            assert await desk.versions(MINE, "reception") == []

    run_real(story())


def test_another_tenant_sees_nothing_and_has_names_of_its_own(tmp_path: Path) -> None:
    async def story() -> None:
        async with _desk(tmp_path) as (desk, _, database):
            record = await desk.create(MINE, "reception", "one", ANNA)
            await desk.publish(MINE, "reception", ANNA)
            for asked in (desk.get, desk.versions, lambda tenant, flow: desk.publish(tenant, flow, BEN)):
                with pytest.raises(NotFound):
                    await asked(THEIRS, record.id)
            with pytest.raises(NotFound):
                await desk.change(THEIRS, "reception", "mine now", BEN)
            assert await live_number(database, THEIRS, "reception") is None
            await desk.create(THEIRS, "reception", "two", BEN)
            assert [flow.draft for flow in await desk.all(THEIRS)] == ["two"]

    run_real(story())


def test_a_name_or_a_text_that_cannot_be_used_is_refused(tmp_path: Path) -> None:
    async def story() -> None:
        async with _desk(tmp_path) as (desk, _, _database):
            for name in ("", "Reception", "a b", "flow.yaml", "../flow", "x" * 101):
                with pytest.raises(Invalid, match="names no flow"):
                    await desk.create(MINE, name, "one", ANNA)
            with pytest.raises(Invalid, match="characters"):
                await desk.create(MINE, "big", "x" * (LARGEST + 1), ANNA)
            await desk.create(MINE, "reception", "one", ANNA)
            with pytest.raises(Conflict, match="already"):
                await desk.create(MINE, "reception", "two", ANNA)
            with pytest.raises(NotFound):
                await desk.version(MINE, "reception", 1)

    run_real(story())


def test_nobody_overwrites_or_publishes_a_draft_that_they_have_not_seen(tmp_path: Path) -> None:
    async def story() -> None:
        async with _desk(tmp_path) as (desk, _, _database):
            seen = (await desk.create(MINE, "reception", "one", ANNA)).revision
            await desk.change(MINE, "reception", "bens", BEN, seen=seen)
            for late in (
                desk.change(MINE, "reception", "annas", ANNA, seen=seen),
                desk.publish(MINE, "reception", ANNA, seen=seen),
            ):
                with pytest.raises(Conflict, match="changed meanwhile") as raised:
                    await late
                assert raised.value.code == "draft_changed"
            assert (await desk.get(MINE, "reception")).draft == "bens"

    run_real(story())


def test_a_draft_that_changes_while_it_is_examined_is_not_published_unexamined(tmp_path: Path) -> None:
    async def story() -> None:
        async with _desk(tmp_path) as (desk, examiner, _database):
            await desk.create(MINE, "reception", "one", ANNA)
            examiner.gate = asyncio.Event()
            async with asyncio.TaskGroup() as tasks:
                publishing = tasks.create_task(_outcome(desk, ANNA))
                await examiner.asked.wait()
                await desk.change(MINE, "reception", "broken", BEN)
                examiner.gate.set()
            assert publishing.result() == "draft_changed"
            assert await desk.versions(MINE, "reception") == []

    run_real(story())


async def _outcome(desk: FlowDesk, by: UserId) -> int | str:
    try:
        made: FlowVersion = await desk.publish(MINE, "reception", by)
    except SwitchroomError as error:
        return error.code
    return made.number


def test_ten_publications_at_once_are_ten_versions_in_a_row(tmp_path: Path) -> None:
    async def story() -> None:
        async with _desk(tmp_path) as (desk, _, _database):
            await desk.create(MINE, "reception", "one", ANNA)
            async with asyncio.TaskGroup() as tasks:
                made = [tasks.create_task(_outcome(desk, ANNA)) for _ in range(10)]
            assert sorted(task.result() for task in made) == list(range(1, 11))
            assert (await desk.get(MINE, "reception")).published == 10
            assert [version.number for version in await desk.versions(MINE, "reception")] == list(range(10, 0, -1))

    run_real(story())
