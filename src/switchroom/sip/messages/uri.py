"""URIs and the addresses that carry them (RFC 3261 §19.1, §20.10).

Parts are kept as they are on the wire, escapes and all, so that what came in goes out unchanged; ``Uri.user_text`` is the
user with its escapes undone, and ``same_as`` compares as §19.1.4 demands.
"""

import re
from dataclasses import dataclass, replace
from urllib.parse import quote as percent_encoded
from urllib.parse import unquote as unescape

from switchroom.sip.messages.grammar import (
    HOST,
    MAX_ITEMS,
    NO_PARAMS,
    QUOTED,
    TOKEN,
    Malformed,
    Params,
    params,
    quote,
    unquote,
)

_SIP = re.compile(
    r"(sips?):"
    r"(?:((?:[A-Za-z0-9\-_.!~*'()&=+$,;?/#]++|%[0-9A-Fa-f]{2})++)(?::((?:[A-Za-z0-9\-_.!~*'()&=+$,]++|%[0-9A-Fa-f]{2})*+))?@)?"
    rf"({HOST})(?::(\d{{1,5}}))?"
    r"((?:;(?:[A-Za-z0-9\-_.!~*'()\[\]/:&+$@]++|%[0-9A-Fa-f]{2})++(?:=(?:[A-Za-z0-9\-_.!~*'()\[\]/:&+$\"@]++|%[0-9A-Fa-f]{2})++)?)*+)"
    r"(?:\?([^\s<>]++))?",
    re.IGNORECASE,
)
_OTHER = re.compile(r"([A-Za-z][A-Za-z0-9+.\-]*+):([^\s<>\"]++)")
_WORDS = re.compile(rf"(?:(?:{TOKEN}|[^\x00-\x7f]++)[ \t]*+)*+")
_DISPLAY = re.compile(rf"[ \t]*+({QUOTED})[ \t]*+<")
_MUST_AGREE = frozenset({"user", "ttl", "method", "maddr", "transport"})  # RFC 3261 §19.1.4


@dataclass(frozen=True, slots=True)
class Uri:
    """A SIP or SIPS URI; for any other scheme ``rest`` holds what follows the colon and ``host`` is empty."""

    host: str
    user: str = ""
    port: int | None = None
    params: Params = NO_PARAMS
    scheme: str = "sip"
    password: str = ""
    headers: str = ""
    rest: str = ""

    @property
    def is_sip(self) -> bool:
        """Whether we can send to it."""
        return not self.rest

    @property
    def user_text(self) -> str:
        """The user with its escapes undone."""
        return unescape(self.user) if "%" in self.user else self.user

    @property
    def transport(self) -> str:
        """The transport it asks for, "" if it does not say."""
        return (self.params.get("transport") or "").lower()

    @property
    def requestable(self) -> "Uri":
        """The same place, as a Request-URI may name it: without headers and method (RFC 3261 §19.1.1, table 1)."""
        if not self.headers and self.params.get("method") is None:
            return self
        return replace(self, headers="", params=self.params.without("method"))

    def same_as(self, other: "Uri") -> bool:
        """Compare by RFC 3261 §19.1.4."""
        if (self.scheme, self.port, self.host.lower()) != (other.scheme, other.port, other.host.lower()):
            return False
        if (unescape(self.user), unescape(self.password)) != (unescape(other.user), unescape(other.password)):
            return False
        if self.rest != other.rest or self.headers != other.headers:
            return False
        ours = {name.lower(): (value or "").lower() for name, value in self.params.pairs}
        theirs = {name.lower(): (value or "").lower() for name, value in other.params.pairs}
        return all(ours.get(name) == theirs.get(name) for name in _MUST_AGREE | (ours.keys() & theirs.keys()))

    def __str__(self) -> str:
        if self.rest:
            return f"{self.scheme}:{self.rest}"
        userinfo = ""
        if self.user:
            userinfo = f"{self.user}:{self.password}@" if self.password else f"{self.user}@"
        port = "" if self.port is None else f":{self.port}"
        headers = f"?{self.headers}" if self.headers else ""
        return f"{self.scheme}:{userinfo}{self.host}{port}{self.params}{headers}"


def escape(user: str) -> str:
    """Return a user as it is written in a SIP URI: the ``@`` of an account that is called like a mailbox is ``%40``."""
    return percent_encoded(user, safe="-_.!~*'()&=+$,;?/#")


def parse_uri(text: str) -> Uri:
    """Parse a URI of any scheme."""
    match = _SIP.fullmatch(text)
    if match is None:
        return _other(text)
    scheme, user, password, host, port, tail, headers = match.groups()
    number = int(port) if port else None
    if number is not None and number > 65535:
        raise Malformed("Bad port in URI")
    return Uri(
        host,
        user or "",
        number,
        _uri_params(tail) if tail else NO_PARAMS,
        scheme.lower(),
        password or "",
        headers or "",
    )


def _uri_params(text: str) -> Params:
    if text.count(";") > MAX_ITEMS:
        raise Malformed("Too many parameters")
    pairs: list[tuple[str, str | None]] = []
    for part in text[1:].split(";"):
        name, equals, value = part.partition("=")
        pairs.append((name, value if equals else None))
    return Params(tuple(pairs))


def _other(text: str) -> Uri:
    match = _OTHER.fullmatch(text)
    if match is None or match.group(1).lower() in ("sip", "sips"):
        raise Malformed("Bad URI")
    return Uri("", scheme=match.group(1).lower(), rest=match.group(2))


@dataclass(frozen=True, slots=True)
class NameAddr:
    """A display name, a URI, and the header's own parameters: From, To, Contact, Route, Record-Route, Refer-To."""

    uri: Uri
    name: str = ""
    params: Params = NO_PARAMS

    @property
    def tag(self) -> str:
        """The tag of a From or To; "" while it has none."""
        return self.params.get("tag") or ""

    def with_tag(self, tag: str) -> "NameAddr":
        """Return this address with a tag."""
        return NameAddr(self.uri, self.name, self.params.put("tag", tag))

    def __str__(self) -> str:
        shown = f"{quote(self.name)} " if self.name else ""
        return f"{shown}<{self.uri}>{self.params}"


def parse_address(text: str) -> NameAddr:
    """Parse ``"name" <uri>;params``, or the bare form, whose parameters are the header's (RFC 3261 §20)."""
    start = text.find("<")
    if '"' in text and (quoted := _DISPLAY.match(text)) is not None:
        name, start = unquote(quoted.group(1)), quoted.end() - 1
    elif start < 0:
        return _bare(text)
    else:
        name = text[:start].strip()
        if name and _WORDS.fullmatch(name) is None:
            raise Malformed("Display name needs quotes")
    end = text.find(">", start)
    if end < 0:
        raise Malformed("Unbalanced angle brackets")
    return NameAddr(parse_uri(text[start + 1 : end]), name, params(text[end + 1 :]))


def _bare(text: str) -> NameAddr:
    address, semicolon, tail = text.partition(";")
    address = address.strip()
    if "?" in address or "," in address:
        raise Malformed("URI needs angle brackets")
    return NameAddr(parse_uri(address), "", params(semicolon + tail))
