"""Breaking off whoever comes before, and keeping nothing of them.

A task that was cancelled keeps its frames, and they what they waited for: without care each reply that was broken off would keep
the one before it, with its sound, until the call ends.
"""

import asyncio


async def gone(tasks: list[asyncio.Task[None]]) -> None:
    """Cancel ``tasks`` and return once they are over; the list is empty then. Safe to cancel."""
    try:
        while any(_pending(tasks)):
            await asyncio.wait(tasks)
    finally:
        tasks.clear()


def _pending(tasks: list[asyncio.Task[None]]) -> list[bool]:
    """Return which of them are not over, all of which have been told to be."""
    for task in tasks:
        if not task.done() and not task.cancelling():  # to cancel it twice would break off its tidying up
            task.cancel()
    return [not task.done() for task in tasks]
