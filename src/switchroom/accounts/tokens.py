"""Signed statements about who somebody is, each good for one purpose only.

Every purpose signs with a key of its own, derived from the installation's secret: a token for one socket opens
nothing else, whatever it says about itself.
"""

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import Literal

import jwt

from switchroom.errors import Denied
from switchroom.identity import TenantId, UserId

Purpose = Literal["access", "voice", "recording", "operator", "second_step"]
Role = Literal["admin", "supervisor", "agent", "developer"]

LIFETIMES: dict[Purpose, float] = {
    "access": 1800.0,
    "voice": 300.0,
    "recording": 900.0,
    "operator": 60.0,
    "second_step": 300.0,
}
"""Seconds a token of each purpose is good for."""

_ALGORITHM = "HS256"


@dataclass(frozen=True, slots=True)
class Identity:
    """Who asks, as a token says it. ``about`` narrows a token to one thing, such as a call's recording.

    ``scopes`` is what an API key may, whose id is ``user``; None for a person. ``session`` is what the token was made in, empty for
    none; ``generation`` the user's when it was made, so that all tokens of one user can be refused at once.
    Somebody who works for a tenant below their own has that one as ``tenant``, and their own as ``home``.
    """

    user: UserId
    tenant: TenantId
    role: Role
    about: str = ""
    scopes: frozenset[str] | None = None
    session: str = ""
    generation: int = 0
    home: TenantId | None = None


def issue(identity: Identity, purpose: Purpose, secret: str, now: float) -> str:
    """Return a token for ``purpose`` that is good for LIFETIMES[purpose] seconds from ``now``."""
    claims = {
        "sub": identity.user,
        "tenant": identity.tenant,
        "role": identity.role,
        "about": identity.about,
        "sid": identity.session,
        "gen": identity.generation,
        "iat": int(now),
        "exp": int(now + LIFETIMES[purpose]),
    }
    return jwt.encode(claims, _key(secret, purpose), algorithm=_ALGORITHM)


def read(token: str, purpose: Purpose, secret: str, now: float) -> Identity:
    """Return who the token speaks of. Raises Denied if it is not ours, not for ``purpose``, or no longer good."""
    required = ["sub", "tenant", "role", "about", "sid", "gen", "exp"]
    try:
        claims = jwt.decode(
            token,
            _key(secret, purpose),
            algorithms=[_ALGORITHM],
            options={"require": required, "verify_exp": False, "verify_iat": False},  # ``now`` is the caller's
        )
    except jwt.InvalidTokenError as error:
        raise Denied("this token is not valid: log in again", code="bad_token") from error
    if now >= claims["exp"]:
        raise Denied("this token has expired: log in again", code="token_expired")
    who = Identity(UserId(claims["sub"]), TenantId(claims["tenant"]), claims["role"], claims["about"])
    return replace(who, session=claims["sid"], generation=claims["gen"])


def pin_digest(pin: str, secret: str) -> str:
    """Return what is stored of a PIN. A slow hash would not protect four digits; a key that is not in the database does."""
    return hmac.new(secret.encode(), b"switchroom/pin/" + pin.encode(), hashlib.sha256).hexdigest()


def _key(secret: str, purpose: Purpose) -> bytes:
    return hmac.new(secret.encode(), b"switchroom/token/" + purpose.encode(), hashlib.sha256).digest()
