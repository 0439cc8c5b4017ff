"""The gate: has whoever sends this request proved who they are? (RFC 3261 §22.2)"""

import hmac
from dataclasses import dataclass

from switchroom.sip.config import AgentConfig
from switchroom.sip.digest import ALGORITHMS, Challenge, Nonces, digest_fields, proof
from switchroom.sip.message import Request
from switchroom.sip.peer import Peer
from switchroom.sip.replies import Reply

_USED = ("username", "nonce", "uri", "response")


@dataclass(frozen=True, slots=True)
class Admitted:
    """Go on; ``user`` is who it is, "" if nobody was asked."""

    user: str


class Gate:
    """Asks for credentials and checks them; keeps no state per peer."""

    def __init__(self, config: AgentConfig, secret: bytes) -> None:
        self._config = config
        self._nonces = Nonces(secret)

    def check(self, request: Request, peer: Peer, now: float) -> Admitted | Reply:
        """Return who it is, or the refusal to send."""
        if not self._config.challenged(request.method, peer):
            return Admitted("")
        for text in request.headers.all("authorization"):
            fields = digest_fields(text)
            if fields is not None and fields.get("realm") == self._config.realm:
                return self._judge(fields, request, peer, now)
        return self._challenge(peer, now, stale=False)

    def _judge(self, fields: dict[str, str], request: Request, peer: Peer, now: float) -> Admitted | Reply:
        algorithm = fields.get("algorithm", "MD5").upper()
        if algorithm not in self._config.algorithms or not all(fields.get(name) for name in _USED):
            return Reply(400, "Bad Authorization")
        if not self._nonces.is_ours(fields["nonce"], peer.host):
            return self._challenge(peer, now, stale=True)
        known = self._config.ha1(fields["username"], algorithm)
        # An unknown user costs the same time as a wrong password, and gets the same answer.
        expected = proof(known or "", fields, request.method, algorithm)
        if not hmac.compare_digest(expected.encode(), fields["response"].lower().encode()) or known is None:
            return self._challenge(peer, now, stale=False)
        if not self._nonces.is_fresh(fields["nonce"], fields.get("nc", ""), now):
            return self._challenge(peer, now, stale=True)
        return Admitted(fields["username"])

    def _challenge(self, peer: Peer, now: float, *, stale: bool) -> Reply:
        nonce = self._nonces.make(peer.host, now)
        challenges = (
            Challenge(self._config.realm, nonce, algorithm, "auth", stale=stale)
            for algorithm in self._config.algorithms
            if algorithm in ALGORITHMS
        )
        return Reply(401, headers=tuple(("WWW-Authenticate", str(challenge)) for challenge in challenges))
