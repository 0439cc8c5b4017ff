"""A running program is backed up in the middle of a call, restored elsewhere by the command line, and started there."""

import asyncio
import json
import os
import sys
from asyncio.subprocess import PIPE, STDOUT
from pathlib import Path

import httpx
import pytest

from tests.end_to_end.program import Program, serving
from tests.servers.postgresql import Postgresql
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]

PASSPHRASE = {"SWITCHROOM_BACKUP_PASSPHRASE": "correct horse battery"}


async def command(*words: str, **environment: str) -> str:
    """Run a command of ours, and return what it printed."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "switchroom.cli", *words), env={**os.environ, **environment}, stdout=PIPE, stderr=STDOUT
    )
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()


async def calls_of(program: Program, login: dict[str, str]) -> list[dict[str, object]]:
    """Return the calls that the API shows."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{program.port + 1}") as client:
        credentials = {"email": login["email"], "password": login["password"]}
        token = (await client.post("/api/auth/login", json=credentials)).json()["access_token"]
        answer = await client.get("/api/v1/calls", headers={"authorization": f"Bearer {token}"})
        return list(answer.json()["items"])


async def called(program: Program, folder: Path) -> "asyncio.subprocess.Process":
    """Call the program, and stay on the line for a while."""
    script = folder / "script.txt"
    script.write_text("say Just a moment please\nwait 4\n" * 10)
    words = ("call", program.uri, "--no-transcribe", "--script", str(script))
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "switchroom.cli", *words), stdout=PIPE, stderr=STDOUT
    )


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_a_program_is_backed_up_in_mid_call_and_lives_on_elsewhere(
    tmp_path: Path, postgresql: Postgresql, to: str
) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    elsewhere = {"SWITCHROOM_DATA": str(there), **PASSPHRASE}
    if to == "postgresql":
        elsewhere["SWITCHROOM_DATABASE_URL"] = postgresql.create(empty=True)

    async def main() -> None:
        here.mkdir()
        there.mkdir()
        tar = str(tmp_path / "house.tar")
        async with serving(here) as program:
            login = json.loads((here / "demo-login.json").read_text())
            caller = await called(program, tmp_path)
            async with asyncio.timeout(30.0):
                while not await calls_of(program, login):
                    await asyncio.sleep(0.2)
            await asyncio.sleep(2.0)  # some of the recording is on the disk
            said = await command("backup", tar, "--with-secret", SWITCHROOM_DATA=str(here), **PASSPHRASE)
            assert "voice_calls: 1 rows" in said and "1 blobs" in said, said
            before = await calls_of(program, login)
            caller.terminate()
            await caller.wait()
        assert "is whole" in await command("restore", tar, "--check")
        assert "Restored" in await command("restore", tar, "--with-secret", **elsewhere)
        assert (there / "secret").read_text() == (here / "secret").read_text()
        async with serving(there, **elsewhere, SWITCHROOM_DEMO="false") as reborn:
            async with asyncio.timeout(30.0):  # where there may be several engines, the one of before is waited for
                while (call := (await calls_of(reborn, login))[0])["state"] != "ended":
                    await asyncio.sleep(0.2)
            assert call["id"] == before[0]["id"]
            assert call["error"], "nobody carries it any more"

    run_real(main())
