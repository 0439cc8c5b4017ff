"""A softphone of a tenant at the running program: it is given an account, registers, calls the agent, and is let go."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.guest import hears
from tests.end_to_end.program import Program, serving
from tests.interop.peers import Baresip, BaresipSetup, CallNotMade
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]


@asynccontextmanager
async def signed_in(program: Program, data: Path) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the program's API as its demo user."""
    login = json.loads((data / "demo-login.json").read_text())
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{program.port + 1}", trust_env=False) as client:
        answer = await client.post("/api/auth/login", json={"email": login["email"], "password": login["password"]})
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        yield client


async def devices(client: httpx.AsyncClient, count: int) -> list[dict[str, object]]:
    """Wait until so many devices are registered, and return them."""
    while len(found := (await client.get("/api/v1/sip/devices")).json()["devices"]) != count:
        await asyncio.sleep(0.1)
    return list(found)


def test_a_softphone_registers_calls_the_agent_and_is_let_go(alone: bool, tmp_path: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(120.0), serving(tmp_path) as program, signed_in(program, tmp_path) as client:
            made = (await client.post("/api/v1/sip/accounts", json={"name": "phone"})).json()
            account = f';auth_pass={made["password"]};outbound="sip:127.0.0.1:{program.port}"'
            async with Baresip(tmp_path / "phone", BaresipSetup(account=account, refresh=60)) as phone:
                (device,) = await devices(client, 1)
                assert (device["account"], device["transport"]) == ("phone", "udp")
                assert "baresip" in str(device["name"])
                await phone.dial(program.uri)
                await hears(phone, 0.5)
                await phone.hang_up()
                off = await client.patch("/api/v1/sip/accounts/phone", json={"disabled": True})
                assert off.json()["disabled"] is True
                assert await devices(client, 0) == []
                with pytest.raises(CallNotMade, match="403"):
                    await phone.dial(program.uri)

    run_real(main())
