"""Questions from one process to another, and their answers: each process has a stream that it alone reads.

Whoever asks waits for so long and no longer; a question that is older than that by Redis' clock is not carried out any more, since
nobody would learn of it. What goes wrong there is raised here as the same error.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

from switchroom import errors
from switchroom.errors import Bug, Limited, SwitchroomError, Unavailable
from switchroom.fleet.reconnecting import reconnecting
from switchroom.identity import new_id
from switchroom.storage.streams import Received, Streams

log = structlog.get_logger()

PATIENCE = 4.0
_BEGUN = 0.9  # of the patience: later nothing is begun, as nobody would hear of it
MOST = 1000
KEEP = 600.0
AT_ONCE = 200
"""Questions that are carried out at the same time; the next is refused."""

Data = Mapping[str, object]
Handler = Callable[[Data], Awaitable[Data]]


class Post:
    """Of one process, ``me``. ``handlers`` are what it can be asked."""

    def __init__(self, streams: Streams, me: str) -> None:
        self._streams = streams
        self._me = me
        self._waiting: dict[str, asyncio.Future[Data]] = {}
        self._busy = 0
        self.handlers: dict[str, Handler] = {}
        self.patience = PATIENCE
        """Seconds that an answer is waited for, unless who asks says otherwise."""

    async def ask(self, whom: str, what: str, data: Data, *, patience: float | None = None) -> Data:
        """Return the answer. Raises what was raised there, and Unavailable if none came in time."""
        name, patience = new_id("ask"), self.patience if patience is None else patience
        waiting: asyncio.Future[Data] = asyncio.get_running_loop().create_future()
        self._waiting[name] = waiting
        question = {"ask": name, "from": self._me, "what": what, "data": data, "patience": patience * _BEGUN}
        try:
            async with asyncio.timeout(patience):
                await self._streams.add(_inbox(whom), question, most=MOST, keep=KEEP)
                return await waiting
        except TimeoutError:
            message = f"engine {whom} does not answer: ask again, or see whether it still runs"
            raise Unavailable(message, code="engine_silent") from None
        finally:
            del self._waiting[name]

    async def run(self) -> None:
        """Hear questions and answers until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            after = "0-0"  # the stream is named after us, so nothing in it is older than we are

            async def hear() -> None:
                nonlocal after
                while True:
                    for message in await self._streams.read(_inbox(self._me), after):
                        after = message.id
                        self._take(message, tasks)

            await reconnecting("questions", hear)

    def _take(self, message: Received, tasks: asyncio.TaskGroup) -> None:
        waiting = self._waiting.get(str(message.data.get("answer")))
        if "ask" in message.data:
            tasks.create_task(self._carry_out(message), name="question")
        elif waiting is not None and not waiting.done():
            error, data = message.data.get("error"), message.data.get("data")
            if isinstance(error, Mapping):
                waiting.set_exception(raised(error))
            else:
                waiting.set_result(data if isinstance(data, Mapping) else {})

    async def _carry_out(self, message: Received) -> None:
        """Answer one question. Whatever breaks is this question's affair, and told to who asked."""
        self._busy += 1
        answer: dict[str, object] = {"answer": message.data.get("ask")}
        try:
            if await self._streams.now() - message.at > _seconds(message.data.get("patience")):
                log.warning("a question came too late", what=message.data.get("what"))
                return
            answer["data"] = await self._answer(message.data)
        except SwitchroomError as error:
            answer["error"] = told(error)
        except Exception:
            log.exception("a question could not be answered", what=message.data.get("what"))
            answer["error"] = told(Bug("something broke at the engine; it has been written down"))
        finally:
            self._busy -= 1
        try:
            await self._streams.add(_inbox(str(message.data.get("from"))), answer, most=MOST, keep=KEEP)
        except Unavailable:
            log.warning("an answer could not be sent", what=message.data.get("what"))

    async def _answer(self, question: Data) -> Data:
        handler, data = self.handlers.get(str(question.get("what"))), question.get("data")
        if self._busy > AT_ONCE:
            raise Unavailable("the engine is asked too much at once: try again", code="busy", retry_after=1.0)
        if handler is None or not isinstance(data, Mapping):
            raise Unavailable(f"engine {self._me} cannot be asked that", code="not_running")
        return await handler(data)


def told(error: SwitchroomError) -> dict[str, object]:
    """Return an error as JSON has it."""
    kind = next(kind for kind in type(error).__mro__ if vars(errors).get(kind.__name__) is kind)
    after = error.retry_after if isinstance(error, Limited | Unavailable) else None
    return {"kind": kind.__name__, "code": error.code, "message": str(error), "retry_after": after}


def raised(data: Data) -> SwitchroomError:
    """Return the error that was told."""
    kind, message, code = vars(errors).get(str(data.get("kind"))), str(data.get("message")), str(data.get("code"))
    if kind is Limited:
        return Limited(message, retry_after=_seconds(data.get("retry_after")))
    if kind is Unavailable and data.get("retry_after") is not None:
        return Unavailable(message, code=code, retry_after=_seconds(data["retry_after"]))
    if isinstance(kind, type) and issubclass(kind, SwitchroomError):
        return kind(message, code=code)
    return Bug(message, code=code)


def _seconds(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _inbox(process: str) -> str:
    return f"to:{process}"
