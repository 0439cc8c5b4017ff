"""What an INVITE says of a call beside its media: who calls, whom they dialled first, and what systems tell each other about it.

``read_context`` is for calls that come, ``Presentation`` for calls that we make. Nothing here can make a call fail: a value that
cannot be read is as if it were not there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from switchroom.errors import Invalid
from switchroom.sip.callers.diversion import Diversion, diversions
from switchroom.sip.callers.identity import ANONYMOUS, NOBODY, Caller, identify
from switchroom.sip.messages.grammar import Malformed, Params, is_token, params, quote, split_list, unquote
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.uri import NameAddr, Uri, parse_uri

MAX_HEADERS = 32
MAX_VALUE = 1024
_PASSED_ON = frozenset({"subject", "call-info", "alert-info", "priority", "p-charge-info", "p-called-party-id"})
_TELLING = frozenset({"p-charge-info"})  # whose bill it is says who calls
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})++")
_DISCRIMINATORS = b"\x00\x04"  # of ITU-T Q.931 table 4-26: user-specific, IA5 text

FACTS = ("caller_name", "caller_number", "verification", "diverted_from", "diverted_why", "user_to_user")
"""The names under which a flow finds them, and ``headers.NAME`` and ``variables.NAME``."""


@dataclass(frozen=True, slots=True)
class UserToUser:
    """Data that the caller's system gives ours (RFC 7433)."""

    data: bytes
    purpose: str = "isdn-uui"
    content: str = ""

    @property
    def text(self) -> str:
        """The data as text, without the protocol discriminator that ISDN puts before it; "" if it is no text."""
        said = self.data[1:] if self.data[:1] and self.data[0] in _DISCRIMINATORS else self.data
        try:
            text = said.decode()
        except UnicodeDecodeError:
            return ""
        return text if text.isprintable() else ""


@dataclass(frozen=True, slots=True)
class CallContext:
    """What is known of a call before anybody speaks.

    ``diversions`` are those who sent it on, oldest first. ``signatures`` are the Identity headers, verbatim (RFC 8224). ``headers``
    are the X- headers and a few others that applications read, by name in lower case, at most ``MAX_HEADERS`` of ``MAX_VALUE``.
    ``variables`` are what whoever asked us to call gave along.
    """

    caller: Caller = NOBODY
    diversions: tuple[Diversion, ...] = ()
    user_to_user: tuple[UserToUser, ...] = ()
    signatures: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def diverted(self) -> Diversion | None:
        """Who was dialled first, if the call did not come straight to us and that may be told."""
        first = self.diversions[0] if self.diversions else None
        return None if first is None or first.withheld else first

    @property
    def data(self) -> str:
        """The first user-to-user data that is text."""
        return next((given.text for given in self.user_to_user if given.text), "")

    @property
    def facts(self) -> dict[str, str]:
        """What people and flows may know, under the names of ``FACTS``, the headers and the variables."""
        caller, diverted = self.caller, self.diverted
        known = (
            caller.shown_name,
            "" if caller.withheld else caller.number,
            caller.verification,
            "" if diverted is None else diverted.number or diverted.address,
            "" if diverted is None else diverted.why,
            self.data,
        )
        more = {f"headers.{name}": said for name, said in self.headers.items()}
        given = {f"variables.{name}": value for name, value in self.variables.items()}
        return dict(zip(FACTS, known, strict=True)) | more | given


def read_context(from_: NameAddr, headers: Headers, *, trusted: bool = False) -> CallContext:
    """Return the context of a call by its INVITE; ``trusted``: whoever sent it may vouch for others."""
    caller = identify(from_, headers, trusted=trusted)
    hidden = _TELLING if caller.withheld else frozenset()
    signatures = tuple(headers.all("identity"))
    return CallContext(caller, diversions(headers), _user_to_user(headers), signatures, _told(headers, hidden))


def _user_to_user(headers: Headers) -> tuple[UserToUser, ...]:
    found: list[UserToUser] = []
    for value in headers.all("user-to-user"):
        try:
            for item in split_list(value):
                content, _, tail = _cut(item)
                told = params(tail)
                data = _decoded(content, (told.get("encoding") or "").lower())
                found.append(UserToUser(data, told.get("purpose") or "isdn-uui", told.get("content") or ""))
        except Malformed:
            continue
    return tuple(found)


def _cut(item: str) -> tuple[str, str, str]:
    """Return the data and the parameters after it; a quoted string may hold semicolons."""
    if not item.startswith('"'):
        content, semicolon, tail = item.partition(";")
        return content.strip(), semicolon, semicolon + tail
    end = item.find('"', 1)
    while end > 0 and item[end - 1] == "\\":
        end = item.find('"', end + 1)
    if end < 0:
        raise Malformed("Bad User-to-User")
    return unquote(item[: end + 1]), "", item[end + 1 :]


def _decoded(content: str, encoding: str) -> bytes:
    hexadecimal = encoding == "hex" or not encoding  # what ISDN gateways leave out (RFC 7434 §5)
    if hexadecimal and _HEX.fullmatch(content) is not None:
        return bytes.fromhex(content)
    if encoding == "hex":
        raise Malformed("Bad User-to-User")
    return content.encode("utf-8", "replace")


def _told(headers: Headers, hidden: frozenset[str]) -> Mapping[str, str]:
    told: dict[str, str] = {}
    for name, value in headers.lines:
        if (name.startswith("x-") or name in _PASSED_ON - hidden) and len(told) < MAX_HEADERS:
            told.setdefault(name, value[:MAX_VALUE])
    return told


@dataclass(frozen=True, slots=True)
class Presentation:
    """What a call of ours says of itself. ``asserted`` is a URI that a trusting peer may show, ``withheld``: to nobody else.

    ``diverted`` are addresses for whom the call was before, with the reason of RFC 5806 (``user-busy``), the latest first.
    """

    asserted: str = ""
    asserted_name: str = ""
    withheld: bool = False
    diverted: tuple[tuple[str, str], ...] = ()
    user_to_user: bytes = b""

    def headers(self) -> dict[str, str]:
        """Return the headers to put on the INVITE. Raises Invalid for an address that is none."""
        headers: dict[str, str] = {}
        if self.asserted:
            headers["P-Asserted-Identity"] = str(NameAddr(_address(self.asserted), self.asserted_name))
        if self.withheld:
            headers["Privacy"] = "id"
        if self.diverted:
            parties = (NameAddr(_address(one), params=_because(why)) for one, why in self.diverted)
            headers["Diversion"] = ", ".join(str(party) for party in parties)
        if self.user_to_user:
            headers["User-to-User"] = f"{self.user_to_user.hex()};encoding=hex"
        return headers

    def sender(self, sender: str, name: str) -> tuple[str, str]:
        """Return the URI and name for From: nobody's if they are to be withheld (RFC 3323 §4.1.1.3)."""
        return (ANONYMOUS, "Anonymous") if self.withheld else (sender, name)


def _because(why: str) -> Params:
    return Params((("reason", why if is_token(why) else quote(why)),))


def _address(text: str) -> Uri:
    try:
        return parse_uri(text)
    except Malformed as malformed:
        raise Invalid(f"{text!r} is no address: write sip:user@host or tel:+number") from malformed


NO_PRESENTATION = Presentation()
