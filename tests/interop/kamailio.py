"""Kamailio in front of us: a proxy and registrar that we did not write, started for one test.

    async with Kamailio(folder, switch.target) as proxy:
        await phone.dial(proxy.uri)
        assert proxy.saw("INVITE")

Its rules are in ``kamailio.cfg``. ``stop`` and ``start`` make it die and come back at the same port, its bindings forgotten.
"""

import asyncio
import subprocess
from asyncio.subprocess import STDOUT, Process
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.interop.ports import free_block

_RULES = Path(__file__).parent / "kamailio.cfg"


class Kamailio:
    """Calls for a name that nobody has registered go to ``switch`` (host:port, with ``;transport=tls`` if so wanted).

    It listens to UDP and TCP, and if it is to be ``secure`` also to TLS, at the port above.
    """

    def __init__(self, folder: Path, switch: str, *, secure: bool = False) -> None:
        self.port = free_block(2)
        self._secure = secure
        self._folder = folder
        self._switch = switch
        self._process: Process | None = None

    @property
    def target(self) -> str:
        """Host and port."""
        return f"127.0.0.1:{self.port}"

    @property
    def uri(self) -> str:
        """What to dial to reach the switch through it."""
        return f"sip:demo@{self.target}"

    @property
    def route(self) -> str:
        """What to put into Route to call through it."""
        return f"sip:{self.target};lr"

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def secure_uri(self) -> str:
        """The same over TLS."""
        return f"sip:demo@127.0.0.1:{self.port + 1};transport=tls"

    async def start(self) -> None:
        """Start it and wait until it answers."""
        with (self._folder / "kamailio.log").open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *("kamailio", "-DD", "-E", "-f", str(_RULES), "-w", str(self._folder), "-Y", str(self._folder)),
                *("-m", "16", "-M", "4", "-A", f"PORT={self.port}", "-A", f'SWITCH="sip:{self._switch}"'),
                *self._security(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=STDOUT,
                start_new_session=True,
            )
        async with asyncio.timeout(20.0):
            while not await self._listens():
                assert self._process.returncode is None, self.log()
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        """End it and wait until it is gone."""
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        process.terminate()
        try:
            async with asyncio.timeout(10.0):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()

    def saw(self, request: str) -> list[str]:
        """Return what it noted of the requests whose line begins so."""
        lines = (line.partition("SAW ")[2] for line in self.log().splitlines())
        return [line for line in lines if line.startswith(request)]

    def log(self) -> str:
        """Return what it printed."""
        return (self._folder / "kamailio.log").read_text(errors="replace")

    def _security(self) -> tuple[str, ...]:
        if not self._secure:
            return ()
        key, certificate = self._folder / "key.pem", self._folder / "certificate.pem"
        made = [
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-subj",
            "/CN=127.0.0.1",
            "-keyout",
            str(key),
            "-out",
            str(certificate),
        ]
        subprocess.run(
            ["openssl", "req", "-x509", *made], check=True, capture_output=True
        )  # baresip wants no other kind here
        return ("-A", f"SECURE={self.port + 1}", "-A", f'CERTIFICATE="{certificate}"', "-A", f'KEY="{key}"')

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except ConnectionRefusedError:
            return False
        writer.close()
        return True
