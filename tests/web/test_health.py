"""What whoever watches the house is told of the database, of Redis, and of those who read the journal."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from switchroom.storage.journal import move_cursor
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.web.api import health
from tests.storage.stories import Story
from tests.virtual_time import run_real
from tests.web.site import site


def test_a_reader_that_stands_still_is_seen_to_be_behind(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            await here.happened(*Story("call_1", here.account.tenant.id).whole())
            last = await here.journal.last()
            async with here.services.database.transaction(WHOLE_HOUSE) as session:
                await move_cursor(session, "webhooks", last - 3)
            ready = await client.get("/health/ready")
            assert (ready.status_code, ready.json()["behind"]) == (200, {"history": 0, "webhooks": 3})
            figures = (await client.get("/metrics")).text
            assert 'switchroom_journal_behind{reader="history"} 0\n' in figures
            assert 'switchroom_journal_behind{reader="webhooks"} 3\n' in figures

    run_real(story())


def test_figures_are_given_while_the_database_cannot_be_read(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.client() as client:
            async with here.services.database.transaction(WHOLE_HOUSE) as session:
                await session.execute(text("DROP TABLE journal_cursors"))
            ready, figures = await client.get("/health/ready"), await client.get("/metrics")
            assert (ready.status_code, ready.json()["database"]) == (503, "cannot be read")
            assert figures.status_code == 200
            assert "switchroom_database_up 0\n" in figures.text and "switchroom_journal_behind" not in figures.text

    run_real(story())


def test_redis_away_is_said_and_keeps_no_call_away(tmp_path: Path) -> None:
    async def away() -> str:
        return "cannot be reached"

    async def story() -> None:
        async with site(tmp_path) as here:
            here.services = replace(here.services, redis=away)
            async with here.client() as client:
                ready = await client.get("/health/ready")
                assert (ready.status_code, ready.json()["redis"]) == (200, "cannot be reached")

    run_real(story())


def test_redis_that_does_not_answer_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def silent() -> str:
        await asyncio.Event().wait()
        return "ok"

    async def story() -> None:
        async with site(tmp_path) as here:
            here.services = replace(here.services, redis=silent)
            async with here.client() as client:
                assert (await client.get("/health/ready")).json()["redis"] == "does not answer"

    monkeypatch.setattr(health, "PATIENCE", 0.05)
    run_real(story())
