"""``switchroom call``: the command-line caller with this machine's speech."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from switchroom import caller
from switchroom.errors import SwitchroomError, Unavailable
from switchroom.hosting import hosting
from switchroom.observability import set_up
from switchroom.ports import SpeechToText, TextToSpeech, Voice
from switchroom.providers.local.recogniser import PocketsphinxRecogniser
from switchroom.providers.local.voice import LocalVoice

Wishes = tuple[tuple[str, ...], tuple[Path, ...], tuple[str, ...], Path | None]
"""Sentences, files, digits and a script."""


async def place(
    target: str, wishes: Wishes, voice: str, record: Path | None, max_seconds: float, *, transcribe: bool
) -> int:
    """Make the call and return the exit status."""
    set_up("console", "error")
    try:
        script = caller.steps(*wishes)
    except SwitchroomError as error:
        print(f"Cannot call: {error}")
        return 2
    options = caller.CallOptions(target, script, Voice(voice), record, max_seconds)
    async with AsyncExitStack() as stack:
        tts = await _voice(stack) if wishes[0] or wishes[3] is not None else None
        stt = await _recogniser(stack) if transcribe else None
        return await caller.run(options, caller.Engines(tts, stt), print)


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


async def _recogniser(stack: AsyncExitStack) -> SpeechToText:
    stt = PocketsphinxRecogniser()
    ready = asyncio.Event()
    await stack.enter_async_context(hosting(stt.run(ready.set)))
    await ready.wait()
    return stt
