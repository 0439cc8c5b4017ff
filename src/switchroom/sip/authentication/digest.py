"""Digest authentication (RFC 2617, 7616, 8760) from both sides: answering challenges, and challenging and checking.

Nonces are not stored: one is a time and its keyed hash over the peer's host, so that anybody can be checked, nothing grows, and
a nonce stolen elsewhere is worthless. What is kept, in a bounded table, is the highest ``nc`` per nonce: a credential that
is replayed is stale, and so is everything as old as what the table had to forget.
"""

import hashlib
import hmac
import re
from collections import OrderedDict
from dataclasses import dataclass

from switchroom.sip.messages.grammar import QUOTED, TOKEN, quote, unquote

ALGORITHMS = {"MD5": "md5", "SHA-256": "sha256"}
NONCE_LIFETIME = 300.0
MAX_NONCES = 16_384

_FIELD = re.compile(rf"[ \t,]*+({TOKEN})[ \t]*+=[ \t]*+({QUOTED}|{TOKEN}|[^\s,\"]++)")
_UNQUOTED = frozenset({"algorithm", "qop", "nc", "stale"})


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server asks for."""

    realm: str
    nonce: str
    algorithm: str = "MD5"
    qop: str = ""
    opaque: str | None = None
    stale: bool = False

    def __str__(self) -> str:
        text = f"Digest realm={quote(self.realm)}, nonce={quote(self.nonce)}, algorithm={self.algorithm}, qop={quote(self.qop)}"
        return text + (", stale=true" if self.stale else "")


def digest_fields(text: str) -> dict[str, str] | None:
    """Return the fields of a challenge or of credentials, names in lower case; None if it is no digest."""
    scheme, _, rest = text.strip().partition(" ")
    if scheme.lower() != "digest":
        return None
    fields: dict[str, str] = {}
    position = 0
    while position < len(rest):
        match = _FIELD.match(rest, position)
        if match is None:
            return fields if not rest[position:].strip(", \t") else None
        fields.setdefault(match.group(1).lower(), unquote(match.group(2)))
        position = match.end()
    return fields


def read_challenge(text: str) -> Challenge | None:
    """Read WWW-Authenticate or Proxy-Authenticate; None if it asks for something we cannot do."""
    fields = digest_fields(text)
    if fields is None or "nonce" not in fields:
        return None
    algorithm = fields.get("algorithm", "MD5").upper()
    offered = [item.strip().lower() for item in fields.get("qop", "").split(",") if item.strip()]
    if algorithm not in ALGORITHMS or (offered and "auth" not in offered):
        return None
    return Challenge(
        fields.get("realm", ""),
        fields["nonce"],
        algorithm,
        "auth" if offered else "",
        fields.get("opaque"),
        fields.get("stale", "").lower() == "true",
    )


def ha1(user: str, realm: str, password: str, algorithm: str = "MD5") -> str:
    """Return the hash that a server may store instead of the password."""
    return _hash(algorithm, f"{user}:{realm}:{password}")


def proof(ha1_text: str, fields: dict[str, str], method: str, algorithm: str) -> str:
    """Return the ``response`` that these fields should carry (RFC 7616 §3.4.1)."""
    ha2 = _hash(algorithm, f"{method}:{fields.get('uri', '')}")
    if fields.get("qop"):
        middle = f"{fields.get('nonce', '')}:{fields.get('nc', '')}:{fields.get('cnonce', '')}:{fields['qop']}"
    else:
        middle = fields.get("nonce", "")
    return _hash(algorithm, f"{ha1_text}:{middle}:{ha2}")


def answer(
    challenge: Challenge, user: str, password: str, request: tuple[str, str], cnonce: str, count: int = 1
) -> str:
    """Return the value of Authorization for ``request``, its method and URI."""
    method, uri = request
    fields = {"username": user, "realm": challenge.realm, "nonce": challenge.nonce, "uri": uri}
    fields["algorithm"] = challenge.algorithm
    if challenge.qop:
        fields |= {"qop": challenge.qop, "nc": f"{count:08x}", "cnonce": cnonce}
    secret = ha1(user, challenge.realm, password, challenge.algorithm)
    fields["response"] = proof(secret, fields, method, challenge.algorithm)
    if challenge.opaque is not None:
        fields["opaque"] = challenge.opaque
    shown = (f"{name}={value if name in _UNQUOTED else quote(value)}" for name, value in fields.items())
    return "Digest " + ", ".join(shown)


class Nonces:
    """Makes nonces for challenges and knows them again."""

    def __init__(self, secret: bytes, lifetime: float = NONCE_LIFETIME) -> None:
        self._secret = secret
        self._lifetime = lifetime
        self._counts: OrderedDict[str, int] = OrderedDict()
        self._made = 0
        self._forgotten = -1.0

    def make(self, host: str, now: float) -> str:
        """Return a nonce for the peer at ``host``."""
        self._made += 1  # two who ask in the same moment from behind the same NAT must not share one
        made = f"{int(now * 1000):x}-{self._made:x}"
        return f"{made}.{self._seal(made, host)}"

    def is_ours(self, nonce: str, host: str) -> bool:
        """Return whether we made it for that host, be it fresh or not."""
        made, _, seal = nonce.partition(".")
        return hmac.compare_digest(seal.encode(), self._seal(made, host).encode())

    def is_fresh(self, nonce: str, count: str, now: float) -> bool:
        """Return whether a nonce of ours may be used now with this ``nc``; it is then used up to that count."""
        try:
            made = _made_at(nonce)
            number = int(count, 16) if count else 1
        except ValueError:
            return False
        if (
            not 0 <= now - made + 0.001 <= self._lifetime
            or made <= self._forgotten
            or number <= self._counts.get(nonce, 0)
        ):
            return False
        self._counts[nonce] = number
        self._counts.move_to_end(nonce)
        if len(self._counts) > MAX_NONCES:
            self._forgotten = max(self._forgotten, _made_at(self._counts.popitem(last=False)[0]))
        return True

    def _seal(self, made: str, host: str) -> str:
        return hmac.new(self._secret, f"{made}:{host}".encode(), hashlib.sha256).hexdigest()[:32]


def _made_at(nonce: str) -> float:
    return int(nonce.partition("-")[0], 16) / 1000


def _hash(algorithm: str, text: str) -> str:
    return hashlib.new(ALGORITHMS[algorithm], text.encode("utf-8", "replace"), usedforsecurity=False).hexdigest()
