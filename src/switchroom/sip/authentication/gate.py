"""The gate: has whoever sends this request proved who they are? (RFC 3261 §22.2)"""

import hmac
from dataclasses import dataclass

from switchroom.sip.authentication.digest import ALGORITHMS, Challenge, Nonces, digest_fields, proof
from switchroom.sip.config import AgentConfig
from switchroom.sip.messages.grammar import Malformed
from switchroom.sip.messages.message import Request
from switchroom.sip.messages.replies import Reply
from switchroom.sip.messages.uri import Uri, parse_uri
from switchroom.sip.peer import Peer

_USED = ("username", "nonce", "uri", "response")


@dataclass(frozen=True, slots=True)
class Admitted:
    """Go on; ``user`` is who it is in ``realm``, both "" if nobody was asked."""

    user: str = ""
    realm: str = ""


@dataclass(frozen=True, slots=True)
class Denied:
    """Refuse; ``wrong`` if a proof was given, over a nonce that this very peer got from us, and is false."""

    reply: Reply
    wrong: bool = False


class Gate:
    """Asks for credentials and checks them; keeps no state per peer."""

    def __init__(self, config: AgentConfig, secret: bytes) -> None:
        self._config = config
        self._nonces = Nonces(secret)

    def check(self, request: Request, peer: Peer, now: float) -> Admitted | Denied:
        """Return who it is, or the refusal to send."""
        if not self._config.challenged(request, peer):
            return Admitted()
        # The address whose ownership is to be proved: a registration is made for To, anything else is said by From.
        claimed = (request.to if request.method == "REGISTER" else request.from_).uri
        realm = self._realm(claimed)
        if not realm and request.method == "REGISTER":
            return Denied(Reply(404, "No such domain"))  # RFC 3261 §10.3 step 1: and we forward to nobody
        realm = realm or self._config.realm
        algorithms = self._algorithms(claimed, realm)
        for text in request.headers.all("authorization"):
            fields = digest_fields(text)
            if fields is not None and fields.get("realm") == realm:
                return self._judge(fields, algorithms, request, peer, now)
        return Denied(self._challenge((realm, algorithms), peer, now, stale=False))

    def _realm(self, claimed: Uri) -> str:
        return self._config.realm if self._config.realm_of is None else self._config.realm_of(claimed.host.lower())

    def _algorithms(self, claimed: Uri, realm: str) -> tuple[str, ...]:
        of = self._config.algorithms_of
        return self._config.algorithms if of is None else of(claimed.user_text, realm)

    def _judge(
        self, fields: dict[str, str], algorithms: tuple[str, ...], request: Request, peer: Peer, now: float
    ) -> Admitted | Denied:
        realm, algorithm = fields["realm"], fields.get("algorithm", "MD5").upper()
        asked = realm, algorithms
        if algorithm not in algorithms or not all(fields.get(name) for name in _USED):
            return Denied(Reply(400, "Bad Authorization"))
        if not self._nonces.is_ours(fields["nonce"], peer.host):
            return Denied(self._challenge(asked, peer, now, stale=True))
        known = self._config.ha1(fields["username"], realm, algorithm)
        # An unknown user costs the same time as a wrong password, and gets the same answer.
        expected = proof(known or "", fields, request.method, algorithm)
        if not hmac.compare_digest(expected.encode(), fields["response"].lower().encode()) or known is None:
            return Denied(self._challenge(asked, peer, now, stale=False), wrong=True)
        if not _is_for(fields["uri"], request.uri):
            return Denied(Reply(400, "Authorization of another URI"))
        if not self._nonces.is_fresh(fields["nonce"], fields.get("nc", ""), now):
            return Denied(self._challenge(asked, peer, now, stale=True))
        person = self._config.person(fields["username"], realm)
        return Denied(Reply(403)) if person is None else Admitted(person, realm)  # proved, so it was no guess

    def _challenge(self, asked: tuple[str, tuple[str, ...]], peer: Peer, now: float, *, stale: bool) -> Reply:
        realm, algorithms = asked
        nonce = self._nonces.make(peer.host, now)
        challenges = (
            Challenge(realm, nonce, algorithm, "auth", stale=stale)
            for algorithm in algorithms
            if algorithm in ALGORITHMS
        )
        return Reply(401, headers=tuple(("WWW-Authenticate", str(challenge)) for challenge in challenges))


def _is_for(proved: str, asked: Uri) -> bool:
    """Return whether a proof was made for whom the request asks (RFC 7616 §3.4.6).

    A proxy between us may have changed the host (RFC 3261 §22.4), and a nonce of ours is good for nobody else. Some clients
    name no user but the whole house.
    """
    try:
        uri = parse_uri(proved)
    except Malformed:
        return False
    return (uri.is_sip and not uri.user) or (uri.user_text, uri.rest) == (asked.user_text, asked.rest)
