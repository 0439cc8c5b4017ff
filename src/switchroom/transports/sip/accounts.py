"""Who may register with us and call by our name: what a registrar asks of the program around it.

Passwords are never asked for, only the stored hash of user, realm and password; so the lookup decides everything, also that
credentials are good for an hour only: it then returns None.
"""

from collections.abc import Callable
from dataclasses import dataclass

from switchroom.sip.config import Ha1
from switchroom.sip.message import Request
from switchroom.sip.peer import Peer


@dataclass(frozen=True, slots=True)
class Accounts:
    """``ha1(user, realm, algorithm)`` is the stored hash or None; ``realm(host)`` whose realm a domain is."""

    ha1: Ha1
    realm: Callable[[str], str] = lambda host: host
    algorithms: tuple[str, ...] = ("MD5",)

    def challenged(self, request: Request, peer: Peer) -> bool:
        """Say who must prove who they are: who registers, and every browser; carriers call without."""
        return request.method == "REGISTER" or peer.transport in ("ws", "wss")
