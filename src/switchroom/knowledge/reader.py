"""Reading a document in a process of its own, with a limit on its time and its memory."""

import asyncio
import json
import sys
from contextlib import suppress

from switchroom.errors import Invalid, Unavailable
from switchroom.knowledge.reading import KINDS, Section

_SECONDS = 60.0
_MEMORY = 1024 * 1024 * 1024


async def read_apart(content: bytes, kind: str) -> list[Section]:
    """Return the sections of a document. Safe to cancel. Raises Invalid, or Unavailable if no process can be started."""
    if kind not in KINDS:
        raise Invalid(f"documents of the kind {kind} cannot be read, only {', '.join(KINDS)}", code="kind")
    try:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "switchroom.knowledge.reading",
            kind,
            str(_MEMORY),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError as error:
        raise Unavailable(f"no process could be started to read the document: {error}", code="reader") from error
    try:
        async with asyncio.timeout(_SECONDS):
            written, _ = await process.communicate(content)
    except TimeoutError:
        raise Invalid(f"the document could not be read within {_SECONDS:g} seconds", code="too_slow") from None
    finally:
        with suppress(ProcessLookupError):
            process.kill()
    return _sections(written)


def _sections(written: bytes) -> list[Section]:
    try:
        found = json.loads(written)
    except ValueError:
        message = "the document broke the program that reads it: it is damaged, or far larger inside than outside"
        raise Invalid(message, code="broken_document") from None
    if isinstance(found, dict):
        raise Invalid(found["message"], code=found["code"])
    return [Section(**section) for section in found]
