"""Who may register with us and call by our name: what a registrar asks of the program around it.

Passwords are never asked for, only the stored hash of user, realm and password. Who has proved to be somebody may still turn
out to be nobody, because the account is disabled or the credentials were good for ten minutes only: ``person`` says so.
"""

from collections.abc import Callable
from dataclasses import dataclass

from switchroom.identity import TenantId
from switchroom.sip.config import MAX_PER_RECORD, Ha1
from switchroom.sip.messages.message import Request
from switchroom.sip.peer import Peer


@dataclass(frozen=True, slots=True)
class Accounts:
    """``ha1(user, realm, algorithm)`` is the stored hash or None; ``realm(host)`` whose realm a host is, "" if nobody's.

    ``is_domain(host)``: it is a name that only a tenant's own telephones call themselves by. ``person(user, realm)`` is the account
    that a proved user name stands for, ``algorithms(user, realm)`` how to ask for the proof, ``places(user, realm)`` how many
    devices may be registered, ``tenant(realm)`` whose it is.
    """

    ha1: Ha1
    realm: Callable[[str], str] = lambda host: host
    is_domain: Callable[[str], bool] = lambda _host: False
    person: Callable[[str, str], str | None] = lambda user, _realm: user
    algorithms: Callable[[str, str], tuple[str, ...]] = lambda _user, _realm: ("MD5",)
    places: Callable[[str, str], int] = lambda _user, _realm: MAX_PER_RECORD
    tenant: Callable[[str], TenantId | None] = lambda _realm: None

    def challenged(self, request: Request, peer: Peer) -> bool:
        """Say who must prove who they are: who registers, every browser, and who calls as one of ours; carriers call without."""
        if request.method == "REGISTER" or peer.transport in ("ws", "wss"):
            return True
        caller = request.from_.uri
        host = caller.host.lower()
        return self.is_domain(host) or self.ha1(caller.user_text, self.realm(host), "MD5") is not None
