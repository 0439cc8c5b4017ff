"""A pool of workers around one model, opened: started, asked whether the model could be loaded, and kept alive."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from switchroom.errors import Invalid, Unavailable
from switchroom.hosting import hosting
from switchroom.providers.choices import Choice
from switchroom.providers.local.pool import Pool
from switchroom.providers.neural.folders import Model

START = 18.0
"""Seconds that loading a model may take."""


@asynccontextmanager
async def running(module: str, choice: Choice, model: Model) -> AsyncIterator[Pool]:
    """Yield the workers once the first has loaded the model. Raises Unavailable if it cannot."""
    described = json.dumps({"kind": model.kind, "files": dict(model.files), "language": choice.language})
    pool = Pool(module, _workers(choice), described)
    ready = asyncio.Event()
    async with hosting(pool.run(ready.set)):
        try:
            async with asyncio.timeout(START):
                await ready.wait()
        except TimeoutError:
            problem = f"was not loaded within {START:.0f} s, or its worker dies of it: the log says more"
        else:
            hello = pool.facts.get("hello")
            problem = str(hello.get("error", "")) if isinstance(hello, dict) else ""
        if not problem:
            yield pool
    if problem:
        raise Unavailable(f"{choice.name}: the model {choice.model} {problem}", code="providers", retryable=False)


def _workers(choice: Choice) -> int:
    workers = choice.options.get("workers", 1)
    if not isinstance(workers, int) or isinstance(workers, bool) or not 1 <= workers <= 32:
        raise Invalid(f"{choice.name}: the option workers is a number from 1 to 32, not {workers!r}", code="providers")
    return workers
