"""Talk to a restaurant flow in writing: ``python -m switchroom.domains.restaurant.chat FLOW.yaml``.

The book is empty and forgotten at the end. A line of figures is typed on the keypad, an empty line is silence.
"""

import asyncio
import re
import sys
from collections.abc import Callable
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path

from switchroom.domains.restaurant.reception import Reception
from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import load
from switchroom.identity import CallId, TenantId, new_id
from switchroom.ports import (
    Brain,
    CallDetails,
    CallerSaid,
    CallerSilent,
    CallerTyped,
    CallOpened,
    EndCall,
    Party,
    Prompt,
    Say,
    Utterance,
)
from switchroom.storage.db import Base, Database


async def chat(flow: Path, read: Callable[[], str], write: Callable[[str], object]) -> None:
    """Hold one conversation with ``flow`` until it or ``read`` (an empty text at the end) ends."""
    database = Database("sqlite+aiosqlite:///:memory:")
    try:
        async with database.engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        reception = Reception(load(flow), database)
        call = CallDetails(CallId(new_id("call")), Party("+440000000"), "chat", "phone_gateway", DirectErrands())
        brain = reception.opener(TenantId("chat"), lambda: datetime.now(UTC))(call)
        write(f"{reception.greeting}\n")
        await _talk(brain, read, write)
    finally:
        await database.close()


async def _talk(brain: Brain, read: Callable[[], str], write: Callable[[str], object]) -> None:
    silent = 0
    prompt: Prompt = CallOpened()
    heard: list[Utterance] = []
    while not await _reply(brain, prompt, heard, write):
        write("> ")
        line = await asyncio.to_thread(read)
        if not line:
            return
        silent = 0 if line.strip() else silent + 1
        prompt = _prompt(line.strip(), silent)
        if line.strip():
            heard.append(Utterance("caller", line.strip(), len(heard), len(heard) + 1))


def _prompt(line: str, silent: int) -> Prompt:
    if not line:
        return CallerSilent(silent)
    return CallerTyped(line) if re.fullmatch(r"[0-9*#]+", line) else CallerSaid(line)


async def _reply(brain: Brain, prompt: Prompt, heard: list[Utterance], write: Callable[[str], object]) -> bool:
    """Write the reply to ``prompt`` and put it down as ``heard``; return whether the call is over."""
    over = False
    async with aclosing(brain.reply(prompt, tuple(heard))) as parts:
        async for part in parts:
            if isinstance(part, Say):
                write(f"{part.text}\n")
                heard.append(Utterance("agent", part.text, len(heard), len(heard) + 1))
            over = over or isinstance(part, EndCall)
    return over


if __name__ == "__main__":
    asyncio.run(chat(Path(sys.argv[1]), sys.stdin.readline, sys.stdout.write))
