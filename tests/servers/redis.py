"""A Redis of our own that keeps nothing on disk. A test may stop, kill and start it: whoever stops it starts it again."""

import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.interop.ports import free_block
from tests.servers.programs import Running, program


class Redis:
    """A running server."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="switchroom-redis-"))
        self.port = free_block(2)
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._running = self._started()

    def command(self, *words: str) -> str:
        """Run a command, such as ``FLUSHALL``, and return what redis-cli prints."""
        asked = [program("redis-cli", "redis-tools"), "-p", str(self.port), *words]
        return subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip()

    def start(self) -> None:
        """Start it again after ``stop`` or ``kill``; what it held is gone. Only from the main thread."""
        self._running = self._started()

    def stop(self) -> None:
        """Stop it, closing every connection."""
        self._running.stop(signal.SIGTERM)

    def kill(self) -> None:
        """End it as if the machine had died."""
        self._running.kill()

    def close(self) -> None:
        """Stop it for good."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _started(self) -> Running:
        asked = [program("redis-server", "redis-server"), "--port", str(self.port), "--bind", "127.0.0.1"]
        quiet = ["--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        return Running([*asked, *quiet], self.folder / "log", lambda: self.command("PING") == "PONG")
