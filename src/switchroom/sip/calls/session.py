"""What happens inside a call: offers both ways, the 2xx that wants its ACK, and the end.

One offer is under way at a time. Theirs during ours is refused with 491, theirs during theirs with 500 (RFC 3261 §14.2); ours
during anything waits, the newest replacing an older one that still waits. Our 491 is tried again after a random pause that is
longer for who made the call (§14.1).
"""

import zlib
from dataclasses import replace

from switchroom.sip.calls.call import Call, Calls, Okay, Phase
from switchroom.sip.calls.timers import SessionTimers, read_min_se
from switchroom.sip.commands import Accept, HangUp, Offer, Reach, RefuseOffer
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.message import NO_HEADERS, Request, Response
from switchroom.sip.messages.replies import Reply, clean
from switchroom.sip.outputs import (
    CallConfirmed,
    CallEnded,
    HopNamed,
    OfferRefused,
    SessionAnswered,
    SessionOffered,
    Transmit,
)
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.dialog import Dialog
from switchroom.sip.transactions.exchanges import Exchange, Heard
from switchroom.sip.transactions.stack import Asking, Stack
from switchroom.sip.transactions.transaction import T1, T2

GONE = frozenset({408, 481})  # the dialog is dead (RFC 3261 §12.2.1.2, RFC 5057)


