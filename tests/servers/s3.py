"""An S3-compatible server of our own: moto's, in a process of its own. It takes any access key, as long as there is one.

A test may stop, kill and start it; what it held is in its memory, and gone.
"""

import shutil
import signal
import sys
import tempfile
import urllib.request
from pathlib import Path
from urllib.error import URLError

from tests.interop.ports import free_block
from tests.servers.programs import Running

REGION = "us-east-1"
ACCESS_KEY, SECRET_KEY = "anybody", "not-very-secret"


class S3:
    """A running server."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="switchroom-s3-"))
        self.port = free_block(2)
        self.endpoint = f"http://127.0.0.1:{self.port}"
        self._made = 0
        self._running = self._started()

    def bucket(self) -> str:
        """Return the name of a new, empty bucket."""
        self._made += 1
        name = f"test-{self._made}"
        request = urllib.request.Request(f"{self.endpoint}/{name}", method="PUT")
        with urllib.request.urlopen(request, timeout=10):
            return name

    def start(self) -> None:
        """Start it again after ``stop`` or ``kill``, without any bucket. Only from the main thread."""
        self._running = self._started()

    def stop(self) -> None:
        """Stop it, closing every connection."""
        self._running.stop(signal.SIGTERM)

    def kill(self) -> None:
        """End it as if the machine had died."""
        self._running.kill()

    def close(self) -> None:
        """Stop it for good."""
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _started(self) -> Running:
        asked = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.port)]
        return Running(asked, self.folder / "log", self._answers)

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.endpoint}/moto-api/data.json", timeout=5):
                return True
        except URLError:
            return False
