"""Nothing is kept of a reply that was broken off."""

import asyncio
import gc
import weakref

from switchroom.calls.gone import gone
from tests.virtual_time import run


def test_broken_off_replies_do_not_keep_each_other() -> None:
    async def reply(before: list[asyncio.Task[None]]) -> None:
        await gone(before)
        await asyncio.sleep(100.0)

    async def main() -> list[bool]:
        kept: list[weakref.ref[asyncio.Task[None]]] = []
        last: list[asyncio.Task[None]] = []
        async with asyncio.TaskGroup() as tasks:
            for number in range(6):
                task = tasks.create_task(reply(last))
                kept.append(weakref.ref(task))
                last = [task]
                del task
                await asyncio.sleep(1.0 if number % 2 else 0.0)
            gc.collect()
            left = [one() is not None for one in kept]
            last[0].cancel()
        return left

    assert run(main()) == [False] * 5 + [True]
