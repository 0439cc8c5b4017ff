"""Our own registrations with others (RFC 3261 §10.2): made, refreshed before they expire, tried again after a failure.

A refusal that more of the same will hardly change (403, 404, and 401 after our proof) is tried again after 30 min: it may be mended
over there. Everything else after 30 s, doubling to 30 min, or when Retry-After says, within an hour (RFC 5626 §4.5 in spirit).
"""

from dataclasses import dataclass, replace

from switchroom.errors import Invalid
from switchroom.sip.calls.outgoing import sip_uri
from switchroom.sip.commands import Options, Register, Unregister
from switchroom.sip.messages.headers import CSeq, Headers
from switchroom.sip.messages.message import Request, Response
from switchroom.sip.messages.uri import NameAddr, Uri
from switchroom.sip.outputs import OptionsAnswered, Registered, RegistrationFailed, Unregistered
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.dialog import Numbers
from switchroom.sip.transactions.stack import Asking, Stack

FINAL = frozenset({400, 401, 403, 404, 405, 407, 410, 416, 420, 501, 604})
"""What another server of the registrar would say too."""
_FIRST_RETRY = 30.0
_LAST_RETRY = 1800.0
_LONGEST_WAIT = 3600.0


@dataclass(slots=True)
class Registration:
    """One binding of ours; all its REGISTERs share a Call-ID and count on."""

    command: Register
    registrar: Uri
    sender: Uri
    call_id: str
    tag: str
    numbers: Numbers
    expires: int
    failures: int = 0
    leaving: bool = False


class Registrations:
    """All of them, and OPTIONS probes, which are as much outside any call."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._all: dict[str, Registration] = {}

    def register(self, command: Register, now: float) -> None:
        """Begin a registration. Raises Invalid for addresses that are none or a name that is taken."""
        if command.registration in self._all:
            raise Invalid(f"registration {command.registration!r} exists: Unregister it first")
        registrar = sip_uri(command.registrar)
        sender = sip_uri(command.sender) if command.sender else replace(registrar, user=command.user)
        registrar = replace(registrar, user="", password="")
        token = self._stack.token
        made = Registration(command, registrar, sender, token(), token(), Numbers(), command.expires)
        self._all[command.registration] = made
        self._send(made, now)

    def unregister(self, command: Unregister, now: float) -> None:
        """Remove the binding."""
        made = self._all.pop(command.registration, None)
        if made is not None:
            self._stack.alarms.cancel(("register", made.tag))
            made.leaving = True
            self._send(made, now)

    def probe(self, command: Options, now: float) -> None:
        """Ask whether somebody is there. Raises Invalid for an address that is none."""
        target = sip_uri(command.target)
        ours = self._stack.contact(command.peer)
        numbers = Numbers(1)
        request = Request(
            method="OPTIONS",
            uri=target,
            via=(),
            from_=ours.with_tag(self._stack.token()),
            to=NameAddr(target),
            call_id=self._stack.token(),
            cseq=CSeq(1, "OPTIONS"),
            contacts=(ours,),
            headers=Headers((("max-forwards", "70"), ("accept", "application/sdp"))),
        )

        def heard(response: Response, _source: Peer | None, _now: float) -> None:
            if response.status >= 200:
                self._stack.emit(OptionsAnswered(command.probe, response.status, response.reason))

        self._stack.ask(Asking(request, command.peer, heard, numbers), now)

    def _send(self, made: Registration, now: float) -> None:
        expires = 0 if made.leaving else made.expires
        address = NameAddr(made.sender)
        request = Request(
            method="REGISTER",
            uri=made.registrar,
            via=(),
            from_=address.with_tag(made.tag),
            to=address,
            call_id=made.call_id,
            cseq=CSeq(made.numbers.next(), "REGISTER"),
            contacts=(self._stack.contact(made.command.peer, made.command.contact_user or made.command.user),),
            headers=Headers((("max-forwards", "70"), ("expires", str(expires)))),
        )

        def heard(response: Response, _source: Peer | None, at: float) -> None:
            if response.status >= 200:
                self._answered(made, response, at)

        self._stack.ask(Asking(request, made.command.peer, heard, made.numbers, made.command.credentials), now)

    def _answered(self, made: Registration, response: Response, now: float) -> None:
        name = made.command.registration
        if made.leaving:
            self._stack.emit(Unregistered(name))
        elif self._all.get(name) is not made:
            return  # unregistered while this answer was on its way
        elif response.status < 300:
            made.failures = 0
            granted = _granted(made, response)
            self._stack.emit(Registered(name, granted))
            # Early enough for a lost refresh to be repeated for its 32 s.
            self._again(made, now + max(granted - 40, granted * 0.6, 1.0))
        elif response.status == 423 and (shortest := _number(response.headers.get("min-expires", ""))) > made.expires:
            made.expires = shortest
            self._send(made, now)
        else:
            self._failed(made, response, now)

    def _failed(self, made: Registration, response: Response, now: float) -> None:
        name = made.command.registration
        pause = _LAST_RETRY if response.status in FINAL else min(_FIRST_RETRY * 2**made.failures, _LAST_RETRY)
        asked = min(float(_number(response.headers.get("retry-after", ""))), _LONGEST_WAIT)
        wait = max(asked, pause) if response.status in FINAL else asked or pause
        made.failures = min(made.failures + 1, 10)
        self._stack.emit(RegistrationFailed(name, response.status, response.reason, wait))
        self._again(made, now + wait)

    def _again(self, made: Registration, due: float) -> None:
        self._stack.alarms.set(("register", made.tag), due, lambda at: self._send(made, at))


def _granted(made: Registration, response: Response) -> float:
    """Return for how long the registrar keeps our binding: its Contact says, else its Expires (§10.2.4)."""
    ours = (made.command.contact_user or made.command.user).lower()
    for contact in response.contacts:
        if contact.uri.user.lower() == ours and (seconds := _number(contact.params.get("expires") or "")):
            return float(seconds)
    return float(_number(response.headers.get("expires", "")) or made.expires)


def _number(text: str) -> int:
    digits = text.strip().split(" ")[0].split(";")[0].split("(")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) < 9 else 0
