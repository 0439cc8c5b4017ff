"""Telephones that we did not write, started for one call and stopped after it.

    async with Baresip(folder) as phone:
        await phone.dial("sip:demo@127.0.0.1:5060")
        await phone.say(speech("A table for four, please", folder / "order.wav"))
        await phone.falls_silent(after=1.0)
        await phone.press("2")
        await phone.hang_up()
    heard, said = phone.heard(), phone.said()      # 8 kHz PCM

Peers choose free ports. What they play and how to judge what they heard is in ``sound.py``.
"""

import asyncio
import json
import subprocess
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from tests.interop.ports import free_block
from tests.interop.sound import LOUD, RATE, Samples, recorded, silence

Json = dict[str, object]

_CLOCKS = {"G722": "G722/16000", "opus": "opus/48000/2"}
_MODULES = "/usr/lib/baresip/modules"


class CallNotMade(AssertionError):
    """The peer's call failed; the message is the peer's reason, such as ``404 Not Found``."""


# --- baresip ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class BaresipSetup:
    """How a baresip is set up. ``account`` is appended to its line (``;auth_user=...``), ``lines`` to the configuration."""

    user: str = "phone"
    codecs: str = "PCMU,PCMA"
    rate: int = RATE  # of what it plays and records
    transport: str = "udp"
    answers: bool = False
    source: Path | None = None
    account: str = ""
    refresh: int = 0
    lines: tuple[str, ...] = ()


