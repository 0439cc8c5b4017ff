"""Whose call is this: all trunks, so indexed that an INVITE is matched by what it shows.

    shown                                     what it is
    recognised by no trunk                    Stranger
    the dialled number is another tenant's    NotTheirs: tenants of one carrier share its addresses, so the number decides first
    one trunk, or one that fits best          Known
    several that fit equally                  NotTheirs, unless one tenant's: then the oldest

Whose the number is, is asked of what was really dialled, whatever ``number`` a trunk brings all its calls to, and as the trunks of
each tenant read it: nobody reads another's number away. A trunk that takes all calls of a network, and has nothing of its own to
know them by, steps back for those of other tenants.

A trunk recognises a call if all that it asks for is there. The best fit is, in this order: proved by password or by our own
registration; the most specific network; a token; the longest prefix; a domain; the longest beginning of a number.
"""

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_address

from switchroom.identity import TenantId
from switchroom.sip.trunks.dial_plan import DialPlan, longest
from switchroom.sip.trunks.trunk import Trunk

_PROVED = 1000
_NAMED = 600
_REGISTERED = 500
_WIDEST = {4: 24, 6: 48}  # bits that a network must fix
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


@dataclass(frozen=True, slots=True)
class _Reading:
    """How a trunk tells whom a call is for; the trunks of one carrier mostly do it alike, so it is done once for all."""

    plan: DialPlan
    prefix: str
    called: str
    number: str
    contact: str

    @classmethod
    def of(cls, trunk: Trunk) -> "_Reading":
        line, asked = trunk.registering, trunk.inbound
        return cls(trunk.plan, asked.prefix, asked.called, asked.number, "" if line is None else line.contact_user)

    def plain(self, arrival: Arrival) -> str:
        """Return the number that was dialled as the trunk wrote it."""
        if arrival.called and (self.called == "to" or (self.contact and self.contact == arrival.dialled)):
            return arrival.called
        return arrival.dialled[len(self.prefix) :]


_Herd = dict[TenantId, list[Trunk]]
"""Trunks that are recognised by the same network and read numbers alike, by tenant."""


