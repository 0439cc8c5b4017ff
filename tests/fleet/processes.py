"""A whole installation in processes: two engines, an api and a worker, with PostgreSQL and Redis.

async with installation(tmp_path, postgresql.create(), redis.url) as fleet:
    async with fleet.call(fleet.engines[0], "A table for two please") as call: ...
"""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import STDOUT
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.end_to_end.program import Program, serving

Json = dict[str, object]


@dataclass(frozen=True, slots=True)
class Installation:
    """The processes, and a client that is signed in at the api."""

    api: Program
    worker: Program
    engines: tuple[Program, Program]
    client: httpx.AsyncClient

    async def asked(self, path: str) -> Json:
        """Return what the api answers."""
        response = await self.client.get(path)
        assert response.status_code == 200, response.text
        return {"list": answer} if isinstance(answer := response.json(), list) else answer

    async def until(self, path: str, holds: Callable[[Json], bool], *, within: float = 30.0) -> Json:
        """Ask until what is answered holds."""
        answer: Json = {}
        try:
            async with asyncio.timeout(within):
                while not holds(answer := await self.asked(path)):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise AssertionError(f"{path} still answers {json.dumps(answer)[:2000]}") from None
        return answer


@asynccontextmanager
async def installation(folder: Path, database: str, redis: str) -> AsyncIterator[Installation]:
    """Run it."""
    shared = {
        "SWITCHROOM_DATABASE_URL": database,
        "SWITCHROOM_REDIS_URL": redis,
        "SWITCHROOM_SECRET": "a secret that all processes share " * 2,
        "SWITCHROOM_ENGINE__DRAIN_SECONDS": "2",
    }

    async with AsyncExitStack() as stack:

        async def started(name: str, role: str) -> Program:
            (folder / name).mkdir()
            return await stack.enter_async_context(serving(folder / name, **shared, SWITCHROOM_ROLE=role))

        api = await started("api", "api")
        async with asyncio.TaskGroup() as tasks:
            worker = tasks.create_task(started("worker", "worker"))
            one, two = (tasks.create_task(started(name, "engine")) for name in ("one", "two"))
        login = json.loads((folder / "api" / "demo-login.json").read_text())
        client = await stack.enter_async_context(
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{api.port + 1}", timeout=60.0)
        )
        credentials = {"email": login["email"], "password": login["password"]}
        answer = (await client.post("/api/auth/login", json=credentials)).json()
        client.headers["authorization"] = f"Bearer {answer['access_token']}"
        yield Installation(api, worker.result(), (one.result(), two.result()), client)


@asynccontextmanager
async def calling(folder: Path, engine: Program) -> AsyncIterator[asyncio.subprocess.Process]:
    """Call an engine with our own caller, who says something now and then and stays; it is ended with the context."""
    script = folder / f"caller-{engine.port}.txt"
    script.write_text("say Just a moment please\nwait 5\n" * 20)
    command = (sys.executable, "-m", "switchroom.cli", "call", engine.uri, "--no-transcribe", "--script", str(script))
    with (folder / f"caller-{engine.port}.log").open("ab") as output:
        process = await asyncio.create_subprocess_exec(*command, env=dict(os.environ), stdout=output, stderr=STDOUT)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            await process.wait()
