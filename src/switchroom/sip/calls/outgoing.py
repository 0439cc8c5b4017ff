"""Calls that we make, from our INVITE to their final answer (RFC 3261 §13.2), and giving up on them (§9.1).

The first 2xx makes the call. A second one, from another branch of a forking proxy, is acknowledged and hung up at once, and so
is one that crosses our CANCEL.
"""

from dataclasses import replace

from switchroom.errors import Invalid
from switchroom.sip.calls.call import Call, Calls, Phase
from switchroom.sip.calls.prack import Pracks
from switchroom.sip.calls.replaces import embedded
from switchroom.sip.calls.session import Sessions
from switchroom.sip.calls.timers import SessionTimers, read_min_se
from switchroom.sip.commands import Accept, Invite, RefuseOffer
from switchroom.sip.messages.grammar import Malformed
from switchroom.sip.messages.headers import CSeq, Headers
from switchroom.sip.messages.message import NO_HEADERS, Request, Response
from switchroom.sip.messages.replies import REASONS, clean
from switchroom.sip.messages.uri import NameAddr, Uri, parse_uri
from switchroom.sip.outputs import CallAnswered, CallFailed, CallRinging, SessionOffered
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.dialog import Dialog
from switchroom.sip.transactions.stack import Asking, Stack
from switchroom.sip.transactions.transaction import T1


