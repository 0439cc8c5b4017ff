"""A table booked from a web page that is a telephone: JsSIP registers with a pass, and its call is WebRTC from end to end."""

import json
import subprocess
from pathlib import Path

import httpx
import pytest

from switchroom.events.catalogue import ReplySpoken
from switchroom.settings import SipSettings
from tests.end_to_end.house import House, open_day, opened
from tests.interop.jssip import NEEDED, JsSip, browser, bundle
from tests.interop.ports import free_block
from tests.interop.sound import speech
from tests.virtual_time import run_real

__all__ = ["bundle"]

pytestmark = [*NEEDED, pytest.mark.speech]

_LINES = ((6.0, "a table for four on {day} at seven thirty the name is anna"), (11.0, "yes please"))
"""Seconds of silence before each line, and what is said."""


def _microphone(folder: Path) -> Path:
    """Write the caller's part, with pauses in which the agent can answer."""
    parts = []
    for number, (pause, line) in enumerate(_LINES):
        spoken = speech(line.format(day=f"{open_day():%A}"), folder / f"{number}.wav", before=pause, after=0.1)
        parts.append(str(spoken))
    path = folder / "microphone.wav"
    subprocess.run(["sox", *parts, "-r", "48000", str(path), "pad", "0", "60"], check=True)
    return path


async def _registers(house: House, data: Path, page: JsSip) -> str:
    """Get a pass as the demo's user and register with it; return the realm."""
    login = json.loads((data / "demo-login.json").read_text())
    async with httpx.AsyncClient(base_url=house.running.web, trust_env=False) as client:
        answer = await client.post("/api/auth/login", json={"email": login["email"], "password": login["password"]})
        client.headers["authorization"] = f"Bearer {answer.json()['access_token']}"
        given = (await client.post("/api/v1/sip/credentials")).json()
    name, realm = str(given["uri"]).removeprefix("sip:").split("@")
    port = house.running.engine.endpoint.addresses["wss"][1]
    assert await page.asks("register", [port, given["password"], realm, given["user"], name]) == "registered"
    return realm


def test_a_caller_at_jssip_books_a_table(bundle: Path, tmp_path: Path) -> None:
    first = free_block(40)
    sip = SipSettings(host="127.0.0.1", port=0, wss_port=0, rtp_first=first, rtp_last=first + 39)

    async def main() -> None:
        microphone, data = _microphone(tmp_path), tmp_path / "data"
        async with opened(data, sip=sip) as house, browser(bundle, microphone) as page:
            realm = await _registers(house, data, page)
            assert await page.asks("call", f"sip:demo@{realm}") == "confirmed"
            try:
                await house.witness.until(ReplySpoken, where=lambda reply: "is booked" in reply.heard, within=60.0)
            except AssertionError as error:
                error.add_note(house.witness.story())
                raise
            ((name, party, at, status),) = await house.reservations()
            assert (name, party, status) == ("Anna", 4, "booked")
            assert (at.date(), f"{at:%H:%M}") == (open_day(), "19:30")
            await page.asks("leave")
            assert (await house.over()).reason == "caller_hangup"

    run_real(main())
