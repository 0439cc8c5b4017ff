"""Work that needs Redis, begun again whenever the server is there again."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from switchroom.errors import Unavailable

log = structlog.get_logger()

FIRST, SLOWEST = 0.1, 5.0
"""Seconds before it is tried again: twice as many each time."""


async def reconnecting(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Do ``work``, which ends by Unavailable alone, again and again until cancelled. An outage is told once."""
    delay, away = FIRST, False
    while True:
        began = asyncio.get_running_loop().time()
        try:
            await work()
        except Unavailable as error:
            lasted = asyncio.get_running_loop().time() - began
            if lasted > SLOWEST:
                delay, away = FIRST, False
            if not away:
                log.warning("Redis is away, going on without", work=name, problem=str(error))
                away = True
        await asyncio.sleep(delay)
        delay = min(delay * 2, SLOWEST)
