"""Whose call is this: all trunks, so indexed that an INVITE is matched by what it shows.

    shown                                     what it is
    recognised by no trunk                    Stranger
    the dialled number is another tenant's    NotTheirs: tenants of one carrier share its addresses, so the number decides first
    one trunk, or one that fits best          Known
    several that fit equally                  NotTheirs, unless one tenant's: then the oldest

A trunk recognises a call if all that it asks for is there. The best fit is, in this order: proved by password or by our own
registration; the most specific network; a token; the longest prefix; a domain; the longest beginning of a number.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

from switchroom.identity import TenantId
from switchroom.sip.dial_plan import longest
from switchroom.sip.trunk import Trunk

_PROVED = 1000
_NAMED = 600
_REGISTERED = 500
_WIDEST = 16  # bits that a network must fix
_NOTHING: Mapping[str, str] = {}

Rank = tuple[int, int, int, int, int]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What an INVITE shows. ``user`` was proved by digest; at the registrars of ``lines`` (ids of trunks) we are registered."""

    source: str
    dialled: str
    called: str = ""
    host: str = ""
    sender: str = ""
    sender_host: str = ""
    headers: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    user: str = ""
    lines: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Known:
    """It is this trunk's; ``dialled`` is the number in our own form."""

    trunk: Trunk
    dialled: str


@dataclass(frozen=True, slots=True)
class Stranger:
    """It is nobody's."""


@dataclass(frozen=True, slots=True)
class NotTheirs:
    """Whoever brings it may not reach what was dialled."""


class TrunkTable:
    """All trunks of an installation and whose the numbers are; never changed, replaced as a whole."""

    def __init__(self, trunks: Iterable[Trunk] = (), owners: Mapping[str, TenantId] | None = None) -> None:
        self.trunks: Mapping[str, Trunk] = {trunk.id: trunk for trunk in trunks}
        self._owners = owners or {}
        self._by_network: dict[tuple[int, int], dict[int, list[Trunk]]] = {}
        self._by_user: dict[str, Trunk] = {}
        for trunk in self.trunks.values():
            if trunk.enabled:
                self._index(trunk)

    def match(self, arrival: Arrival) -> Known | Stranger | NotTheirs:
        """Return whose call it is."""
        fits: list[tuple[Rank, Known]] = []
        recognised = False
        for trunk, specific in self._candidates(arrival):
            rank = _rank(trunk, specific, arrival)
            if rank is None:
                continue
            recognised = True
            dialled, owner = self._dialled(trunk, arrival)
            if owner in (None, trunk.tenant):
                fits.append((rank, Known(trunk, dialled)))
        if not fits:
            return NotTheirs() if recognised else Stranger()
        best = max(rank for rank, _ in fits)
        equal = [known for rank, known in fits if rank == best]
        if len({known.trunk.tenant for known in equal}) > 1:
            return NotTheirs()
        return min(equal, key=lambda known: known.trunk.id)

    def challenges(self, arrival: Arrival, *, welcome: bool) -> bool:
        """Return whether who calls is to be asked for a password; ``welcome``: strangers from there may call.

        A trunk that may come from anywhere asks everybody who would be turned away otherwise, and who names it in From.
        """
        if arrival.user or not self._by_user or not isinstance(self.match(arrival), Stranger):
            return False
        near = {trunk.id for trunk, _ in self._near(arrival.source)}
        return any(
            trunk.id in near if trunk.inbound.networks else not welcome or _names(arrival, trunk)
            for trunk in self._by_user.values()
        )

    def vouches_for(self, source: str) -> bool:
        """Return whether a network of some trunk holds ``source``; one so wide that anybody may be in it does not count."""
        return any(specific >= _WIDEST for _, specific in self._near(source))

    def password_of(self, user: str) -> str | None:
        """Return what the trunk that calls as ``user`` proves itself with."""
        trunk = self._by_user.get(user)
        return None if trunk is None or trunk.inbound.credentials is None else trunk.inbound.credentials.password

    def _index(self, trunk: Trunk) -> None:
        for network in trunk.inbound.networks:
            rows = self._by_network.setdefault((network.version, network.prefixlen), {})
            rows.setdefault(int(network.network_address), []).append(trunk)
        if trunk.inbound.credentials is not None:
            self._by_user[trunk.inbound.credentials.user] = trunk

    def _candidates(self, arrival: Arrival) -> list[tuple[Trunk, int]]:
        found = self._near(arrival.source)
        near = {trunk.id for trunk, _ in found}
        found += [
            (self.trunks[line], _at_line(self.trunks[line], arrival)) for line in arrival.lines if line in self.trunks
        ]
        proved = self._by_user.get(arrival.user) if arrival.user else None
        if proved is not None and (proved.id in near or not proved.inbound.networks):
            found.append((proved, _PROVED))
        return found

    def _near(self, source: str) -> list[tuple[Trunk, int]]:
        """Return the trunks whose networks hold ``source``, with how specific those are."""
        address = _address(source)
        if address is None:
            return []
        found: list[tuple[Trunk, int]] = []
        for (version, length), rows in self._by_network.items():
            if version == address.version:
                spare = address.max_prefixlen - length
                found += [(trunk, length) for trunk in rows.get(int(address) >> spare << spare, ())]
        return found

    def _dialled(self, trunk: Trunk, arrival: Arrival) -> tuple[str, TenantId | None]:
        """Return whom a call by ``trunk`` is for, and whose that number is."""
        plain = trunk.inbound.number or _number(trunk, arrival)
        number = trunk.plan.read(plain)
        for written in (number, plain, plain.lower()):
            if written in self._owners:
                return written, self._owners[written]
        return number, None


def _rank(trunk: Trunk, specific: int, arrival: Arrival) -> Rank | None:
    """Return how well a trunk fits, None if something that it asks for is missing."""
    asked = trunk.inbound
    if asked.credentials is not None and arrival.user != asked.credentials.user:
        return None
    if asked.token is not None and not _same(arrival.headers.get(asked.token.name, ""), asked.token.value):
        return None
    if not arrival.dialled.startswith(asked.prefix):
        return None
    if asked.domain and asked.domain.lower() not in (arrival.host.lower(), arrival.sender_host.lower()):
        return None
    number = trunk.plan.read(_number(trunk, arrival))
    beginning = longest(number, asked.numbers)
    if asked.numbers and beginning is None:
        return None
    return specific, int(asked.token is not None), len(asked.prefix), int(bool(asked.domain)), len(beginning or "")


def _number(trunk: Trunk, arrival: Arrival) -> str:
    line = trunk.registering
    if arrival.called and (trunk.inbound.called == "to" or (line is not None and line.contact_user == arrival.dialled)):
        return arrival.called
    return arrival.dialled[len(trunk.inbound.prefix) :]


def _at_line(trunk: Trunk, arrival: Arrival) -> int:
    named = trunk.registering is not None and trunk.registering.contact_user == arrival.dialled
    return _NAMED if named else _REGISTERED


def _names(arrival: Arrival, trunk: Trunk) -> bool:
    credentials, domain = trunk.inbound.credentials, trunk.inbound.domain
    by_user = credentials is not None and arrival.sender == credentials.user
    return by_user or (bool(domain) and arrival.sender_host.lower() == domain.lower())


def _same(shown: str, expected: str) -> bool:
    return hmac.compare_digest(shown.encode("utf-8", "replace"), expected.encode("utf-8", "replace"))


def _address(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip("[]").partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, IPv6Address) else None
    return mapped or address
