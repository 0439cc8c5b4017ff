"""What was written to a conversation and waits for its reply, one after the other."""

import asyncio
from dataclasses import dataclass

from switchroom.calls.text_reply import Follow, TextReply
from switchroom.errors import Limited, SwitchroomError
from switchroom.ports import CallerSaid, CallOpened

WAITING = 8
"""So many messages may wait for the one that is answered."""


@dataclass(slots=True)
class Letter:
    """A message, since when it waits, and the reply to come. An empty message asks for the greeting."""

    prompt: CallerSaid | CallOpened
    follow: Follow
    since: float
    reply: asyncio.Future[TextReply]


class TextInbox:
    """One conversation's."""

    def __init__(self) -> None:
        self._letters: asyncio.Queue[Letter] = asyncio.Queue(WAITING)  # full: whoever writes is told to wait
        self._open: Letter | None = None
        self.closed = False
        self._waiting: asyncio.Timeout | None = None

    def put(self, text: str, follow: Follow) -> asyncio.Future[TextReply]:
        """Return the reply to come. Raises Limited if too much waits already."""
        loop = asyncio.get_running_loop()
        letter = Letter(CallerSaid(text) if text else CallOpened(), follow, loop.time(), loop.create_future())
        try:
            self._letters.put_nowait(letter)
        except asyncio.QueueFull:
            message = f"{WAITING} messages of this conversation wait for a reply: wait for one before you send the next"
            raise Limited(message, retry_after=2.0) from None
        return letter.reply

    async def next(self, idle: float) -> Letter:
        """Return the next message, to be answered by ``answered``. Raises TimeoutError if none comes for ``idle`` seconds."""
        try:
            async with asyncio.timeout(0.0 if self.closed else idle) as self._waiting:
                self._open = await self._letters.get()
        finally:
            self._waiting = None
        return self._open

    def close(self) -> None:
        """From now on only what waits is given out."""
        if self.closed:
            return
        self.closed = True
        if self._letters.empty() and self._waiting is not None:
            self._waiting.reschedule(asyncio.get_running_loop().time())

    def answered(self, reply: TextReply) -> None:
        """Give the message that was taken last its reply."""
        letter, self._open = self._open, None
        if letter is not None:
            reply.took = asyncio.get_running_loop().time() - letter.since
            letter.reply.set_result(reply)

    def dismiss(self, error: SwitchroomError) -> None:
        """Tell those who still wait that there will be no reply."""
        left = [] if self._open is None else [self._open]
        while not self._letters.empty():
            left.append(self._letters.get_nowait())
        for letter in left:
            letter.reply.set_exception(error)
            letter.reply.exception()  # whoever wrote may have gone