class TrunkTable:
    """All trunks of an installation and whose the numbers are; never changed, replaced as a whole."""

    def __init__(self, trunks: Iterable[Trunk] = (), owners: Mapping[str, TenantId] | None = None) -> None:
        self.trunks: Mapping[str, Trunk] = {trunk.id: trunk for trunk in trunks}
        self._owners = owners or {}
        self._by_network: dict[tuple[int, int], dict[int, dict[_Reading, _Herd]]] = {}
        self._by_user: dict[str, Trunk] = {}
        for trunk in self.trunks.values():
            if trunk.enabled:
                self._index(trunk)

    def match(self, arrival: Arrival) -> Known | Stranger | NotTheirs:
        """Return whose call it is."""
        fits: list[tuple[Rank, Known]] = []
        recognised = False
        herds = self._herds(arrival)
        claims = self._claims(herds, arrival)
        for herd, reading, specific in herds:
            number = reading.plan.read(reading.plain(arrival))
            dialled, entitled = self._entitled(reading, specific, arrival, claims)
            theirs = _of(herd, entitled)
            ranked = [(_rank(trunk, specific, arrival, number), trunk) for trunks in theirs for trunk in trunks]
            found = [(rank, Known(trunk, dialled)) for rank, trunk in ranked if rank is not None]
            fits += found
            recognised = recognised or bool(found) or _is_recognised(herd, specific, arrival, number)
        if not fits:
            return NotTheirs() if recognised else Stranger()
        fits = _without_greedy(fits)
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
        near = {trunk.id for herd, _, _ in self._near(arrival.source) for trunks in herd.values() for trunk in trunks}
        return any(
            trunk.id in near if trunk.inbound.networks else not welcome or _names(arrival, trunk)
            for trunk in self._by_user.values()
        )

    def vouches_for(self, source: str) -> bool:
        """Return whether a network of some trunk holds ``source``; one so wide that anybody may be in it does not count."""
        address = _address(source)
        return address is not None and any(length >= _WIDEST[address.version] for _, _, length in self._near(source))

    def password_of(self, user: str) -> str | None:
        """Return what the trunk that calls as ``user`` proves itself with."""
        trunk = self._by_user.get(user)
        return None if trunk is None or trunk.inbound.credentials is None else trunk.inbound.credentials.password

    def _index(self, trunk: Trunk) -> None:
        reading = _Reading.of(trunk)
        for network in trunk.inbound.networks:
            rows = self._by_network.setdefault((network.version, network.prefixlen), {})
            herds = rows.setdefault(int(network.network_address), {})
            herds.setdefault(reading, {}).setdefault(trunk.tenant, []).append(trunk)
        if trunk.inbound.credentials is not None:
            self._by_user[trunk.inbound.credentials.user] = trunk

    def _herds(self, arrival: Arrival) -> list[tuple[_Herd, _Reading, int]]:
        """Return the trunks that the call may be of, with how specific what speaks for them is."""
        near = self._near(arrival.source)
        lines = [self.trunks[line] for line in arrival.lines if line in self.trunks and self.trunks[line].enabled]
        found = near + [({line.tenant: [line]}, _Reading.of(line), _at_line(line, arrival)) for line in lines]
        proved = self._by_user.get(arrival.user) if arrival.user else None
        if proved is not None and (not proved.inbound.networks or any(_holds(herd, proved) for herd, _, _ in near)):
            found.append(({proved.tenant: [proved]}, _Reading.of(proved), _PROVED))
        return found

    def _near(self, source: str) -> list[tuple[_Herd, _Reading, int]]:
        """Return the trunks whose networks hold ``source``, with how specific those are."""
        address = _address(source)
        if address is None:
            return []
        found: list[tuple[_Herd, _Reading, int]] = []
        for (version, length), rows in self._by_network.items():
            if version == address.version:
                spare = address.max_prefixlen - length
                herds = rows.get(int(address) >> spare << spare, {})
                found += [(herd, reading, length) for reading, herd in herds.items()]
        return found

    def _claims(self, herds: list[tuple[_Herd, _Reading, int]], arrival: Arrival) -> frozenset[TenantId]:
        """Return the tenants whose number was dialled as a trunk of their own reads it."""
        found = set()
        for herd, reading, _ in herds:
            plain = reading.plain(arrival)
            _, owner = self._owned(reading.plan.read(plain), plain)
            if owner is not None and owner in herd:
                found.add(owner)
        return frozenset(found)

    def _entitled(
        self, reading: _Reading, specific: int, arrival: Arrival, claims: frozenset[TenantId]
    ) -> tuple[str, frozenset[TenantId]]:
        """Return whom the call is for, and whose alone it may be: nobody's in particular if empty, nobody's at all if several."""
        plain = arrival.dialled if reading.number and specific == _NAMED else reading.plain(arrival)
        dialled, owner = self._owned(reading.plan.read(plain), plain)
        entitled = claims if owner is None else frozenset((owner,))
        if reading.number:
            dialled, owner = self._owned(reading.plan.read(reading.number), reading.number)
            entitled = frozenset() if specific == _PROVED else entitled  # the call is theirs, whatever it says
            entitled |= frozenset(() if owner is None else (owner,))
        return dialled, entitled

    def _owned(self, number: str, plain: str) -> tuple[str, TenantId | None]:
        """Return a number as somebody has it, and who does."""
        for written in (number, plain, plain.lower()):
            if written in self._owners:
                return written, self._owners[written]
        return number, None


def _of(herd: _Herd, entitled: frozenset[TenantId]) -> Iterable[list[Trunk]]:
    """Return the trunks of whose alone the call may be."""
    if not entitled:
        return herd.values()
    return [herd.get(tenant, []) for tenant in entitled] if len(entitled) == 1 else []


def _without_greedy(fits: list[tuple[Rank, Known]]) -> list[tuple[Rank, Known]]:
    """Leave out trunks that take whatever comes, if other tenants' fit too; not if nothing would be left."""
    if len({known.trunk.tenant for _, known in fits}) < 2:
        return fits
    return [(rank, known) for rank, known in fits if not _is_greedy(known.trunk)] or fits


def _is_greedy(trunk: Trunk) -> bool:
    asked = trunk.inbound
    known_by = asked.credentials or asked.token or asked.prefix or asked.numbers
    return bool(asked.number and asked.networks) and not known_by


def _is_recognised(herd: _Herd, specific: int, arrival: Arrival, number: str) -> bool:
    every = (trunk for trunks in herd.values() for trunk in trunks)
    return any(_rank(trunk, specific, arrival, number) is not None for trunk in every)


def _holds(herd: _Herd, trunk: Trunk) -> bool:
    return trunk in herd.get(trunk.tenant, ())


def _rank(trunk: Trunk, specific: int, arrival: Arrival, number: str) -> Rank | None:
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
    beginning = longest(number, asked.numbers)
    if asked.numbers and beginning is None:
        return None
    return specific, int(asked.token is not None), len(asked.prefix), int(bool(asked.domain)), len(beginning or "")


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
