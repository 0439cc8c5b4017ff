"""Calls that the API makes and steers, with telephones that we did not write at both ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.end_to_end.program import Program, serving
from tests.interop.peers import Baresip, BaresipSetup
from tests.interop.sound import RATE, audible, pitch, tone
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]

NUMBER = "+442079460009"


class House:
    """The API of the running program, and the call it is about."""

    def __init__(self, client: httpx.AsyncClient, agent: str) -> None:
        self.client = client
        self.agent = agent
        self.call = ""

    async def phones(self, to: str) -> None:
        """Have the agent call somebody, and wait until they talk."""
        answer = await self.client.post(
            "/api/v1/calls", json={"agent": self.agent, "to": to, "metadata": {"case": "7"}}
        )
        assert answer.status_code == 202, answer.text
        self.call = answer.json()["id"]
        await self.becomes("talking")

    async def asks(self, path: str, status: int = 204, **body: object) -> None:
        answer = await self.client.post(f"/api/v1/calls/{self.call}/{path}", json=body or None)
        assert answer.status_code == status, answer.text

    async def becomes(self, state: str) -> dict[str, Any]:
        async with asyncio.timeout(20.0):
            while True:
                found = (await self.client.get(f"/api/v1/calls/{self.call}")).json()
                if found.get("state") == state:
                    return dict(found)
                await asyncio.sleep(0.1)

    async def happens(self, topic: str, times: int = 1) -> list[dict[str, Any]]:
        """Wait until the journal of the call holds so many of these events."""
        async with asyncio.timeout(20.0):
            while True:
                entries = (await self.client.get(f"/api/v1/calls/{self.call}/events")).json()
                found = [entry for entry in entries if entry["topic"] == topic]
                if len(found) >= times:
                    return found
                await asyncio.sleep(0.1)


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[tuple[House, Program]]:
    async with serving(folder) as program:
        login = json.loads((folder / "demo-login.json").read_text())
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{program.port + 1}", trust_env=False) as client:
            answer = await client.post("/api/auth/login", json={"email": login["email"], "password": login["password"]})
            client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
            yield House(client, "Receptionist"), program


@asynccontextmanager
async def telephone(here: House, program: Program, folder: Path, name: str, hertz: int = 0) -> AsyncIterator[Baresip]:
    """A telephone that is registered and answers, with a tone for a voice."""
    made = (await here.client.post("/api/v1/sip/accounts", json={"name": name})).json()
    account = f';auth_pass={made["password"]};outbound="sip:127.0.0.1:{program.port}"'
    source = tone(hertz, folder.with_suffix(".wav")) if hertz else None
    setup = BaresipSetup(user=name, account=account, refresh=60, answers=True, source=source)
    async with Baresip(folder / "phone", setup) as phone:
        while name not in (await here.client.get("/api/v1/sip/devices")).text:
            await asyncio.sleep(0.1)
        yield phone


async def sounds(phone: Baresip, seconds: float = 1.0) -> None:
    """Wait until there is something to be heard in what comes from now on."""
    begin = len(phone.heard())
    async with asyncio.timeout(15.0):
        while len(phone.heard()) - begin < seconds * RATE or audible(phone.heard()[begin:]) < 0.3:
            await asyncio.sleep(0.1)


async def has_pitch(phone: Baresip, hertz: float) -> None:
    async with asyncio.timeout(15.0):
        while abs(pitch(phone.heard()[-RATE // 2 :]) - hertz) > 5:
            await asyncio.sleep(0.1)


def test_the_api_calls_a_telephone_and_steers_the_call(alone: bool, tmp_path: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(150.0), house(tmp_path) as (here, program):
            async with (
                telephone(here, program, tmp_path / "anna", "anna") as anna,
                telephone(here, program, tmp_path / "bert", "bert", 700) as bert,
            ):
                await here.phones("anna")
                await sounds(anna)  # the greeting
                await here.asks("say", text="This was said by somebody else.", protected=True)
                await here.happens("reply.spoken")
                await here.asks("hold")
                assert (await here.becomes("held"))["direction"] == "outbound"
                await sounds(anna)  # music
                await here.asks("hold", 409)
                await here.asks("resume")
                await here.becomes("talking")
                await here.asks("digits", digits="5")
                await anna.until("CALL_DTMF_START", within=10.0)
                await here.asks("conference", 202, target="bert")
                await here.happens("leg.added", 2)
                await has_pitch(anna, 700)
                await here.asks("hang-up")
                await anna.until("CALL_CLOSED")
                await bert.until("CALL_CLOSED")
                ended = await here.becomes("ended")
                assert (ended["reason"], ended["metadata"]) == ("agent_hangup", {"case": "7"})
                said = (await here.client.get(f"/api/v1/calls/{here.call}/transcript", params={"format": "text"})).text
                assert "This was said by somebody else." in said

    run_real(main())


def test_the_api_hands_a_call_over_and_lets_a_person_take_it(alone: bool, tmp_path: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(150.0), house(tmp_path) as (here, program):
            async with (
                Baresip(tmp_path / "anna", BaresipSetup(user=NUMBER, answers=True)) as anna,
                telephone(here, program, tmp_path / "bert", "bert", 700) as bert,
            ):
                trunk = {"name": "lab", "domain": f"127.0.0.1:{anna.port}", "allow": ["+44"]}
                assert (await here.client.post("/api/v1/trunks", json=trunk)).status_code == 201
                await here.phones(NUMBER)
                await here.asks("take-over", 202, target="bert")
                await here.happens("takeover.started")
                await has_pitch(anna, 700)
                await here.asks("give-back", note="He wants a table.")
                await bert.until("CALL_CLOSED")
                await here.happens("takeover.ended")
                await here.asks("transfer", 202, target=bert.uri)
                assert (await here.becomes("ended"))["reason"] == "transfer"
                await has_pitch(anna, 700)
                await anna.hang_up()

    run_real(main())
