"""``switchroom call``: the command-line caller with this machine's speech."""

import asyncio
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path

from switchroom import caller
from switchroom.errors import SwitchroomError, Unavailable
from switchroom.flow.file import load
from switchroom.flow.lines import lines
from switchroom.hosting import hosting
from switchroom.observability import set_up
from switchroom.ports import Hints, SpeechToText, TextToSpeech
from switchroom.providers.local.recogniser import PocketsphinxRecogniser
from switchroom.providers.local.voice import LocalVoice

Wishes = tuple[tuple[str, ...], tuple[Path, ...], tuple[str, ...], Path | None]
"""Sentences, files, digits and a script."""


async def place(options: caller.CallOptions, wishes: Wishes, flow: Path | None) -> int:
    """Make the call and return the exit status. ``flow`` tells what the other side may say; without one it is not written down."""
    set_up("console", "error")
    try:
        options = replace(options, steps=caller.steps(*wishes))
        expected = caller.ANYTHING if flow is None else lines(load(flow), date.today())  # noqa: DTZ011 - a caller's day
    except SwitchroomError as error:
        print(f"Cannot call: {error}")
        return 2
    async with AsyncExitStack() as stack:
        tts = await _voice(stack) if wishes[0] or wishes[3] is not None else None
        stt = await _recogniser(stack, expected) if flow is not None else None
        return await caller.run(options, caller.Engines(tts, stt, expected=expected), print)


async def _voice(stack: AsyncExitStack) -> TextToSpeech | None:
    try:
        tts = LocalVoice()
    except Unavailable as error:
        print(f"Nothing can be said: {error}")
        return None
    ready = asyncio.Event()
    await stack.enter_async_context(hosting(tts.run(ready.set)))
    await ready.wait()
    return tts


async def _recogniser(stack: AsyncExitStack, expected: Hints) -> SpeechToText:
    stt = PocketsphinxRecogniser()
    ready = asyncio.Event()
    await stack.enter_async_context(hosting(stt.run(ready.set)))
    await ready.wait()
    stt.prepare([expected])
    return stt
