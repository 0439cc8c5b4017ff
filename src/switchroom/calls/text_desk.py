"""Where conversations in writing come in: one session per correspondent and agent, for as long as they keep writing."""

import asyncio
from collections import OrderedDict

from switchroom.calls.text_reply import Follow, TextReply, unfollowed
from switchroom.calls.text_session import OVER, Correspondent, TextSession
from switchroom.errors import SwitchroomError, Unavailable
from switchroom.identity import CallId, new_id
from switchroom.ports import CallPlan, Publish

MOST = 1000
IDLE = 900.0
"""Seconds without a word after which a conversation is over."""

_REMEMBERED = 2000

_Key = tuple[str, str, str, str]


class TextDesk:
    """Opens conversations, and finds the one that goes on."""

    def __init__(self, publish: Publish, *, most: int = MOST, idle: float = IDLE) -> None:
        self._publish = publish
        self._most = most
        self._idle = idle
        self._sessions: dict[_Key, TextSession] = {}
        self._known: OrderedDict[tuple[_Key, str], asyncio.Future[TextReply]] = OrderedDict()
        self._tasks: asyncio.TaskGroup | None = None
        self._closed = asyncio.Event()

    @property
    def count(self) -> int:
        """How many conversations go on."""
        return len(self._sessions)

    async def run(self) -> None:
        """Run conversations until ``drain`` was called. Cancelling ends all of them; each still writes its end."""
        async with asyncio.TaskGroup() as self._tasks:
            await self._closed.wait()
        self._tasks = None

    def drain(self) -> None:
        """Begin no more conversations, and end those that go on once what waits is answered."""
        self._closed.set()
        for session in tuple(self._sessions.values()):
            session.close()

    def ask(
        self, plan: CallPlan, who: Correspondent, text: str, key: str = "", follow: Follow = unfollowed
    ) -> asyncio.Future[TextReply]:
        """Return the agent's reply to come to ``text`` in the conversation of ``who`` with it, begun now if there is none.

        A message that is sent again under the same ``key`` gets the reply it missed, even from a conversation that is over; one
        that was not read any more is taken as new. Raises Unavailable if there are too many conversations or the house closes,
        Limited for too many messages.
        """
        name = (plan.tenant, plan.agent, who.user, who.channel)
        if key and (known := self._known.get((name, key))) is not None and not _unread(known):
            return known
        session = self._sessions.get(name)
        if session is None or session.over:
            session = self._open(name, plan, who)
        reply = session.ask(text, follow)
        if key:
            self._known[name, key] = reply
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return reply

    def _open(self, name: _Key, plan: CallPlan, who: Correspondent) -> TextSession:
        if self._tasks is None or self._closed.is_set():
            raise Unavailable("no conversations are begun now: the program starts or stops", code="not_running")
        if len(self._sessions) >= self._most:
            raise Unavailable(
                f"{self._most} conversations go on at once, more are not possible here", code="full", retry_after=30.0
            )
        session = self._sessions[name] = TextSession(CallId(new_id("call")), plan, who, self._publish, self._idle)
        self._tasks.create_task(self._run(name, session), name="conversation")
        return session

    async def _run(self, name: _Key, session: TextSession) -> None:
        try:
            await session.run()
        finally:
            if self._sessions.get(name) is session:
                del self._sessions[name]


def _unread(reply: asyncio.Future[TextReply]) -> bool:
    """Return whether the conversation was over before it came to the message."""
    error = reply.exception() if reply.done() else None
    return isinstance(error, SwitchroomError) and error.code == OVER