class Baresip:
    """One baresip process, driven through its control port."""

    def __init__(self, folder: Path, setup: BaresipSetup | None = None) -> None:
        self._folder = folder
        self._setup = setup or BaresipSetup()
        self.port = free_block(40)  # SIP, SIP over TLS, control, and RTP from 10 up
        self.events: list[Json] = []
        self._unread: deque[Json] = deque()
        self._spoke = 0  # samples heard before it last spoke

    @property
    def uri(self) -> str:
        """The address it answers at."""
        return f"sip:{self._setup.user}@127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._configure()
        self._log = (self._folder / "baresip.log").open("wb")
        self._process = await asyncio.create_subprocess_exec(
            "baresip", "-4", "-f", str(self._folder), stdin=subprocess.DEVNULL, stdout=self._log, stderr=STDOUT
        )
        self._reader, self._writer = await _connect(self.port + 2, self._process)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()
        await _stop(self._process)
        self._log.close()

    async def dial(self, uri: str, *, within: float = 10.0) -> None:
        """Call and wait for the answer. Raises CallNotMade with the reason of a refusal."""
        await self.start_dialling(uri)
        event = await self.until("CALL_ESTABLISHED", "CALL_CLOSED", within=within)
        if event["type"] == "CALL_CLOSED":
            raise CallNotMade(str(event.get("param", "")))

    async def start_dialling(self, uri: str) -> None:
        """Call and do not wait for the answer."""
        self._unread.clear()
        self._spoke = 0
        await self.command("dial", uri)

    async def say(self, wav: Path) -> None:
        """Play a file from now on, in place of what was being played."""
        self._spoke = len(self.heard())
        await self.command("ausrc", f"aufile,{wav}")

    async def press(self, digits: str, *, apart: float = 0.3) -> None:
        """Press keys, as RFC 4733 events."""
        self._spoke = len(self.heard())
        for digit in digits:
            await self.command("sndcode", digit)
            await asyncio.sleep(apart)

    async def hold(self) -> None:
        """Put the call on hold."""
        await self.command("hold")

    async def resume(self) -> None:
        """Take the call off hold."""
        await self.command("resume")

    async def hang_up(self) -> None:
        """End the call, or cancel it while it rings."""
        await self.command("hangup")
        await self.until("CALL_CLOSED", within=5.0)

    async def command(self, name: str, parameters: str = "") -> str:
        """Give any command of baresip and return what it prints."""
        text = json.dumps({"command": name, "params": parameters, "token": "t"})
        self._writer.write(f"{len(text)}:{text},".encode())
        async with asyncio.timeout(5.0):
            while True:
                message = await self._receive()
                if "response" in message:
                    return str(message.get("data", ""))
                self._unread.append(message)

    async def until(self, *types: str, within: float = 10.0) -> Json:
        """Wait for an event of one of these types, such as ``CALL_CLOSED``; what came before it is passed over."""
        async with asyncio.timeout(within):
            while True:
                event = self._unread.popleft() if self._unread else await self._receive()
                if event.get("type") in types:
                    return event

    async def falls_silent(self, *, after: float = 1.0, within: float = 20.0) -> None:
        """Wait until it has heard something since it last spoke (or pressed a key) and then nothing for ``after`` seconds."""
        loud_until, heard = self._spoke, False
        async with asyncio.timeout(within):
            while True:
                samples = self.heard()
                loud = np.flatnonzero(np.abs(samples[loud_until:].astype(np.int32)) > LOUD)
                if len(loud):
                    loud_until, heard = loud_until + int(loud[-1]) + 1, True
                if heard and len(samples) - loud_until >= after * RATE:
                    return
                await asyncio.sleep(0.05)

    def heard(self) -> Samples:
        """Return what it has heard so far."""
        return self._recording("dec")

    def said(self) -> Samples:
        """Return what it has sent so far."""
        return self._recording("enc")

    def log(self) -> str:
        """Return what it printed."""
        return (self._folder / "baresip.log").read_text(errors="replace")

    def _recording(self, which: str) -> Samples:
        files = sorted(self._folder.glob(f"dump-*-{which}.wav"))
        return recorded(files[-1]) if files else np.zeros(0, np.int16)

    async def _receive(self) -> Json:
        length = await self._reader.readuntil(b":")
        text = await self._reader.readexactly(int(length[:-1]) + 1)
        message: Json = json.loads(text[:-1])
        if "event" in message:
            self.events.append(message)
        return message

    def _configure(self) -> None:
        setup, port = self._setup, self.port
        source = setup.source or silence(self._folder / "silence.wav", seconds=300.0)
        lines = [
            f"sip_listen 127.0.0.1:{port}",
            f"ctrl_tcp_listen 127.0.0.1:{port + 2}",
            f"rtp_ports {port + 10}-{port + 38}",
            "net_interface 127.0.0.1",
            "call_max_calls 4",
            f"audio_source aufile,{source}",
            "audio_player aufile,/dev/null",
            "audio_alert aufile,/dev/null",
            f"ausrc_srate {setup.rate}",
            f"auplay_srate {setup.rate}",
            "ausrc_channels 1",
            "auplay_channels 1",
            "jitter_buffer_delay 1-5",
            f"snd_path {self._folder}",
            f"module_path {_MODULES}",
            *(f"module {name}.so" for name in ("g711", "g722", "opus", "aufile", "sndfile")),
            "module_tmp account.so",
            "module_app menu.so",
            "module_app ctrl_tcp.so",
            *setup.lines,
        ]
        (self._folder / "config").write_text("\n".join(lines) + "\n")
        (self._folder / "contacts").write_text("")
        mode = "auto" if setup.answers else "manual"
        address = f"<sip:{setup.user}@127.0.0.1;transport={setup.transport}>"
        codecs = ",".join(_CLOCKS.get(name, f"{name}/8000") for name in setup.codecs.split(","))
        account = f"{address};regint={setup.refresh};answermode={mode};audio_codecs={codecs}{setup.account}\n"
        (self._folder / "accounts").write_text(account)


# --- linphone -----------------------------------------------------------------------------------------------------


