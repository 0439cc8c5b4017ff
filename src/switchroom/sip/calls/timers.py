"""Session timers (RFC 4028): a call whose refreshes stop is over, and one that is refreshed may last for ever.

Every INVITE and UPDATE that succeeds agrees anew on a span and on who refreshes it. Whoever does so refreshes at half the span;
who has seen no refresh shortly before its end says BYE (§10). ``GRANTS`` is the table of docs/sip.md by which we answer.
"""

from collections.abc import Callable

from switchroom.sip.calls.call import Call, Span
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.message import Request, Response
from switchroom.sip.transactions.stack import Stack

Ring = Callable[[Call, float], None]
Pairs = tuple[tuple[str, str], ...]

GRANTS = {
    ("uac", True): "uac",
    ("uas", True): "uas",
    ("", True): "uac",
    ("uac", False): "uas",  # who does not know timers cannot be held to refreshing (§9)
    ("uas", False): "uas",
    ("", False): "uas",
}
"""Who refreshes, by whom the request names and whether its sender supports timers."""


class SessionTimers:
    """The timers of all calls. ``refresh`` is rung when it is our turn, ``lapsed`` when the other side has fallen silent."""

    def __init__(self, stack: Stack, refresh: Ring, lapsed: Ring) -> None:
        self._stack = stack
        self._refresh = refresh
        self._lapsed = lapsed

    def wishes(self, call: Call) -> Pairs:
        """Return the headers of an INVITE or UPDATE of ours: the first leaves it open who refreshes, later ones keep to it."""
        span = call.span
        asked = self._stack.config.session_expires if call.expires is None else call.expires
        seconds = max(span.seconds if span is not None else asked, call.min_se)
        if not seconds:
            return ()
        who = "" if span is None else f";refresher={'uac' if span.ours else 'uas'}"
        floor = (("Min-SE", str(call.min_se)),) if call.min_se else ()  # §7.4: only once a 422 has said so
        return (("Session-Expires", f"{seconds}{who}"), *floor)

    def grant(self, call: Call, request: Request, now: float) -> Pairs:
        """Start anew by a request of theirs that we accept; return the headers of its 2xx."""
        self._learn(call, request.headers)
        supported = "timer" in request.headers.listed("supported")
        wished = read_expires(request.headers)
        if wished is None and supported and self._stack.config.session_expires:
            wished = self._stack.config.session_expires, "uas"  # §9: should we die, their timer ends the call
        if wished is None:
            self.stop(call)
            return ()
        seconds, asked = wished
        who = GRANTS[asked, supported]
        self._start(call, Span(max(seconds, self._stack.config.min_se), who == "uas"), now)
        assert call.span is not None
        require = (("Require", "timer"),) if who == "uac" else ()
        return (("Session-Expires", f"{call.span.seconds};refresher={who}"), *require)

    def granted(self, call: Call, response: Response, now: float) -> None:
        """Start anew by their 2xx to ours; without Session-Expires nothing is timed (§7.2).

        A span below the least (§5) is no reason to refresh in a storm.
        """
        self._learn(call, response.headers)
        agreed = read_expires(response.headers)
        if agreed is None:
            self.stop(call)
        else:
            self._start(call, Span(max(agreed[0], self._stack.config.min_se, call.min_se), agreed[1] != "uas"), now)

    def again(self, call: Call, now: float, pause: float) -> None:
        """Try the refresh again after a while, as long as the span lasts."""
        self._stack.alarms.set(("refresh", call.tag), now + pause, lambda at: self._refresh(call, at))

    def stop(self, call: Call) -> None:
        """Time nothing any more."""
        if call.span is None:
            return  # the alarms of this name may be those of another branch of a forked call
        call.span = None
        for kind in ("refresh", "lapse"):
            self._stack.alarms.cancel((kind, call.tag))

    def _start(self, call: Call, span: Span, now: float) -> None:
        self.stop(call)
        call.span = span
        if span.ours:
            self.again(call, now, span.seconds / 2)
        due = now + span.seconds - min(32.0, span.seconds / 3)
        self._stack.alarms.set(("lapse", call.tag), due, lambda at: self._lapsed(call, at))

    def _learn(self, call: Call, headers: Headers) -> None:
        if "allow" in headers:
            call.updates = "UPDATE" in headers.listed("allow")


def read_expires(headers: Headers) -> tuple[int, str] | None:
    """Return the seconds and the refresher ("" if it names none) of Session-Expires; None if there is none to speak of."""
    seconds, *params = (part.strip() for part in headers.get("session-expires", "").split(";"))
    if not _is_span(seconds):
        return None
    named = [
        value.strip().lower() for name, _, value in (param.partition("=") for param in params) if name == "refresher"
    ]
    return int(seconds), named[0] if named and named[0] in ("uac", "uas") else ""


def read_min_se(headers: Headers) -> int:
    """Return the least span that a 422 asks for, 0 if it does not say."""
    text = headers.get("min-se", "").partition(";")[0].strip()
    return int(text) if _is_span(text) else 0


def _is_span(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 8 and int(text) > 0