class Sessions:
    """Established calls, and the last step to becoming one."""

    def __init__(self, stack: Stack, calls: Calls, timers: SessionTimers) -> None:
        self._stack = stack
        self._calls = calls
        self._timers = timers

    def accept(self, call: Call, sdp: str, headers: tuple[tuple[str, str], ...], now: float) -> None:
        """Send the 2xx to ``call.pending`` and repeat it until its ACK."""
        exchange = call.pending
        if exchange is None:
            return
        contact = self._stack.contact_within(exchange.request, call.peer, exchange.request.uri.user)
        span = self._timers.grant(call, exchange.request, now)
        first = call.phase is Phase.ANSWERED
        agreed = (
            first and call.reliable is not None and call.reliable.agreed
        )  # then nothing is left to say (RFC 3261 §13.2.1)
        described = None if agreed else sdp
        reply = Reply(200, "", (*headers, *self._stack.capabilities(), *span), described, contact)
        response = self._stack.respond(exchange, reply, call.tag, now)
        call.pending, call.said = None, sdp
        if exchange.request.method == "UPDATE":  # no ACK will come (RFC 3311 §5.2)
            self._go_on(call, now)
            return
        call.okay = Okay(exchange, response, T1, now + 64 * T1, first, exchange.request.sdp is None and not agreed)
        self._stack.alarms.set(("ok", call.tag), now + T1, lambda at: self._repeat(call, at))

    def _repeat(self, call: Call, now: float) -> None:
        okay = call.okay
        if okay is None:
            return
        if now >= okay.until:
            call.okay = None
            self.end(call, CallEnded(call.name, "loss", 408, "No ACK"), now)
            return
        self._stack.exchanges.respond(okay.exchange, okay.response, now)
        okay.interval = min(2 * okay.interval, T2)
        due = min(now + okay.interval, okay.until)
        self._stack.alarms.set(("ok", call.tag), due, lambda at: self._repeat(call, at))

    def acknowledged(self, call: Call, ack: Request, now: float) -> None:
        """The ACK to a 2xx of ours came; another one of the same changes nothing."""
        okay = call.okay
        if okay is None or okay.exchange.request.cseq.number != ack.cseq.number:
            return
        call.okay = None
        self._stack.alarms.cancel(("ok", call.tag))
        if call.phase is Phase.LEAVING:
            self.bye(call, NO_HEADERS, now)
            return
        answer = ack.sdp if okay.expects_answer else None
        if okay.first:
            call.phase = Phase.TALKING
            self._stack.emit(CallConfirmed(call.name, answer))
        elif answer is not None:
            self._stack.emit(SessionAnswered(call.name, answer))
        self._go_on(call, now)

    def reinvited(self, call: Call, exchange: Exchange, now: float) -> None:
        """They offer to change the session, or ask us to."""
        if call.phase is not Phase.TALKING or call.asking is not None or call.okay is not None:
            self._stack.respond(exchange, Reply(491), call.tag, now)
        elif call.pending is not None:
            self._stack.respond(exchange, Reply(500, headers=(("Retry-After", "2"),)), call.tag, now)
        else:
            call.pending = exchange
            if call.dialog is not None:
                call.dialog = call.dialog.retargeted(exchange.request)
            self._stack.emit(SessionOffered(call.name, exchange.request.sdp))

    def agree(self, call: Call, command: Accept, now: float) -> None:
        """Our answer to their offer, be it in an INVITE or in the 2xx to ours."""
        if call.phase is Phase.ACCEPTING and call.acked is not None:
            call.phase, call.said = Phase.TALKING, command.sdp
            headers = Headers((*call.acked.headers.lines, ("content-type", "application/sdp")))
            self._send_ack(call, replace(call.acked, headers=headers, body=command.sdp.encode("utf-8", "replace")))
            self._go_on(call, now)
        elif call.phase is Phase.TALKING:
            self.accept(call, command.sdp, (), now)

    def disagree(self, call: Call, command: RefuseOffer, now: float) -> None:
        """The session stays as it was."""
        if call.phase is Phase.TALKING and call.pending is not None:
            exchange, call.pending = call.pending, None
            self._stack.respond(exchange, Reply(command.status), call.tag, now)
            self._go_on(call, now)

    def withdrawn(self, call: Call, now: float) -> None:
        """They cancelled their re-INVITE."""
        if call.pending is not None:
            exchange, call.pending = call.pending, None
            self._stack.respond(exchange, Reply(487), call.tag, now)
            self._go_on(call, now)

    def offer(self, call: Call, command: Offer, now: float) -> None:
        """Change the session."""
        call.queued = command.sdp
        self._go_on(call, now)

    def _go_on(self, call: Call, now: float) -> None:
        """Send the offer that waits, if nothing is in its way."""
        self._look_up(call)
        if call.queued is None or call.phase is not Phase.TALKING or call.is_changing or call.dialog is None:
            return
        sdp, call.queued = call.queued, None
        about = (*self._stack.capabilities(), *self._timers.wishes(call))
        headers = clean((*about, ("Content-Type", "application/sdp")))
        request = call.dialog.request("INVITE", call.numbers.next(), headers, sdp.encode("utf-8", "replace"))
        request = self._stack.with_contact(request, call.peer, call.dialog.local.uri.user)

        def heard(response: Response, _source: Peer | None, at: float) -> None:
            self._offer_answered(call, sdp, response, at)

        call.asking = self.ask(call, request, heard, now)

    def reach(self, call: Call, command: Reach) -> None:
        """The next hop was looked up."""
        if call.dialog is not None and str(call.dialog.hop) == command.uri:
            call.dialog = replace(call.dialog, reached=command.peer)

    def _look_up(self, call: Call) -> None:
        """Have the name of the next hop looked up, once, before it is needed."""
        hop = None if call.dialog is None else call.dialog.unknown_hop(call.peer)
        if hop is not None and call.phase is Phase.TALKING and str(hop) != call.sought:
            call.sought = str(hop)
            self._stack.emit(HopNamed(call.name, call.sought))

    def ask(self, call: Call, request: Request, heard: Heard, now: float) -> Asking:
        """Send a request within the dialog."""
        assert call.dialog is not None
        peer = call.dialog.next_hop(call.peer)
        return self._stack.ask(Asking(request, peer, heard, call.numbers, call.credentials), now)

    def _offer_answered(self, call: Call, sdp: str, response: Response, now: float) -> None:
        if response.status < 200:
            return
        if response.status < 300:
            self._offer_accepted(call, sdp, response, now)
        elif call.phase is not Phase.TALKING:
            call.asking = None
        elif response.status == 491:
            call.asking = None
            self._stack.alarms.set(("glare", call.tag), now + self._pause(call), lambda at: self._retry(call, sdp, at))
        elif response.status == 422 and read_min_se(response.headers) > call.min_se:
            call.asking, call.min_se = None, read_min_se(response.headers)
            self._retry(call, sdp, now)
        elif response.status in GONE:
            call.asking = None
            self.end(call, CallEnded(call.name, "loss", response.status, response.reason), now)
        else:
            call.asking = None
            self._stack.emit(OfferRefused(call.name, response.status, response.reason))
        self._go_on(call, now)

    def _offer_accepted(self, call: Call, sdp: str, response: Response, now: float) -> None:
        if call.acked is not None and call.acked.cseq.number == response.cseq.number:
            self._send_ack(call, call.acked)  # their 2xx again: our ACK was lost
            return
        if call.dialog is None or call.asking is None:
            return
        call.asking = None
        call.dialog = call.dialog.retargeted(response)
        self._send_ack(call, self._ack(call, call.dialog, response))
        if call.phase is not Phase.TALKING:
            return
        self._timers.granted(call, response, now)
        if response.sdp is None:
            self._stack.emit(OfferRefused(call.name, 488, "The 2xx held no answer"))
        else:
            call.said = sdp
            self._stack.emit(SessionAnswered(call.name, response.sdp))

    def _retry(self, call: Call, sdp: str, now: float) -> None:
        call.queued = call.queued or sdp
        self._go_on(call, now)

    def _pause(self, call: Call) -> float:
        chance = zlib.crc32(self._stack.token().encode()) / 2**32
        return 2.1 + 1.9 * chance if call.ours else 2.0 * chance

    def _ack(self, call: Call, dialog: Dialog, response: Response) -> Request:
        """Make the ACK to a 2xx: a request of its own, outside any transaction (RFC 3261 §13.2.2.4)."""
        request = dialog.request("ACK", response.cseq.number)
        return replace(request, via=(self._stack.via(dialog.next_hop(call.peer)),))

    def _send_ack(self, call: Call, ack: Request) -> None:
        assert call.dialog is not None
        call.acked = ack
        self._stack.emit(Transmit(ack.encode(), call.dialog.next_hop(call.peer)))

    def established(self, call: Call, response: Response, *, now: float, answered: bool) -> None:
        """Our INVITE was accepted: acknowledge, at once if the session is agreed, with ``Accept`` if it is not."""
        assert call.dialog is not None
        ack = self._ack(call, call.dialog, response)
        if answered:
            call.phase = Phase.TALKING
            self._send_ack(call, ack)
            self._go_on(call, now)
        else:
            call.phase = Phase.ACCEPTING
            call.acked = ack

    def accepted_again(self, call: Call, response: Response) -> None:
        """Their 2xx came once more: our ACK was lost, or must still wait for its answer."""
        acked = call.acked
        if call.phase is not Phase.ACCEPTING and acked is not None and acked.cseq.number == response.cseq.number:
            self._send_ack(call, acked)

    def left(self, call: Call, exchange: Exchange, now: float) -> None:
        """Their BYE (RFC 3261 §15.1.2)."""
        self._stack.respond(exchange, Reply(200), call.tag, now)
        self._settle(call, now)
        if call.phase not in (Phase.OVER, Phase.LEAVING):
            self._stack.emit(CallEnded(call.name, "them", 0, exchange.request.headers.get("reason", "")))
        self._calls.forget(call)

    def hang_up(self, call: Call, command: HangUp, now: float) -> None:
        """End a call that has been answered."""
        if call.phase is Phase.ANSWERED:  # the caller's UA may not know yet that there is a dialog (RFC 3261 §15)
            call.phase = Phase.LEAVING
            self._stack.emit(CallEnded(call.name, "us"))
            self._calls.close(call)
        elif call.phase in (Phase.TALKING, Phase.ACCEPTING):
            self.end(call, CallEnded(call.name, "us"), now, clean(command.headers.items()))

    def end(self, call: Call, ended: CallEnded, now: float, headers: Headers = NO_HEADERS) -> None:
        """Send BYE and say that it is over."""
        if call.phase is not Phase.LEAVING:
            self._stack.emit(ended)
        if call.phase is Phase.ACCEPTING and call.acked is not None:
            self._send_ack(call, call.acked)
        self._settle(call, now)
        self.bye(call, headers, now)

    def _settle(self, call: Call, now: float) -> None:
        """Answer what they still wait for and stop what we still repeat."""
        for kind in ("ok", "glare", "progress", "reliable"):
            self._stack.alarms.cancel((kind, call.tag))
        self._timers.stop(call)
        self._stack.alarms.cancel(("refer", call.tag))
        call.okay = call.queued = None
        if call.pending is not None:
            self._stack.respond(call.pending, Reply(487), call.tag, now)
            call.pending = None

    def bye(self, call: Call, headers: Headers, now: float) -> None:
        """End the dialog; the call is kept until they have answered, for the BYE that may cross ours."""
        assert call.dialog is not None
        self._timers.stop(call)
        self._calls.close(call)
        call.phase = Phase.OVER

        def heard(response: Response, _source: Peer | None, _at: float) -> None:
            if response.status >= 200:
                self._calls.forget(call)

        self.ask(call, call.dialog.request("BYE", call.numbers.next(), headers), heard, now)
