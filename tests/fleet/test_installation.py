"""Two engines, an api and a worker as processes, with PostgreSQL and Redis: what an operator with several machines relies on."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from switchroom.hosting import hosting
from tests.end_to_end.program import Program
from tests.fleet.processes import Installation, Json, calling, installation
from tests.fleet.registrar import ScriptedRegistrar, registrar
from tests.servers.postgresql import Postgresql
from tests.servers.redis import Redis
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]


def calls_in(answer: Json) -> list[Json]:
    items = answer["items"]
    assert isinstance(items, list)
    return items


async def talking(fleet: Installation, count: int) -> list[str]:
    """Wait until so many calls go on; return them, the oldest first."""

    def holds(answer: Json) -> bool:
        return [call["state"] for call in calls_in(answer)] == ["talking"] * count

    answer = await fleet.until("/api/v1/calls?live=true", holds)
    return [str(call["id"]) for call in reversed(calls_in(answer))]


def greeted(answer: Json) -> bool:
    return "Copper Table" in str(answer)


@pytest.mark.timeout(300)
def test_commands_reach_the_engine_of_the_call_and_a_dead_engine_s_call_is_closed_while_the_other_answers(
    tmp_path: Path, postgresql: Postgresql, redis: Redis
) -> None:
    async def main() -> None:
        async with registrar() as carrier, installation(tmp_path, postgresql.create(), redis.url) as fleet:
            trunk = await added(fleet, carrier)
            one, two = sorted(fleet.engines, key=lambda engine: engine.port not in carrier.registered)
            await called_out(fleet, carrier)
            async with following(fleet) as changes, calling(tmp_path, one):
                [first] = await talking(fleet, 1)
                async with calling(tmp_path, two) as caller:
                    _, second = await talking(fleet, 2)
                    for call in (first, second):
                        await fleet.until(f"/api/v1/calls/{call}/transcript", greeted)
                    await hung_up_by_the_right_engine(fleet, second)
                    assert await caller.wait() == 0, "its engine has hung up"
                    assert await talking(fleet, 1) == [first]
                one.process.kill()
                await the_other_answers(fleet, first, two, tmp_path)
                await fleet.until(
                    f"/api/v1/trunks/{trunk}", lambda found: carrier.registered[-1] == two.port and up(found)
                )
                assert {(first, "call.connected"), (first, "voice.call.failed")} <= set(changes)

    run_real(main())


async def hung_up_by_the_right_engine(fleet: Installation, call: str) -> None:
    response = await fleet.client.post(f"/api/v1/calls/{call}/hang-up")
    assert response.status_code == 204, response.text
    ended = await fleet.until(f"/api/v1/calls/{call}", lambda found: found["state"] == "ended")
    assert (ended["reason"], ended["error"]) == ("agent_hangup", "")
    again = await fleet.client.post(f"/api/v1/calls/{call}/hang-up")
    assert again.status_code in (404, 409), again.text


@asynccontextmanager
async def following(fleet: Installation) -> AsyncIterator[list[tuple[str, str]]]:
    """Follow the live changes at the api: (call, topic), as they are told."""
    told: list[tuple[str, str]] = []

    async def follow() -> None:
        async with fleet.client.stream("GET", "/api/v1/calls/changes", timeout=None) as response:
            async for line in response.aiter_lines():
                if line.startswith("data:"):
                    change = json.loads(line.removeprefix("data:"))
                    told.append((change["call"], change["topic"]))

    async with hosting(follow()):
        yield told


def up(trunk: Json) -> bool:
    line = trunk["line"]
    return isinstance(line, dict) and line["state"] == "registered"


async def added(fleet: Installation, carrier: ScriptedRegistrar) -> str:
    """Add a trunk and wait until one engine has registered it; return its id."""
    there = f"sip:127.0.0.1:{carrier.port}"
    fields = {
        "name": "carrier",
        "domain": "carrier.example.com",
        "proxies": [there],
        "registrar": there,
        "number": "demo",
    }
    line = {"registers": True, "user": "us", "password": "secret", "allow": ["+44"], "numbers": ["+442079460000"]}
    made = await fleet.client.post("/api/v1/trunks", json={**fields, **line})
    assert made.status_code == 201, made.text
    trunk = str(made.json()["id"])
    await fleet.until(f"/api/v1/trunks/{trunk}", up)
    assert len(carrier.registered) == 1, "by one engine alone"
    return trunk


async def called_out(fleet: Installation, carrier: ScriptedRegistrar) -> None:
    """Have the api call somebody: an engine does."""
    agents = (await fleet.client.get("/api/v1/agents")).json()
    made = await fleet.client.post("/api/v1/calls", json={"agent": agents[0]["id"], "to": "+442079460009"})
    assert made.status_code == 202, made.text
    await fleet.until(f"/api/v1/calls/{made.json()['id']}", lambda found: found["state"] == "ended")
    assert carrier.called == ["+442079460009"]


async def the_other_answers(fleet: Installation, call: str, two: Program, folder: Path) -> None:
    failed = await fleet.until(f"/api/v1/calls/{call}", lambda found: found["state"] == "ended")
    assert failed["error"] == "engine_lost"
    assert greeted(await fleet.asked(f"/api/v1/calls/{call}/transcript")), "what was journaled is kept"
    response = await fleet.client.post(f"/api/v1/calls/{call}/hang-up")
    assert response.status_code in (404, 409), response.text
    async with calling(folder, two):
        [after] = await talking(fleet, 1)
        await fleet.until(f"/api/v1/calls/{after}/transcript", greeted)


@pytest.mark.timeout(300)
def test_without_redis_calls_go_on_and_are_remembered_and_commands_wait_for_its_return(
    tmp_path: Path, postgresql: Postgresql, redis: Redis
) -> None:
    async def main() -> None:
        async with (
            installation(tmp_path, postgresql.create(), redis.url) as fleet,
            calling(tmp_path, fleet.engines[0]) as caller,
        ):
            [call] = await talking(fleet, 1)
            redis.kill()
            await fleet.until(f"/api/v1/calls/{call}/transcript", greeted)
            refused = await fleet.client.post(f"/api/v1/calls/{call}/hang-up", timeout=30.0)
            assert refused.status_code == 503, refused.text
            assert caller.returncode is None, "nobody has hung up"
            redis.start()
            async with asyncio.timeout(60.0):
                while (await fleet.client.post(f"/api/v1/calls/{call}/hang-up", timeout=30.0)).status_code != 204:
                    await asyncio.sleep(0.2)
            ended = await fleet.until(f"/api/v1/calls/{call}", lambda found: found["state"] == "ended")
            assert (ended["reason"], ended["error"]) == ("agent_hangup", "")

    run_real(main())