class Outgoing:
    """The caller's half of setting up calls."""

    def __init__(self, stack: Stack, calls: Calls, sessions: Sessions, timers: SessionTimers) -> None:
        self._stack = stack
        self._timers = timers
        self._calls = calls
        self._sessions = sessions
        self._pracks = Pracks(stack)

    def invite(self, command: Invite, now: float) -> None:
        """Call somebody. Raises Invalid if an address is no SIP URI or the call's name is taken."""
        if self._calls.named(command.call) is not None:
            raise Invalid(f"there is a call {command.call!r} already: choose a new name for each Invite")
        target, sender = sip_uri(command.target), sip_uri(command.sender)
        call = Call(command.call, Phase.INVITING, command.peer, self._stack.token(), ours=True)
        call.credentials, call.said = command.credentials, command.sdp
        call.expires = command.session_expires
        described = [("Content-Type", "application/sdp")] if command.sdp is not None else []
        about = (*self._stack.capabilities(), *self._timers.wishes(call))
        pairs = [("Max-Forwards", "70"), *about, *_embedded(target), *command.headers.items(), *described]
        request = Request(
            method="INVITE",
            uri=replace(target, headers=""),
            via=(),
            from_=NameAddr(sender, command.name).with_tag(call.tag),
            to=NameAddr(replace(target, params=target.params.without("lr"), headers="")),
            call_id=self._stack.token(),
            cseq=CSeq(call.numbers.next(), "INVITE"),
            routes=tuple(NameAddr(sip_uri(route)) for route in command.routes),  # RFC 3261 §8.1.1.1
            headers=clean(pairs),
            body=b"" if command.sdp is None else command.sdp.encode("utf-8", "replace"),
        )
        request = self._stack.with_contact(request, command.peer, sender.user)
        self._calls.add(call)

        def heard(response: Response, source: Peer | None, at: float) -> None:
            self._heard(call, response, source, at)

        call.asking = Asking(request, command.peer, heard, call.numbers, command.credentials)
        self._stack.ask(call.asking, now)

    def _heard(self, call: Call, response: Response, source: Peer | None, now: float) -> None:
        if source is not None and source.connection:
            call.peer = source
        if response.status < 200:
            self._proceeding(call, response, now)
        elif response.status < 300:
            self._accepted(call, response, now)
        elif not self._lengthened(call, response, now):
            self._refused(call, response, made_here=source is None)

    def _lengthened(self, call: Call, response: Response, now: float) -> bool:
        """Call again with a longer session timer, if that is all that is in the way (RFC 4028 §7.3)."""
        asking, least = call.asking, read_min_se(response.headers)
        if response.status != 422 or least <= call.min_se or asking is None or call.phase is not Phase.INVITING:
            return False
        call.min_se = least
        kept = tuple(line for line in asking.request.headers.lines if line[0] not in ("session-expires", "min-se"))
        headers = Headers((*kept, *clean(self._timers.wishes(call)).lines))
        asking.request = replace(asking.request, cseq=CSeq(call.numbers.next(), "INVITE"), headers=headers)
        self._stack.ask(asking, now)
        return True

    def _proceeding(self, call: Call, response: Response, now: float) -> None:
        if call.phase is Phase.CANCELLING:
            self._cancel(call, now)  # only now may we (RFC 3261 §9.1)
        elif call.phase is Phase.INVITING and response.status > 100 and self._pracks.takes(call, response, now):
            offer = response.sdp if call.hearing.offer is response else None
            early = None if offer is not None else response.sdp
            known = call.hearing.knows(response.to.tag)
            if known and call.asking is not None:
                self._calls.expect(call, Dialog.of_caller(call.asking.request, response))
            if early is not None and (known or not response.to.tag):
                call.hearing.described[response.to.tag] = early
            self._stack.emit(CallRinging(call.name, response.status, response.reason, early))
            if offer is not None:
                self._stack.emit(SessionOffered(call.name, offer))

    def settle(self, call: Call, command: Accept | RefuseOffer, now: float) -> None:
        """What we say to an offer that came before their answer (RFC 3262 §5); without agreement there is no call."""
        if isinstance(command, Accept):
            self._pracks.answer(call, command.sdp, now)
            call.said = command.sdp
        else:
            self.give_up(call, clean((("Reason", f"SIP;cause={command.status}"),)), now)

    def _accepted(self, call: Call, response: Response, now: float) -> None:
        if call.dialog is not None and call.dialog.remote.tag == response.to.tag:
            self._sessions.accepted_again(call, response)
            return
        invite = call.invite = call.invite or (call.asking.request if call.asking is not None else None)
        assert invite is not None
        dialog = Dialog.of_caller(invite, response)
        if call.phase is not Phase.INVITING:
            self._let_go(call, dialog, response, now)
            if call.phase is Phase.CANCELLING:
                self._calls.forget(call)  # its early dialogs too: of those that ring on, nothing more need be known
            return
        self._calls.choose(call)
        agreed = call.hearing.agreed == response.to.tag != ""
        call.asking = None
        self._calls.join(call, dialog)
        early = call.hearing.described
        described = response.sdp or early.get(response.to.tag) or early.get("")  # RFC 2543 rings without a tag
        self._stack.emit(CallAnswered(call.name, None if agreed else described))
        self._timers.granted(call, response, now)
        self._sessions.established(call, response, now=now, answered=agreed or bool(invite.body))

    def _let_go(self, call: Call, dialog: Dialog, response: Response, now: float) -> None:
        """Acknowledge a 2xx that nobody wants and end its dialog."""
        stray = Call("", Phase.TALKING, call.peer, call.tag, call.numbers, call.credentials, dialog)
        self._sessions.established(stray, response, now=now, answered=True)
        self._sessions.bye(stray, NO_HEADERS, now)

    def _refused(self, call: Call, response: Response, *, made_here: bool) -> None:
        self._stack.alarms.cancel(("cancel", call.tag))
        silent = call.phase is not Phase.INVITING
        call.asking = None
        self._calls.forget(call)
        if not silent:
            headers = None if made_here else _telling(response)
            self._stack.emit(CallFailed(call.name, response.status, response.reason, headers))

    def give_up(self, call: Call, headers: Headers, now: float) -> None:
        """Stop calling. The driver is done with the call; what crosses on the wire is settled without it."""
        call.phase = Phase.CANCELLING
        self._calls.close(call)
        self._stack.emit(CallFailed(call.name, 487, REASONS[487], None))
        call.parting = headers
        if call.asking is not None:
            call.asking.credentials = None  # a challenge that comes now needs no answer
        if call.asking is not None and call.asking.exchange is not None and call.asking.exchange.is_proceeding:
            self._cancel(call, now)

    def _cancel(self, call: Call, now: float) -> None:
        asking = call.asking
        if asking is None or asking.exchange is None:
            return
        invite, exchange = asking.request, asking.exchange
        cancel = Request(
            method="CANCEL",
            uri=invite.uri,
            via=invite.via,
            from_=invite.from_,
            to=invite.to,
            call_id=invite.call_id,
            cseq=CSeq(invite.cseq.number, "CANCEL"),
            routes=invite.routes,
            headers=Headers((("max-forwards", "70"), *call.parting.lines)),
        )
        if not self._stack.exchanges.is_asked(cancel):
            self._stack.exchanges.ask(cancel, asking.peer, _ignore, now)

            def silent(_now: float) -> None:
                self._stack.exchanges.abandon(exchange)
                self._calls.forget(call)

            self._stack.alarms.set(("cancel", call.tag), now + 64 * T1, silent)


def sip_uri(text: str) -> Uri:
    """Parse an address that the driver gave us. Raises Invalid."""
    try:
        uri = parse_uri(text)
    except Malformed as malformed:
        raise Invalid(f"{text!r} is no SIP URI: write sip:user@host") from malformed
    if not uri.is_sip:
        raise Invalid(f"{text!r} is no SIP URI: write sip:user@host")
    return uri


def _embedded(target: Uri) -> tuple[tuple[str, str], ...]:
    try:
        wanted = embedded(target)
    except Malformed as malformed:
        raise Invalid(f"{target} cannot be called: {malformed}") from malformed
    return (("Replaces", wanted), ("Require", "replaces")) if wanted else ()


def _ignore(_response: Response, _source: Peer | None, _now: float) -> None:
    """Whatever is said to a CANCEL: the answer to the INVITE is what counts."""


def _telling(response: Response) -> Headers:
    contacts = (("contact", str(contact)) for contact in response.contacts)
    return Headers((*response.headers.lines, *contacts))
