"""Agents in writing over HTTP, with the demo's own flow behind them."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import httpx

from switchroom.answering import FLOWS, Answering
from switchroom.calls.text_desk import TextDesk
from switchroom.events.bus import Subscription
from switchroom.history.reader import HistoryReader
from tests.virtual_time import run_real
from tests.web.site import Site, site

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday


@asynccontextmanager
async def writing(folder: Path) -> AsyncIterator[Site]:
    """A site whose agent, the receptionist of the example, can be written to."""
    async with site(folder) as here:
        services = here.services
        directory = Answering(services.catalogue, services.database, FLOWS, now=lambda: NOON)
        desk = TextDesk(services.bus.publish)
        here.services = replace(services, texts=desk, plan_for_text=directory.plan_for_text)
        here.agent = await services.catalogue.create_agent(here.account.tenant.id, "Waiter", "examples/restaurant.yaml")
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(desk.run())
            await asyncio.sleep(0)
            yield here
            desk.drain()
            await running


async def write(client: httpx.AsyncClient, prompt: str, **more: object) -> httpx.Response:
    return await client.post("/agent/process", json={"prompt": prompt, "agent": "Waiter", "user_id": "guest", **more})


async def journaled(here: Site, events: Subscription) -> None:
    await here.journal.write(events.take())
    await HistoryReader(here.journal, linger=0).catch_up()


def test_a_table_is_booked_in_writing_and_the_conversation_is_in_the_history(tmp_path: Path) -> None:
    async def story() -> None:
        async with writing(tmp_path) as here, here.as_user() as client:
            with here.services.bus.subscribe(lambda event: not event.ephemeral) as events:
                greeting = (await write(client, "")).json()
                assert (greeting["turn"], greeting["reply"]) == (
                    0,
                    "Hello, this is the Copper Table. How can I help you?",
                )
                asked = (await write(client, "A table for four on Friday at half past seven please")).json()
                assert [call["result"]["status"] for call in asked["tool_calls"]] == ["free"]
                assert asked["conversation"] == greeting["conversation"]
                named = (await write(client, "Smith")).json()
                booked = (await write(client, "yes")).json()
                assert [call["tool"] for call in booked["tool_calls"]] == ["book_table"], (asked, named)
                assert booked["tool_calls"][0]["result"]["status"] == "booked"
                assert booked["timings"]["total"] >= booked["timings"]["tools"] > 0
                await journaled(here, events)
            kept = (await client.get(f"/api/v1/calls/{booked['conversation']}")).json()
            assert (kept["source"], kept["caller"], kept["dialled"]) == ("text", "guest", "text")
            lines = (await client.get(f"/api/v1/calls/{booked['conversation']}/transcript")).json()
            assert [line["who"] for line in lines[:3]] == ["agent", "caller", "agent"]

    run_real(story())


def test_a_reply_can_be_followed_as_it_is_made(tmp_path: Path) -> None:
    async def story() -> None:
        async with writing(tmp_path) as here, here.as_user() as client:
            client.headers["accept"] = "text/event-stream"
            answer = await write(client, "A table for four on Friday at half past seven please")
            assert answer.headers["content-type"].startswith("text/event-stream")
            events = [
                dict(line.split(": ", 1) for line in event.splitlines()) for event in answer.text.split("\n\n")[:-1]
            ]
            assert [event["event"] for event in events] == ["tool", "text", "reply"]
            reply = json.loads(events[-1]["data"])
            assert reply["reply"] == json.loads(events[1]["data"])["text"]
            assert reply["tool_calls"] == [json.loads(events[0]["data"])]

    run_real(story())


def test_a_message_that_cannot_be_used_says_why(tmp_path: Path) -> None:
    async def story() -> None:
        async with writing(tmp_path) as here:
            async with here.as_user() as client:
                several = await client.post("/agent/process", json={"prompt": "hello"})
                assert (several.status_code, several.json()["code"]) == (422, "which_agent")
                assert "Waiter" in several.json()["detail"]
                missing = await write(client, "hello", agent="nobody")
                assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
                long = await write(client, "x" * 8001)
                assert (long.status_code, long.json()["errors"][0]["where"]) == (422, "body.prompt")
                broken = await write(client, "hello", agent="Receptionist")  # its flow is not there
                assert (broken.status_code, broken.json()["code"]) == (422, "flow_missing")
            async with here.client() as client:
                assert (await write(client, "hello")).status_code == 401
            async with here.as_user(await here.stranger()) as client:
                assert (await write(client, "hello", agent=here.agent.id)).status_code == 404

    run_real(story())


def test_the_same_message_sent_twice_is_answered_once(tmp_path: Path) -> None:
    async def story() -> None:
        async with writing(tmp_path) as here, here.as_user() as client:
            client.headers["idempotency-key"] = "k1"
            first = (await write(client, "what can you do")).json()
            assert (await write(client, "what can you do")).json() == first
            client.headers["idempotency-key"] = "k2"
            assert (await write(client, "what can you do")).json()["turn"] == 2

    run_real(story())


def test_without_an_engine_nobody_can_be_written_to(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            answer = await client.post("/agent/process", json={"prompt": "hello"})
            assert (answer.status_code, answer.json()["code"]) == (503, "not_running")

    run_real(story())


def test_conversations_in_writing_are_listed_as_such(tmp_path: Path) -> None:
    async def story() -> None:
        async with writing(tmp_path) as here:
            with here.services.bus.subscribe(lambda event: not event.ephemeral) as events:
                async with here.as_user() as client:
                    await write(client, "hello")
                await journaled(here, events)
            async with here.in_browser() as client:
                page = (await client.get("/calls", params={"show": "text"})).text
                assert "guest" in page
                assert "in writing" in page
                assert "guest" not in (await client.get("/calls", params={"show": "browser"})).text

    run_real(story())
