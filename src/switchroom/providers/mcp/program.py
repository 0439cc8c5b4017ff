"""A server as a program of ours: started with an environment of its own, ended with all it has started, its lines bounded.

One JSON message a line each way. The program's death ends the inward stream, so whoever waits for an answer is told at once; a
line beyond the limit ends the program, for its answers can no longer be told apart.
"""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.client._transport import TransportStreams
from mcp.shared.message import SessionMessage
from mcp_types import jsonrpc_message_adapter

from switchroom.errors import Unavailable
from switchroom.ports.tool_server import Program
from switchroom.providers.mcp.guard import MOST_BYTES

INHERITED = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR")
GRACE = 1.0
"""Seconds that a program has to end by itself, and again after SIGTERM."""


@asynccontextmanager
async def program_streams(program: Program, ended: Callable[[str], None]) -> AsyncIterator[TransportStreams]:
    """Run ``program`` while the context is open; ``ended`` is told why if it ends before. Raises Unavailable."""
    process = await _start(program)
    into, inward = anyio.create_memory_object_stream[SessionMessage | Exception](0)
    outward, out_of = anyio.create_memory_object_stream[SessionMessage](0)
    try:
        async with asyncio.TaskGroup() as tasks:
            pumps = (tasks.create_task(_read(process, into, ended)), tasks.create_task(_write(process, out_of)))
            try:
                yield inward, outward
            finally:
                for pump in pumps:
                    pump.cancel()
    finally:
        for stream in (into, inward, outward, out_of):
            stream.close()
        await _end(process)


async def _start(program: Program) -> asyncio.subprocess.Process:
    environment = {name: os.environ[name] for name in INHERITED if name in os.environ}
    try:
        return await asyncio.create_subprocess_exec(
            *program.command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={**environment, **program.environment},
            start_new_session=True,
            limit=MOST_BYTES,
        )
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable(f"{program.command[0]!r} cannot be started: {reason}", code="tool_server_start") from error


async def _read(
    process: asyncio.subprocess.Process,
    into: MemoryObjectSendStream[SessionMessage | Exception],
    ended: Callable[[str], None],
) -> None:
    assert process.stdout is not None
    why = "its program ended"
    with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError), into:
        try:
            while line := await process.stdout.readline():
                if message := _message(line):
                    await into.send(message)
        except ValueError:  # beyond the limit
            why = f"it wrote a line of more than {MOST_BYTES} bytes"
    ended(why)


def _message(line: bytes) -> SessionMessage | None:
    """Return the message of a line; None for what is no message, which some programs print before they start."""
    try:
        return SessionMessage(jsonrpc_message_adapter.validate_json(line, by_name=False))
    except ValueError:
        return None


async def _write(process: asyncio.subprocess.Process, out_of: MemoryObjectReceiveStream[SessionMessage]) -> None:
    assert process.stdin is not None
    with suppress(OSError):  # it has ended, which the reader tells
        async for message in out_of:
            text = message.message.model_dump_json(by_alias=True, exclude_unset=True)
            process.stdin.write(text.encode() + b"\n")
            await process.stdin.drain()


async def _end(process: asyncio.subprocess.Process) -> None:
    """End the program and whatever it has started: by closing its input, by SIGTERM, by SIGKILL."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        await _gone(process)
        _signal(process, signal.SIGTERM)
        await _gone(process)
    finally:
        _signal(process, signal.SIGKILL)
        _close_pipes(process)
        with anyio.CancelScope(shield=True):  # it is killed: to see it gone takes no time, and nobody else would
            await process.wait()
    await asyncio.sleep(0)  # until what the pipes have to say of it is said


async def _gone(process: asyncio.subprocess.Process) -> None:
    with suppress(TimeoutError):
        async with asyncio.timeout(GRACE):
            await process.wait()


def _close_pipes(process: asyncio.subprocess.Process) -> None:
    """Let go of the pipes, though something that the program has started may hold their other end."""
    transport = getattr(process, "_transport", None)  # there is no other way to it
    if isinstance(transport, asyncio.BaseTransport):
        with suppress(PermissionError):
            transport.close()


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)
