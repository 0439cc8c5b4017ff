"""How a server's program is started and stopped. It dies with the run, even when that is killed."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

_PATIENCE = 60.0


def program(name: str, package: str, *folders: Path) -> str:
    """Return the path of a program; fail the test with what to do if it is missing."""
    path = shutil.which(name, path=os.pathsep.join([*map(str, folders), os.environ.get("PATH", "")]))
    if path is None:
        pytest.fail(f"{name} is not installed: run `make .venv/peers`, or `apt-get install {package}`", pytrace=False)
    return path


class Running:
    """A server's process."""

    def __init__(self, command: Sequence[str], log: Path, ready: Callable[[], bool], user: str | None = None) -> None:
        """Start it and wait until it is ready. Only from the main thread: the kernel stops it when the starting thread ends."""
        bound = [program("setpriv", "util-linux"), "--pdeathsig", "INT", *command]  # INT: PostgreSQL's quick way out
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                bound,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                user=user,
                group=user,
                extra_groups=[] if user else None,
                start_new_session=True,  # Ctrl-C is for the run, which then stops us
            )
        self._log = log
        until = time.monotonic() + _PATIENCE
        while not ready():
            if self.process.poll() is not None or time.monotonic() > until:
                self.kill()
                pytest.fail(f"{command[0]} did not start:\n{log.read_text(errors='replace')[-3000:]}", pytrace=False)
            time.sleep(0.02)

    def stop(self, signal: int) -> None:
        """Ask it to stop, and wait."""
        if self.process.poll() is None:
            self.process.send_signal(signal)
            try:
                self.process.wait(20.0)
            except subprocess.TimeoutExpired:
                self.kill()

    def kill(self) -> None:
        """End it as if the machine had died."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def listens(port: int) -> bool:
    """Tell whether somebody accepts connections at this port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
