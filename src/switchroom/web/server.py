"""The HTTP server of the process, without signal handlers of its own: who runs it decides when it ends."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from fastapi import FastAPI

from switchroom.errors import Unavailable


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def serving(app: FastAPI, host: str, port: int) -> AsyncIterator[int]:
    """Serve ``app`` while the context is open; yields the port. Raises Unavailable if it is taken."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # now, for whoever reads that we are ready and comes before the server has started
    except OSError as error:
        listener.close()
        message = f"cannot serve pages on {host}:{port}: {error.strerror}; set SWITCHROOM_WEB__PORT to another port"
        raise Unavailable(message, code="web_port") from error
    config = uvicorn.Config(app, log_config=None, access_log=False, ws="websockets-sansio", timeout_graceful_shutdown=2)
    server = _Server(config)
    with contextlib.closing(listener):  # the server closes it too, unless it is cancelled
        async with asyncio.TaskGroup() as tasks:
            served = tasks.create_task(server.serve(sockets=[listener]), name="web")
            try:
                yield int(listener.getsockname()[1])
            finally:
                server.should_exit = True
                await asyncio.wait([served])  # also where we are cancelled: the server leaves tasks behind when it is
