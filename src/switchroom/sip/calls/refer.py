"""Transfer by REFER (RFC 3515): we ask the far side to call somebody else, and hear by NOTIFY how that goes.

The subscription is implicit and one at a time per call. The outcome is told once: by the final NOTIFY, by the refusal of REFER,
by a BYE that came instead of it (many PBXs hang up as soon as they have accepted), or by ``PATIENCE`` running out. Unless they
hang up, the call goes on whatever the outcome is.
"""

import re
from urllib.parse import quote

from switchroom.errors import Invalid
from switchroom.sip.calls.call import Call, Calls, Phase
from switchroom.sip.calls.outgoing import sip_uri
from switchroom.sip.calls.referred import Referred
from switchroom.sip.calls.session import GONE, Sessions
from switchroom.sip.commands import Refer
from switchroom.sip.messages.message import Response
from switchroom.sip.messages.replies import Reply, clean
from switchroom.sip.outputs import CallEnded, Outcome, ReferEnded, ReferProgress
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.stack import Stack

PATIENCE = 180.0
_FRAGMENT = re.compile(rb"SIP/2\.0 ([1-6]\d\d)(?!\d)", re.IGNORECASE)
_OUTCOMES: dict[int, Outcome] = {
    401: "declined",
    403: "declined",
    404: "unreachable",
    405: "not_supported",
    407: "declined",
    408: "no_answer",
    410: "unreachable",
    420: "not_supported",
    480: "no_answer",
    484: "unreachable",
    486: "busy",
    487: "no_answer",
    501: "not_supported",
    503: "unreachable",
    504: "unreachable",
    600: "busy",
    603: "declined",
    604: "unreachable",
}


def outcome_of(status: int) -> Outcome:
    """Return what a final status says of a transfer."""
    return "done" if 200 <= status < 300 else _OUTCOMES.get(status, "failed")


class Refers:
    """Our transfers, and beside them ``theirs``."""

    def __init__(self, stack: Stack, calls: Calls, sessions: Sessions) -> None:
        self.theirs = Referred(stack, sessions)
        self._stack = stack
        self._calls = calls
        self._sessions = sessions

    def refer(self, call: Call, command: Refer, now: float) -> None:
        """Ask them to call the target, once our call stands. Raises Invalid for what is no SIP URI, or replaces no call."""
        target = self._target(command)
        if call.referring is not None:
            return
        if call.phase in (Phase.ANSWERED, Phase.ACCEPTING):
            call.handing = command
            return
        if call.phase is not Phase.TALKING or call.dialog is None:
            self._stack.emit(ReferEnded(call.name, "failed", 481))
            return
        sender = call.dialog.local.uri
        pairs = (("Refer-To", f"<{target}>"), ("Referred-By", f"<{sender}>"), *self._stack.capabilities())
        request = call.dialog.request("REFER", call.numbers.next(), clean(pairs))
        request = self._stack.with_contact(request, call.peer, sender.user)
        call.referring = "asked"
        self._stack.alarms.set(("refer", call.tag), now + PATIENCE, lambda _: self._end(call, 408))

        def heard(response: Response, source: Peer | None, at: float) -> None:
            self._heard(call, response, source, at)

        self._sessions.ask(call, request, heard, now)

    def stands(self, call: Call, now: float) -> None:
        """Ask what had to wait, if the call stands now. Who was to be replaced may be gone meanwhile."""
        command = call.handing
        if command is None or call.phase is not Phase.TALKING:
            return
        call.handing = None
        try:
            self.refer(call, command, now)
        except Invalid:
            self._stack.emit(ReferEnded(call.name, "failed", 481))

    def _target(self, command: Refer) -> str:
        if not command.replaces:
            return str(sip_uri(command.target))
        other = self._calls.named(command.replaces)
        if other is None or other.dialog is None or other.phase is not Phase.TALKING:
            raise Invalid(f"there is no answered call {command.replaces!r} to replace: transfer without it")
        dialog = other.dialog
        # The tags as whoever is to be replaced sees them (RFC 3891 §3): to is theirs, from is ours.
        value = f"{dialog.call_id};to-tag={dialog.remote.tag};from-tag={dialog.local.tag}"
        target = str(sip_uri(command.target)) if command.target else str(dialog.target)
        return f"{target}{'&' if '?' in target else '?'}Replaces={quote(value, safe='')}"

    def _heard(self, call: Call, response: Response, source: Peer | None, now: float) -> None:
        if response.status < 200 or call.referring is None:
            return
        if response.status < 300:
            call.referring = "accepted"
            return
        # Silence to REFER is not silence of the target.
        self._end(call, response.status if source is not None else 503)
        if response.status in GONE and call.phase is Phase.TALKING:
            self._sessions.end(call, CallEnded(call.name, "loss", response.status, response.reason), now)

    def notified(self, call: Call, exchange: Exchange, now: float) -> None:
        """Take their news of the transfer."""
        request = exchange.request
        event = request.headers.get("event", "").partition(";")[0].strip().lower()
        if event != "refer":
            self._stack.respond(exchange, Reply(489, headers=(("Allow-Events", "refer"),)), call.tag, now)
            return
        if call.referring is None:
            self._stack.respond(exchange, Reply(481), call.tag, now)  # nobody subscribed, or the end is known
            return
        self._stack.respond(exchange, Reply(200), call.tag, now)
        found = _FRAGMENT.match(request.body.lstrip()) if request.content_type == "message/sipfrag" else None
        status = int(found.group(1)) if found is not None else 100
        over = request.headers.get("subscription-state", "").strip().lower().startswith("terminated")
        if status >= 200 or over:
            self._end(call, status if status >= 200 else 500)
        else:
            call.referring = "accepted"  # a NOTIFY may overtake the 202 (RFC 3515 §2.4.4)
            self._stack.emit(ReferProgress(call.name, status))

    def left(self, call: Call) -> None:
        """They say BYE: done, if they had taken it on."""
        if call.phase is Phase.TALKING:
            self._end(call, 200 if call.referring == "accepted" else 500)

    def _end(self, call: Call, status: int) -> None:
        self._stack.alarms.cancel(("refer", call.tag))
        if call.referring is not None and call.phase is Phase.TALKING:
            self._stack.emit(ReferEnded(call.name, outcome_of(status), status))
        call.referring = None
