"""One program for all tests of the console: started once, with a call that was really made."""

import asyncio
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest

from switchroom.web import console
from tests.console.house import House
from tests.end_to_end.program import serving
from tests.virtual_time import run_real

WORDS = "a table for two tomorrow at seven"


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The program, in a thread with a loop of its own; skips where the console is not built."""
    if not console.is_built():
        pytest.skip("the console is not built: make console")
    folder = tmp_path_factory.mktemp("house")
    ready, leave, found = threading.Event(), threading.Event(), list[House]()

    async def stand() -> None:
        async with serving(folder) as program:
            login = json.loads((folder / "demo-login.json").read_text())
            await asyncio.to_thread(_call, program.uri)
            url = f"http://127.0.0.1:{program.port + 1}"
            found.append(House(url, login["email"], login["password"], program.uri))
            ready.set()
            await asyncio.to_thread(leave.wait)

    def live() -> None:
        try:
            run_real(stand())
        finally:
            ready.set()

    thread = threading.Thread(target=live, name="house")
    thread.start()
    ready.wait()
    try:
        assert found, "the program did not start"
        yield found[0]
    finally:
        leave.set()
        thread.join()


def _call(uri: str) -> None:
    command = [sys.executable, "-m", "switchroom.cli", "call", uri, "--say", WORDS]
    subprocess.run(command, check=True, capture_output=True, env=os.environ, timeout=90)
