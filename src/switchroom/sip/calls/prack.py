"""Reliable provisional responses (RFC 3262): ours, repeated until their PRACK, and theirs, acknowledged in order.

Ours are reliable only for a caller who requires it: then the 180 or 183 cannot get lost, and an answer must wait while one that
describes the session is not acknowledged (§3). One is under way at a time; of what is to be said meanwhile the newest is kept.
They go by the table of ``reliable.py``. Theirs are acknowledged if they are the next in the order of their early
dialog (§4); an offer in one of them is answered in its PRACK.
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal, assert_never

from switchroom.sip.calls.call import Call
from switchroom.sip.calls.reliable import MACHINE, Action, Event, Reliable
from switchroom.sip.commands import Answer, Progress
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.message import Request, Response
from switchroom.sip.messages.replies import Reply
from switchroom.sip.outputs import SessionAnswered
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.dialog import Dialog
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.stack import Asking, Stack
from switchroom.sip.transactions.transaction import T1

TAG = "100rel"


@dataclass(frozen=True, slots=True)
class Then:
    """What a caller of ``Provisionals`` does with what had to wait, and when no PRACK comes."""

    progress: Callable[[Call, Progress, float], None]
    answer: Callable[[Call, Answer, float], None]
    given_up: Callable[[Call, float], None]


@dataclass(slots=True)
class _Now:
    """What one event brings to its actions."""

    at: float
    command: Progress | Answer | None = None
    reply: Reply | None = None
    prack: Exchange | None = None


class Provisionals:
    """Our reliable provisional responses, for the calls that have a ``Reliable``."""

    def __init__(self, stack: Stack, then: Then) -> None:
        self._stack = stack
        self._then = then

    def begin(self, call: Call, exchange: Exchange) -> None:
        """Make what we say to this INVITE reliable, if its sender requires that."""
        if TAG in (tag.lower() for tag in exchange.request.headers.listed("require")):
            first = zlib.crc32(self._stack.token().encode()) % 2**31 or 1  # §3: between 1 and 2**31 - 1, by chance
            call.reliable = Reliable(exchange, first - 1)

    def progress(self, call: Call, command: Progress, reply: Reply, now: float) -> None:
        """Say ``reply``, now or when the one before is acknowledged."""
        known = call.reliable
        if known is None:
            return
        if known.exchange.request.sdp is None and reply.sdp is None and not known.agreed:
            return  # the first reliable response would have to hold our offer (RFC 3261 §13.2.1), and there is none
        event = Event.PROGRESS if reply.sdp is None else Event.DESCRIPTION
        self._happen(call, event, _Now(now, command, reply))

    def answer(self, call: Call, command: Answer, now: float) -> None:
        """Take the call, now or when the session as described is acknowledged."""
        self._happen(call, Event.ANSWER, _Now(now, command))

    def acknowledged(self, call: Call, exchange: Exchange, now: float) -> None:
        """A PRACK of theirs."""
        known = call.reliable
        number = 0 if known is None else known.number
        cseq = None if known is None else known.exchange.request.cseq
        matches = known is not None and known.open and _rack(exchange.request) == f"{number} {cseq}"
        if known is None:
            self._stack.respond(exchange, Reply(481), call.tag, now)
        else:
            self._happen(call, Event.PRACK if matches else Event.WRONG, _Now(now, prack=exchange))

    def stop(self, call: Call) -> None:
        """Repeat nothing any more: the call has its final answer."""
        self._stack.alarms.cancel(("reliable", call.tag))

    def _happen(self, call: Call, event: Event, now: _Now) -> None:
        known = call.reliable
        step = MACHINE.get((known.state, event)) if known is not None else None
        if known is None or step is None:
            return
        known.state = step.state
        for action in step.actions:
            self._do(call, known, action, now)

    def _do(self, call: Call, known: Reliable, action: Action, now: _Now) -> None:
        match action:
            case "send":
                self._send(call, known, now)
            case "again":
                self._again(call, known, now.at)
            case "stop":
                self.stop(call)
            case "200" | "481":
                self._reply(call, known, now, int(action))
            case _:
                self._decide(call, known, action, now)

    def _decide(
        self, call: Call, known: Reliable, action: Literal["keep", "go on", "answer", "504"], now: _Now
    ) -> None:
        match action:
            case "keep":
                known.kept = known.kept if isinstance(known.kept, Answer) else now.command
            case "go on":
                self._go_on(call, known, now.at)
            case "answer":
                assert isinstance(now.command, Answer)
                self._then.answer(call, now.command, now.at)
            case "504":
                self._then.given_up(call, now.at)
            case _:
                assert_never(action)

    def _send(self, call: Call, known: Reliable, now: _Now) -> None:
        assert now.reply is not None
        known.number, known.open = known.number + 1, True
        headers = (*now.reply.headers, ("Require", TAG), ("RSeq", str(known.number)))
        known.response = self._stack.respond(known.exchange, replace(now.reply, headers=headers), call.tag, now.at)
        known.agreed = known.agreed or now.reply.sdp is not None
        known.interval, known.until = T1, now.at + 64 * T1
        self._wait(call, known, now.at)

    def _again(self, call: Call, known: Reliable, now: float) -> None:
        assert known.response is not None
        self._stack.exchanges.respond(known.exchange, known.response, now)
        known.interval *= 2
        self._wait(call, known, now)

    def _wait(self, call: Call, known: Reliable, now: float) -> None:
        due = min(now + known.interval, known.until)
        event = Event.GIVE_UP if due >= known.until else Event.REPEAT
        self._stack.alarms.set(("reliable", call.tag), due, lambda at: self._happen(call, event, _Now(at)))

    def _reply(self, call: Call, known: Reliable, now: _Now, status: int) -> None:
        assert now.prack is not None
        sdp = now.prack.request.sdp
        known.open = known.open and status != 200
        if status == 200 and sdp is not None and known.exchange.request.sdp is not None:
            status = 488  # a second offer before the call stands; the response that it acknowledges is acknowledged all the same
        self._stack.respond(now.prack, Reply(status), call.tag, now.at)
        if status == 200 and sdp is not None:
            self._stack.emit(SessionAnswered(call.name, sdp))

    def _go_on(self, call: Call, known: Reliable, now: float) -> None:
        kept, known.kept = known.kept, None
        match kept:
            case Progress():
                self._then.progress(call, kept, now)
            case Answer():
                self._happen(call, Event.ANSWER, _Now(now, kept))
            case None:
                return


class Pracks:
    """Acknowledges their reliable provisional responses."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack

    def takes(self, call: Call, response: Response, now: float) -> bool:
        """Return whether a provisional response is to be heard, and acknowledge it if it wants that."""
        number = response.headers.get("rseq", "")
        if TAG not in (tag.lower() for tag in response.headers.listed("require")) or not response.to.tag:
            return True
        if not (number.isascii() and number.isdigit()) or len(number) > 10 or call.asking is None:
            return False
        if not call.hearing.knows(response.to.tag):
            return False
        before = call.hearing.numbers.get(response.to.tag)
        if before is not None and int(number) != before + 1:
            return False  # known already, or one is missing: they will repeat it (§4)
        call.hearing.numbers[response.to.tag] = int(number)
        if response.sdp is not None and not call.asking.request.body and not call.hearing.agreed:
            call.hearing.offer = response
        else:
            self._acknowledge(call, response, None, now)
        return True

    def answer(self, call: Call, sdp: str, now: float) -> None:
        """Answer the offer that came in a reliable response, if one has."""
        response, call.hearing.offer = call.hearing.offer, None
        if response is None or call.asking is None:
            return
        call.hearing.agreed = response.to.tag
        self._acknowledge(call, response, sdp, now)

    def _acknowledge(self, call: Call, response: Response, sdp: str | None, now: float) -> None:
        asking = call.asking
        assert asking is not None
        dialog = Dialog.of_caller(asking.request, response)
        pairs = [("rack", f"{response.headers['rseq']} {response.cseq}")]
        pairs += [("content-type", "application/sdp")] if sdp is not None else []
        body = b"" if sdp is None else sdp.encode("utf-8", "replace")
        prack = dialog.request("PRACK", call.numbers.next(), Headers(tuple(pairs)), body)
        peer = dialog.next_hop(call.peer)
        self._stack.ask(Asking(prack, peer, _ignore, call.numbers, asking.credentials), now)


def _rack(request: Request) -> str:
    return " ".join(request.headers.get("rack", "").split())


def _ignore(_response: Response, _source: Peer | None, _now: float) -> None:
    """Whatever is said to a PRACK: the answer to the INVITE is what counts."""
