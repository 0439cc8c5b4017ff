"""UPDATE (RFC 3311), both ways: theirs changes or refreshes the session, ours refreshes it.

An UPDATE with an offer goes the way of a re-INVITE, but its 2xx wants no ACK. One without an offer is answered at once.
Whoever does not know UPDATE is refreshed by a re-INVITE that says again what we said last.
"""

from switchroom.sip.calls.call import Call, Phase
from switchroom.sip.calls.session import GONE, Sessions
from switchroom.sip.calls.timers import SessionTimers, read_min_se
from switchroom.sip.commands import Offer
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.message import Request, Response
from switchroom.sip.messages.replies import Reply, clean
from switchroom.sip.outputs import CallEnded
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.stack import Stack

_SOON = 2.0


class Updates:
    """UPDATE within calls, and the refreshing of sessions."""

    def __init__(self, stack: Stack, sessions: Sessions, timers: SessionTimers) -> None:
        self._stack = stack
        self._sessions = sessions
        self._timers = timers

    def updated(self, call: Call, exchange: Exchange, now: float) -> None:
        """Take theirs."""
        request = exchange.request
        if request.sdp is not None:
            early = call.phase is Phase.OFFERED  # the offer of their INVITE has no answer yet (RFC 3311 §5.2)
            if early:
                self._stack.respond(exchange, Reply(500, headers=(("Retry-After", "2"),)), call.tag, now)
            else:
                self._sessions.reinvited(call, exchange, now)
            return
        if call.dialog is not None:
            call.dialog = call.dialog.retargeted(request)
        headers = self._timers.grant(call, request, now) if call.phase in (Phase.TALKING, Phase.ANSWERED) else ()
        contact = self._stack.contact_within(request, call.peer, request.uri.user)
        reply = Reply(200, headers=(*headers, *self._stack.capabilities()), contact=contact)
        self._stack.respond(exchange, reply, call.tag, now)

    def early(self, call: Call, request: Request) -> Reply:
        """Return the answer to a request that comes before the answer to our INVITE."""
        if request.method != "UPDATE":
            return Reply(481)
        if request.sdp is not None:
            return Reply(491)  # our offer has no final answer yet (RFC 3311 §5.2)
        contact = self._stack.contact_within(request, call.peer, request.uri.user)
        return Reply(200, headers=self._stack.capabilities(), contact=contact)

    def refresh(self, call: Call, now: float) -> None:
        """It is our turn."""
        if call.phase is not Phase.TALKING or call.dialog is None:
            return
        if call.is_changing:
            self._timers.again(call, now, _SOON)  # what is under way may do it for us
        elif call.updates:
            self._update(call, now)
        elif call.said is not None:
            self._sessions.offer(call, Offer(call.name, call.queued or call.said), now)

    def lapsed(self, call: Call, now: float) -> None:
        """Nobody has refreshed the session (RFC 4028 §10)."""
        self._sessions.end(call, CallEnded(call.name, "loss", 408, "Session expired"), now)

    def _update(self, call: Call, now: float) -> None:
        assert call.dialog is not None
        headers = clean((*self._stack.capabilities(), *self._timers.wishes(call)))
        request = call.dialog.request("UPDATE", call.numbers.next(), Headers(headers.lines))
        request = self._stack.with_contact(request, call.peer, call.dialog.local.uri.user)

        def heard(response: Response, _source: Peer | None, at: float) -> None:
            if response.status >= 200 and call.phase is Phase.TALKING:
                self._answered(call, response, at)

        self._sessions.ask(call, request, heard, now)

    def _answered(self, call: Call, response: Response, now: float) -> None:
        if response.status < 300:
            if call.dialog is not None:
                call.dialog = call.dialog.retargeted(response)
            self._timers.granted(call, response, now)
        elif response.status in GONE:
            self._sessions.end(call, CallEnded(call.name, "loss", response.status, response.reason), now)
        else:
            call.updates = call.updates and response.status not in (405, 501)
            call.min_se = max(call.min_se, read_min_se(response.headers))
            self._timers.again(call, now, _SOON)
