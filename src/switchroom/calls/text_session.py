"""One conversation in writing: the brain of a call without a leg.

Turns come one after the other; each gets one reply, which is made to its end even if whoever asked has gone, because a tool
that has booked a table cannot be undone by a closed window.
"""

import asyncio
from dataclasses import dataclass, field
from functools import partial

import structlog

from switchroom.calls.chronicle import Chronicle
from switchroom.calls.errands import TaskErrands
from switchroom.calls.minutes import Minutes
from switchroom.calls.reply import Reply
from switchroom.calls.text_inbox import Letter, TextInbox
from switchroom.calls.text_reply import Follow, TextReplier, TextReply, unfollowed
from switchroom.conversation.turns import Commit
from switchroom.errors import Bug, SwitchroomError, Unavailable
from switchroom.events import catalogue as happened
from switchroom.events.catalogue import EndReason
from switchroom.identity import CallId
from switchroom.ports import Brain, CallContext, CallDetails, CallerSaid, CallOpened, CallPlan, Party, Publish

log = structlog.get_logger()

_GRACE = 5.0
OVER = "conversation_over"
"""The code of what a message gets that was not read any more."""


@dataclass(frozen=True, slots=True)
class Correspondent:
    """Who writes to which agent, and by what way; together they name a conversation."""

    user: str
    channel: str
    context: CallContext = field(default_factory=CallContext)


class TextSession:
    """Runs one conversation in writing."""

    def __init__(self, call: CallId, plan: CallPlan, who: Correspondent, publish: Publish, idle: float) -> None:
        """``idle`` is after how many seconds without a word the conversation is over."""
        self.id = call
        self._plan = plan
        self._who = who
        self._idle = idle
        self._chronicle = Chronicle(plan.tenant, call, publish)
        self._minutes = Minutes(self._chronicle)
        self._inbox = TextInbox()
        self._clock = asyncio.get_running_loop().time
        self._began = self._clock()
        self._turn = 0
        self._opened = False
        self.over = False

    async def run(self) -> None:
        """Live the conversation until it is over, idle, or ``close`` is called. Cancelling it still writes the end."""
        reason: EndReason = "drained"
        failure: SwitchroomError | None = None
        self._tell_started()
        try:
            async with asyncio.TaskGroup() as tasks:
                errands = TaskErrands(tasks)
                try:
                    reason = await self._converse(self._brain(errands))
                    self.over = True  # from here on whoever writes begins anew
                    await errands.finish(_GRACE)
                finally:
                    self._chronicle.settle(errands.back, self._clock())
        except* SwitchroomError as errors:
            failure = _first(errors)
        except* Exception as errors:
            log.exception("conversation broke", call=self.id)
            failure = Bug(repr(errors.exceptions[0]))
        finally:
            self.over = True
            over = Unavailable("the conversation is over: send the message again", code=OVER)
            self._inbox.dismiss(failure or over)
            self._tell_ended(reason, failure)

    def ask(self, text: str, follow: Follow = unfollowed) -> asyncio.Future[TextReply]:
        """Return the reply to ``text`` to come; to "", the greeting. Wait for it with ``asyncio.wait``, which does not cancel it.

        Raises Limited if too much waits already; the reply may be Unavailable.
        """
        return self._inbox.put(text, follow)

    def close(self) -> None:
        """End the conversation once what waits is answered."""
        self._inbox.close()

    def _brain(self, errands: TaskErrands) -> Brain:
        party = Party(self._who.user)
        details = CallDetails(
            self.id, party, self._who.channel, "text", errands, self._who.context, self._chronicle.tell
        )
        return self._plan.open_brain(details)

    async def _converse(self, brain: Brain) -> EndReason:
        while True:
            try:
                letter = await self._inbox.next(self._idle)
            except TimeoutError:
                return "drained" if self._inbox.closed else "timeout"
            if not self._opened and not isinstance(letter.prompt, CallOpened):
                await self._open(brain)
            reply = await self._answer(brain, letter)
            self._opened = True
            self._inbox.answered(reply)
            if reply.over:
                return "agent_hangup"

    async def _open(self, brain: Brain) -> None:
        """Let a brain that is spoken to at once go where its greeting would have led; nobody reads that greeting."""
        replier = TextReplier(TextReply(self.id, 0), self._chronicle, unfollowed, self._clock())
        await replier.think(brain, CallOpened(), [], "")

    async def _answer(self, brain: Brain, letter: Letter) -> TextReply:
        minutes, prompt = self._minutes, letter.prompt
        if isinstance(prompt, CallerSaid):
            self._turn += 1
            commit = Commit(self._turn, prompt.text, started=letter.since, ended=letter.since)
            minutes.committed(commit, self._clock())
        replier = TextReplier(TextReply(self.id, self._turn), self._chronicle, letter.follow, letter.since)
        if isinstance(prompt, CallOpened) and not self._opened:
            replier.write(self._plan.greeting)
        await replier.think(brain, prompt, minutes.utterances, self._plan.apology)
        reply, now = replier.reply, self._clock()
        kept = Reply(self._turn, prompt, letter.since, text=reply.text, audible=bool(reply.text))
        kept.reached("brain", letter.since + (reply.first or 0.0))
        kept.reached("sent", now)
        if kept.audible:
            minutes.reply_started(kept)
        minutes.reply_ended(kept, (reply.text, ""), now, interrupted=False)
        return reply

    def _tell_started(self) -> None:
        started = partial(happened.CallStarted, direction="inbound", source="text", agent=self._plan.agent)
        self._chronicle.tell(partial(started, caller=self._who.user, dialled=self._who.channel))
        self._chronicle.tell(partial(happened.CallConnected, after=0.0))
        self._minutes.begin(self._began)

    def _tell_ended(self, reason: EndReason, failure: SwitchroomError | None) -> None:
        duration = round(self._clock() - self._began, 3)
        self._chronicle.tell_used()
        self._chronicle.tell(partial(happened.CallEnded, reason="error" if failure else reason))
        if failure is None:
            self._chronicle.tell(partial(happened.CallCompleted, reason=reason, duration=duration))
            return
        log.error("conversation failed", call=self.id, code=failure.code, message=str(failure))
        failed = partial(happened.CallFailed, code=failure.code, message=str(failure), duration=duration)
        self._chronicle.tell(failed)


def _first(errors: BaseExceptionGroup[SwitchroomError]) -> SwitchroomError:
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error if isinstance(error, SwitchroomError) else Bug(repr(error))
