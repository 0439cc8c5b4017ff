"""The headers of a message: an ordered, case-blind mapping of names to text, and the two that are values, Via and CSeq."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from switchroom.sip.messages.grammar import HOST, NO_PARAMS, TOKEN, Malformed, Params, number, params

_VIA = re.compile(
    rf"SIP[ \t]*+/[ \t]*+2\.0[ \t]*+/[ \t]*+({TOKEN})[ \t]++({HOST})(?:[ \t]*+:[ \t]*+(\d{{1,5}}))?", re.IGNORECASE
)
_BRANCH = re.compile(rf";[ \t]*+branch[ \t]*+=[ \t]*+({TOKEN})", re.IGNORECASE)
_CSEQ = re.compile(rf"(\d++)[ \t]++({TOKEN})")

COMPACT = {  # RFC 3261 §7.3.3 and the registrations after it
    "a": "accept-contact",
    "b": "referred-by",
    "c": "content-type",
    "e": "content-encoding",
    "f": "from",
    "i": "call-id",
    "j": "reject-contact",
    "k": "supported",
    "l": "content-length",
    "m": "contact",
    "n": "identity-info",
    "o": "event",
    "r": "refer-to",
    "s": "subject",
    "t": "to",
    "u": "allow-events",
    "v": "via",
    "x": "session-expires",
    "y": "identity",
}

_SPELLING = {
    "call-id": "Call-ID",
    "cseq": "CSeq",
    "mime-version": "MIME-Version",
    "www-authenticate": "WWW-Authenticate",
    "rseq": "RSeq",
    "rack": "RAck",
    "min-se": "Min-SE",
}


def key(name: str) -> str:
    """Return the one spelling under which a header is kept: lower case, never the compact form."""
    lower = name.lower()
    return COMPACT.get(lower, lower)


@lru_cache(maxsize=512)
def spelling(name: str) -> str:
    """Return how a kept name is written on the wire."""
    return _SPELLING.get(name) or "-".join(part.capitalize() for part in name.split("-"))


@dataclass(frozen=True, slots=True)
class Headers(Mapping[str, str]):
    """Header lines in order; ``headers["subject"]`` is the first of that name, whatever case or compact form is asked for."""

    lines: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> "Headers":
        """Make headers from names in any spelling."""
        return cls(tuple((key(name), value) for name, value in pairs))

    def __getitem__(self, name: str) -> str:
        wanted = key(name)
        for kept, value in self.lines:
            if kept == wanted:
                return value
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(dict(self.lines))

    def __len__(self) -> int:
        return len(dict(self.lines))

    def all(self, name: str) -> list[str]:
        """Return the value of every line of that name."""
        wanted = key(name)
        return [value for kept, value in self.lines if kept == wanted]

    def listed(self, name: str) -> list[str]:
        """Return the elements of a header that is a list of tokens (Supported, Allow): comma or line, it is the same."""
        return [item for value in self.all(name) for item in (part.strip() for part in value.split(",")) if item]


@dataclass(frozen=True, slots=True)
class Via:
    """One hop of a message's way; ``sent_by`` is where the hop wants its responses (RFC 3261 §20.42)."""

    transport: str
    host: str
    port: int | None = None
    params: Params = NO_PARAMS

    @property
    def branch(self) -> str:
        """The transaction's name, "" for an RFC 2543 element."""
        return self.params.get("branch") or ""

    @property
    def sent_by(self) -> str:
        """Host and port, as compared when matching transactions (§17.2.3)."""
        return f"{self.host.lower()}:{self.port or ''}"

    def seen_from(self, host: str, port: int) -> "Via":
        """Return this Via with where the message really came from (RFC 3261 §18.2.1, RFC 3581 §4)."""
        seen = self.params
        if "rport" in seen:
            seen = seen.put("rport", str(port)).put("received", host)
        elif self.host != host:
            seen = seen.put("received", host)
        return Via(self.transport, self.host, self.port, seen)

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"SIP/2.0/{self.transport} {self.host}{port}{self.params}"


def parse_via(text: str) -> Via:
    """Parse one Via element."""
    match = _VIA.match(text)
    if match is None:
        raise Malformed("Bad Via")
    transport, host, port = match.groups()
    return Via(transport.upper(), host, _port(port), params(text[match.end() :]))


def salvage_via(text: str) -> Via:
    """Return what can be read of a broken Via line: its first sender and the branch. Raises Malformed."""
    match = _VIA.match(text)
    if match is None:
        raise Malformed("Bad Via")
    branch = _BRANCH.search(text, match.end())
    known = NO_PARAMS if branch is None else params(f";branch={branch.group(1)}")
    return Via(match.group(1).upper(), match.group(2), _port(match.group(3)), known)


def _port(text: str | None) -> int | None:
    port = None if text is None else int(text)
    if port is not None and port > 65535:
        raise Malformed("Bad port in Via")
    return port


@dataclass(frozen=True, slots=True)
class CSeq:
    """The number and method of a request (RFC 3261 §20.16)."""

    number: int
    method: str

    def __str__(self) -> str:
        return f"{self.number} {self.method}"


def parse_cseq(text: str) -> CSeq:
    """Parse a CSeq; its number is below 2**31 (RFC 3261 §8.1.1.5)."""
    match = _CSEQ.fullmatch(text)
    if match is None:
        raise Malformed("Bad CSeq")
    return CSeq(number(match.group(1), 2**31, "CSeq number"), match.group(2))
