"""The headers of a message as an ordered, case-blind mapping of names to text."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

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
}


def key(name: str) -> str:
    """Return the one spelling under which a header is kept: lower case, never the compact form."""
    lower = name.lower()
    return COMPACT.get(lower, lower)


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
