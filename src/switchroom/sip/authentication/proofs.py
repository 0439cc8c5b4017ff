"""Answering digest challenges to one request of ours, however many servers on its way ask (RFC 3261 §22.2, §22.3).

A proxy asks by 407 and the far end by 401, one after the other or, behind a fork, both in one response. Every attempt proves
itself anew to everybody who has asked so far, with the next count of their nonce. A server that asks again is answered again only
if it says that the nonce was stale: the same password would be refused again.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from switchroom.sip.authentication.digest import Challenge, answer, read_challenge
from switchroom.sip.commands import Credentials
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.message import Request, Response

MAX_ATTEMPTS = 6
_ASKED_BY = (("www-authenticate", "authorization"), ("proxy-authenticate", "proxy-authorization"))
_ANSWERS = frozenset(answered for _, answered in _ASKED_BY)

Place = tuple[str, str]
"""The header in which a proof goes, and its realm."""


@dataclass(slots=True)
class Proofs:
    """The challenges to one request, and how often each nonce was used."""

    attempts: int = 1
    challenges: dict[Place, Challenge] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def meet(self, request: Request, response: Response, credentials: Credentials, cnonce: str) -> Headers | None:
        """Return the headers of ``request`` with the proofs that ``response`` asks for; None if more of it would not help."""
        if response.status not in (401, 407) or self.attempts >= MAX_ATTEMPTS:
            return None
        asked: dict[Place, Challenge] = {}
        for place, challenge in _challenges(response, credentials.realm):
            asked.setdefault(place, challenge)  # the topmost that we can meet is what they like best (RFC 8760 §2.3)
        if not asked or any(place in self.challenges and not challenge.stale for place, challenge in asked.items()):
            return None
        self.attempts += 1
        self.challenges |= asked
        kept = tuple(line for line in request.headers.lines if line[0] not in _ANSWERS)
        return Headers((*kept, *self._proofs(request, credentials, cnonce)))

    def _proofs(self, request: Request, credentials: Credentials, cnonce: str) -> Iterator[tuple[str, str]]:
        about = (request.method, str(request.uri))
        for (header, _), challenge in self.challenges.items():
            count = self.counts[challenge.nonce] = self.counts.get(challenge.nonce, 0) + 1
            yield header, answer(challenge, credentials.user, credentials.password, about, cnonce, count)


def _challenges(response: Response, realm: str) -> Iterator[tuple[Place, Challenge]]:
    for asks, answers in _ASKED_BY:
        for text in response.headers.all(asks):
            challenge = read_challenge(text)
            if challenge is not None and realm in ("", challenge.realm):
                yield (answers, challenge.realm), challenge
