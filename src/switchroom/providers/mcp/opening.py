"""The door to the SDK: it takes the better part of a second to import, so that is done beside the loop, and only when wanted."""

import asyncio

from switchroom.providers.mcp.clients import Open


async def opener() -> Open:
    """Return what opens clients, importing the SDK if that was not done yet."""
    return await asyncio.to_thread(_load)


def _load() -> Open:
    from switchroom.providers.mcp.client import opened  # noqa: PLC0415 - see the module

    return opened
