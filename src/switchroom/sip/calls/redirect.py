"""Where a call goes that is sent elsewhere by a 3xx (RFC 3261 §8.1.3.4): a target set that never holds the same place twice.

Following is off unless somebody asks for it: whoever is called would decide whom we call next, and who pays for that.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from switchroom.sip.messages.grammar import Malformed
from switchroom.sip.messages.uri import NameAddr, Uri, parse_address, parse_uri

Follow = Literal["never", "same_host", "anywhere"]

FOLLOWED = frozenset({300, 301, 302})
"""305 asks for a proxy and 380 for another service: neither is another address (§21.3.4, §21.3.5)."""


def _anybody(_uri: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Redirects:
    """Whether a call follows, at most to ``limit`` further places, and only to those that are ``allowed``."""

    follow: Follow = "never"
    limit: int = 5
    allowed: Callable[[str], bool] = _anybody


NO_REDIRECTS = Redirects()


class Targets:
    """Where a call may still go, the best first."""

    def __init__(self, first: str, redirects: Redirects) -> None:
        """Raises Malformed if ``first`` is no URI."""
        self._redirects = redirects
        self._first = parse_uri(first)
        self._known = [self._first]
        self._waiting: list[tuple[float, Uri]] = []

    def add(self, contacts: Iterable[str]) -> None:
        """Take the Contacts of a 3xx; those that cannot be followed are left out."""
        for text in contacts:
            try:
                contact = parse_address(text)
            except Malformed:
                continue
            uri = contact.uri.requestable
            if len(self._known) > self._redirects.limit or not self._may(uri):
                continue
            self._known.append(uri)
            self._waiting.append((_liking(contact), uri))
        self._waiting.sort(key=lambda waiting: -waiting[0])

    def next(self) -> str | None:
        """Return where to call next, None if nothing is left."""
        return str(self._waiting.pop(0)[1]) if self._waiting else None

    def is_at_home(self, uri: str) -> bool:
        """Whether a place is of the host that we called first, so that our password is for it as well."""
        return parse_uri(uri).host.lower() == self._first.host.lower()

    def _may(self, uri: Uri) -> bool:
        redirects = self._redirects
        if redirects.follow == "never" or not uri.is_sip or not uri.host:
            return False
        if redirects.follow == "same_host" and uri.host.lower() != self._first.host.lower():
            return False
        if self._first.scheme == "sips" and uri.scheme != "sips":
            return False  # what was to be secured stays so (§8.1.3.4)
        return not any(uri.same_as(known) for known in self._known) and redirects.allowed(str(uri))


def _liking(contact: NameAddr) -> float:
    try:
        return min(1.0, max(0.0, float(contact.params.get("q") or "1")))
    except ValueError:
        return 0.0
