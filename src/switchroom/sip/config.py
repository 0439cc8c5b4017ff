"""What a user agent needs to know about the world around it."""

from collections.abc import Callable
from dataclasses import dataclass

from switchroom.sip.messages.message import Request
from switchroom.sip.peer import Peer

MAX_PER_RECORD = 10
"""Devices that may be registered for one user, unless a user has a limit of their own."""

Ha1 = Callable[[str, str, str], str | None]
"""``ha1(user, realm, algorithm)``: the stored hash of ``user:realm:password`` in lower-case hex, or None for no such user."""


def _nobody(_user: str, _realm: str, _algorithm: str) -> str | None:
    return None


def _same(user: str, _realm: str) -> str | None:
    return user


def _most(_user: str, _realm: str) -> int:
    return MAX_PER_RECORD


def _open(_request: Request, _peer: Peer) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """The user agent's settings; the same for its whole life.

    ``local`` says under which address (host, port) a peer reaches us: it goes into Via and Contact.
    ``challenged`` says who must prove their identity by digest for which request; ``ha1`` and ``realm`` are what they prove it
    against (``realm_of`` gives a realm per host name of the address that is claimed, "" for a host where nobody is registered), and
    nonces are computed from ``secret`` (empty: one is drawn at the start). ``person(user, realm)`` is the user that a proved name
    stands for, None if it may do nothing any more. One challenge is sent per entry of ``algorithms`` (MD5, SHA-256), most preferred
    first; ``algorithms_of(user, realm)`` says so for each user who is claimed. With ``registrar`` we keep bindings for others, at
    most ``places(user, realm)`` for each. Beyond ``max_transactions`` new requests get 503. Our calls ask for a session timer of
    ``session_expires`` seconds (0: none); theirs may not ask for less than ``min_se`` (RFC 4028 wants at least 90).
    """

    local: Callable[[Peer], tuple[str, int]]
    product: str = "Switchroom"
    realm: str = "switchroom"
    realm_of: Callable[[str], str] | None = None
    secret: bytes = b""
    ha1: Ha1 = _nobody
    challenged: Callable[[Request, Peer], bool] = _open
    registrar: bool = False
    person: Callable[[str, str], str | None] = _same
    places: Callable[[str, str], int] = _most
    algorithms: tuple[str, ...] = ("MD5",)
    algorithms_of: Callable[[str, str], tuple[str, ...]] | None = None
    max_transactions: int = 50_000
    session_expires: int = 1800
    min_se: int = 90
    contact_user: str = ""
