"""INFO, most of all digits: ``application/dtmf-relay`` (Signal and Duration lines) and ``application/dtmf`` (the digit alone)."""

import re

from switchroom.sip.calls.call import Call, Phase
from switchroom.sip.calls.session import GONE, Sessions
from switchroom.sip.commands import SendInfo
from switchroom.sip.messages.message import Response
from switchroom.sip.messages.replies import Reply, clean
from switchroom.sip.outputs import CallEnded, DigitReceived, InfoAnswered, InfoReceived
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.stack import Stack

DEFAULT_DURATION = 0.25
_SIGNAL = re.compile(r"(?im)^[ \t]*signal[ \t]*=[ \t]*([0-9A-D*#]|1[0-6])[ \t]*\r?$")
_DURATION = re.compile(r"(?im)^[ \t]*duration[ \t]*=[ \t]*(\d{1,6})[ \t]*\r?$")
_BY_EVENT = {"10": "*", "11": "#", "12": "A", "13": "B", "14": "C", "15": "D"}


def read_digit(content_type: str, body: bytes) -> tuple[str, float] | None:
    """Return the digit and its duration in seconds; None if the body is no digit."""
    if content_type not in ("application/dtmf-relay", "application/dtmf") or len(body) > 256:
        return None
    text = body.decode("ascii", "replace")
    signal = _SIGNAL.search(text)
    if signal is None and content_type == "application/dtmf":
        signal = re.fullmatch(r"\s*([0-9A-Da-d*#]|1[0-6])\s*", text)
    if signal is None:
        return None
    name = signal.group(1).upper()
    digit = _BY_EVENT.get(name, name)
    if len(digit) != 1:
        return None  # 16 is a hook flash
    duration = _DURATION.search(text)
    return digit, int(duration.group(1)) / 1000 if duration else DEFAULT_DURATION


class Infos:
    """INFO within calls, both ways (RFC 6086 leaves these old uses as they were)."""

    def __init__(self, stack: Stack, sessions: Sessions) -> None:
        self._stack = stack
        self._sessions = sessions

    def informed(self, call: Call, exchange: Exchange, now: float) -> None:
        """Take theirs: a digit, or something for the driver."""
        request = exchange.request
        digit = read_digit(request.content_type, request.body)
        if request.content_type.startswith("application/dtmf") and digit is None:
            self._stack.respond(exchange, Reply(400, "Bad digit"), call.tag, now)
            return
        self._stack.respond(exchange, Reply(200), call.tag, now)
        if call.phase in (Phase.OVER, Phase.LEAVING):
            return
        if digit is not None:
            self._stack.emit(DigitReceived(call.name, *digit))
        elif request.body:
            self._stack.emit(InfoReceived(call.name, request.content_type, request.body))

    def inform(self, call: Call, command: SendInfo, now: float) -> None:
        """Send ours; before there is a dialog to send it in it counts as refused, so that nobody waits for an answer."""
        if call.phase is not Phase.TALKING or call.dialog is None:
            self._stack.emit(InfoAnswered(call.name, 481))
            return
        headers = clean([("Content-Type", command.content_type)])
        body = command.body.encode("utf-8", "replace")

        def heard(response: Response, _source: Peer | None, at: float) -> None:
            if response.status < 200 or call.phase is not Phase.TALKING:
                return
            self._stack.emit(InfoAnswered(call.name, response.status))
            if response.status in GONE:
                self._sessions.end(call, CallEnded(call.name, "loss", response.status, response.reason), at)

        self._sessions.ask(call, call.dialog.request("INFO", call.numbers.next(), headers, body), heard, now)