class Linphone:
    """One linphonec, driven through its standard input. It needs a network of its own (fixture ``alone``)."""

    def __init__(self, folder: Path, *, encryption: str = "none", answers: bool = False, keys: str = "events") -> None:
        self._folder = folder
        self._encryption = encryption
        self._answers = answers
        self._keys = keys  # "events", "info", or both
        self.port = free_block(20)

    @property
    def uri(self) -> str:
        """The address it answers at."""
        return f"sip:linphone@127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        (self._folder / ".local/share/linphone").mkdir(parents=True, exist_ok=True)
        sip = f"[sip]\nsip_port={self.port}\nsip_tcp_port=0\nsip_tls_port=0\nuse_ipv6=0\n"
        sip += f"media_encryption={self._encryption}\n"
        sip += f"use_info={int('info' in self._keys)}\nuse_rfc2833={int('events' in self._keys)}\n"
        rtp = f"[rtp]\naudio_rtp_port={self.port + 10}\n"
        video = "[video]\nenabled=0\nautomatically_initiate=0\nautomatically_accept=0\n"
        (self._folder / "linphonerc").write_text(sip + rtp + video)
        self._process = await asyncio.create_subprocess_exec(
            *("linphonec", "-c", str(self._folder / "linphonerc"), *(["-a"] if self._answers else [])),
            stdin=PIPE,
            stdout=PIPE,
            stderr=STDOUT,
            env={"HOME": str(self._folder), "PATH": "/usr/bin:/bin", "TERM": "dumb"},
        )
        await self.says("linphonec>")
        await self.command("soundcard use files")
        await self.command(f"record {self._folder / 'heard.wav'}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await _stop(self._process)

    async def dial(self, uri: str) -> None:
        """Call and wait until audio flows."""
        await self.command(f"call {uri}")
        await self.says("Media streams established")

    async def say(self, wav: Path) -> None:
        """Play a file."""
        await self.command(f"play {wav}")

    async def press(self, digits: str, *, apart: float = 0.4) -> None:
        """Press keys, by the roads it was given."""
        for digit in digits:
            await self.command(digit)
            await asyncio.sleep(apart)

    async def hang_up(self) -> None:
        """End the call."""
        await self.command("terminate")
        await self.says("ended (")

    async def command(self, text: str) -> None:
        """Type any command of linphonec."""
        assert self._process.stdin is not None
        self._process.stdin.write(text.encode() + b"\n")
        await self._process.stdin.drain()

    async def says(self, text: str, *, within: float = 10.0) -> None:
        """Wait until it prints ``text``."""
        assert self._process.stdout is not None
        async with asyncio.timeout(within):
            await self._process.stdout.readuntil(text.encode())

    def heard(self) -> Samples:
        """Return what it heard; complete once it has hung up."""
        return recorded(self._folder / "heard.wav")


# --- sipp ---------------------------------------------------------------------------------------------------------

SCENARIOS = Path(__file__).parent / "sipp"


@dataclass(frozen=True, slots=True)
class SippReport:
    """How sipp ended: 0 when every call went as its scenario says."""

    code: int
    errors: str


async def sipp(
    folder: Path, scenario: str | Path, target: str = "", *options: str, port: int = 0, within: float = 30.0
) -> SippReport:
    """Play ``scenario`` (a file, or a name in ``sipp/``) against ``target`` (``127.0.0.1:5060``), once unless told otherwise.

    Without a target it waits to be called at ``port``, the first of a free block of 20. ``folder`` becomes its working
    directory: files that a scenario plays are looked for there.
    """
    port = port or free_block(20)
    process = await asyncio.create_subprocess_exec(
        *(
            "sipp",
            *([target] if target else []),
            "-sf",
            str(scenario if isinstance(scenario, Path) else SCENARIOS / f"{scenario}.xml"),
            "-m",
            "1",
            "-i",
            "127.0.0.1",
            "-p",
            str(port),
        ),
        *("-mi", "127.0.0.1", "-mp", str(port + 10), "-nostdin", "-trace_err", "-error_file", "errors.log"),
        *("-timeout", f"{int(within)}s", "-timeout_error", *options),
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=STDOUT,
    )
    try:
        async with asyncio.timeout(within + 5.0):
            code = await process.wait()
    finally:
        await _stop(process)
    errors = folder / "errors.log"
    return SippReport(code, errors.read_text(errors="replace") if errors.exists() else "")


# --- processes ----------------------------------------------------------------------------------------------------


async def _connect(port: int, process: Process) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    async with asyncio.timeout(10.0):
        while True:
            assert process.returncode is None, f"baresip ended with {process.returncode}; see its log"
            try:
                return await asyncio.open_connection("127.0.0.1", port)
            except ConnectionRefusedError:
                await asyncio.sleep(0.05)


async def _stop(process: Process) -> None:
    if process.returncode is not None:
        return
    process.terminate()
    try:
        async with asyncio.timeout(3.0):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
