"""The phone book: whose telephones may register, in memory, because the SIP side asks in the midst of a message.

It is the mirror of the table ``sip_accounts``. A realm is what digests are made for: ``SLUG.sip.local``, for as long as the
tenant lives; a tenant's own SIP domain is another name for it, which may come and go without new passwords. Telephones that
know nothing but our address (``sip:anna@192.0.2.1``) are of the only tenant that there is, and of none where there are several.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from switchroom.accounts.passes import bearer, password_of
from switchroom.identity import TenantId
from switchroom.sip.authentication.digest import ha1

Digest = Literal["MD5", "SHA-256", "both"]

ALGORITHMS: dict[Digest, tuple[str, ...]] = {
    "MD5": ("MD5",),
    "SHA-256": ("SHA-256",),
    "both": ("SHA-256", "MD5"),
}
"""The challenges of each, most preferred first (RFC 8760 §2.3)."""

SUFFIX = ".sip.local"


def realm_of(slug: str) -> str:
    """Return the realm of a tenant's telephones."""
    return slug.lower() + SUFFIX


@dataclass(frozen=True, slots=True)
class Home:
    """A tenant as telephones know it."""

    tenant: TenantId
    realm: str
    domain: str = ""
    customer: bool = True
    """Whether it is a tenant, not the platform or a reseller, whose telephones say where they belong."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An account: what proves that somebody is it, and what it may."""

    tenant: TenantId
    name: str
    md5: str
    sha256: str
    digest: Digest = "MD5"
    devices: int = 1
    disabled: bool = False


class PhoneBook:
    """Answers at once. ``gone`` is told ``name@realm`` whenever an account may no longer be reached as it was."""

    def __init__(self, secret: str, wall: Callable[[], float]) -> None:
        self.gone: Callable[[str], None] = lambda _record: None
        self._secret = secret
        self._wall = wall
        self._homes: dict[TenantId, Home] = {}
        self._realms: dict[str, Home] = {}
        self._entries: dict[tuple[str, str], Entry] = {}

    def replace(self, homes: Iterable[Home], entries: Iterable[Entry]) -> None:
        """Know these and no others from now on."""
        self._homes = {home.tenant: home for home in homes}
        self._realms = {home.domain: home for home in self._homes.values() if home.domain}
        self._realms |= {home.realm: home for home in self._homes.values()}
        new = {(entry.name, self._homes[entry.tenant].realm): entry for entry in entries}
        old, self._entries = self._entries, new
        for (name, realm), entry in old.items():
            self._tell(name, realm, entry, new.get((name, realm)))

    def put(self, home: Home, entry: Entry) -> None:
        """Know an account as it is now."""
        self._homes[home.tenant] = home
        self._realms |= {name: home for name in (home.domain, home.realm) if name}
        old = self._entries.get((entry.name, home.realm))
        self._entries[entry.name, home.realm] = entry
        if old is not None:
            self._tell(entry.name, home.realm, old, entry)

    def remove(self, home: Home, name: str) -> None:
        """Know an account no more."""
        old = self._entries.pop((name, home.realm), None)
        if old is not None:
            self._tell(name, home.realm, old, None)

    def realm(self, host: str) -> str:
        """Return the realm that a host belongs to, "" if it is none of ours."""
        home = self._realms.get(host.lower().rstrip("."))
        if home is not None:
            return home.realm
        customers = [home for home in self._homes.values() if home.customer]
        return customers[0].realm if len(customers) == 1 and _is_address(host) else ""

    def is_domain(self, host: str) -> bool:
        """Return whether a host name, not an address of this machine, is a tenant's."""
        return not _is_address(host) and self.realm(host) != ""

    def home(self, tenant: TenantId) -> str:
        """Return the realm of a tenant, "" for one that is not known yet."""
        home = self._homes.get(tenant)
        return "" if home is None else home.realm

    def tenant(self, realm: str) -> TenantId | None:
        """Return whose realm it is."""
        home = self._realms.get(realm)
        return None if home is None else home.tenant

    def ha1(self, user: str, realm: str, algorithm: str) -> str | None:
        """Return the hash that ``user``, an account or a pass, proves to know in ``realm``."""
        entry = self._entries.get((user, realm))
        if entry is not None:
            return entry.sha256 if algorithm == "SHA-256" else entry.md5
        known = bearer(user)
        if known is None or (known[0], realm) not in self._entries:
            return None
        return ha1(user, realm, password_of(user, realm, self._secret), algorithm)

    def person(self, user: str, realm: str) -> str | None:
        """Return the account that a proved user name stands for; None if it is disabled or its pass has run out."""
        known = bearer(user)
        if known is not None and known[1] <= self._wall():
            return None
        entry = self._entries.get((user if known is None else known[0], realm))
        return None if entry is None or entry.disabled else entry.name

    def algorithms(self, user: str, realm: str) -> tuple[str, ...]:
        """Return how to challenge whoever claims to be ``user``."""
        entry = self._entries.get((user, realm))
        return ALGORITHMS["MD5" if entry is None else entry.digest]

    def places(self, user: str, realm: str) -> int:
        """Return at how many places ``user`` may be reached at once."""
        entry = self._entries.get((user, realm))
        return 0 if entry is None else entry.devices

    def _tell(self, name: str, realm: str, old: Entry, new: Entry | None) -> None:
        if new is None or (new.disabled and not old.disabled) or new.md5 != old.md5:
            self.gone(f"{name}@{realm}")


def _is_address(host: str) -> bool:
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return host == "localhost"
    return True
