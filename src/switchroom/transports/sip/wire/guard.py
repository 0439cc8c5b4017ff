"""The guard at the socket: who guesses passwords or floods is not heard for a while, and scanners are not heard at all.

    what a source does                                    what becomes of it
    FAILURES wrong proofs within WITHIN seconds           banned for FIRST_BAN, each further time twice as long
    more than RATE requests a second, BURST at once,      banned for FLOOD_BAN, but for what belongs to calls that are up
    or ten times as many messages of calls
    the same over a connection                            that connection is closed
    more than a quarter of RATE connections a second      not let in
    a message that names a scanner's tool                 dropped, unanswered and unparsed

A wrong proof counts only over a nonce that its sender got from us, so nobody can get another banned by forging an address.
A flood of datagrams can be forged. So its ban is short, leaves connections alone, and whoever forges an address cannot keep what
belongs to a running call of that address from being heard: ``of_a_call`` says what does.

A source is an IPv4 address or the 64 bits of an IPv6 network: a host has as many
addresses in it as it likes. Sources that are ``spared`` (proxies in front of us, the addresses of trunks) are never banned.
"""

import re
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

import structlog

FAILURES = 10
WITHIN = 60.0
FIRST_BAN = 300.0
LONGEST_BAN = 86_400.0
RATE = 50.0
BURST = 500.0
FLOOD_BAN = 10.0
MAX_SOURCES = 4096
REPORTS = 60
"""How many bans a minute are reported; what floods under many names shall not fill the journal."""

Reason = Literal["wrong_credentials", "flood"]
Objection = Literal["banned", "scanner", "flood", "excess"]

_SCANNER = re.compile(
    rb"\n(?:user-agent|from|f)[ \t]*:[^\r\n]*(?:friendly-scanner|sipvicious|sipcli|vaxsipuseragent|sundayddr|pplsip|sip-scan)",
    re.IGNORECASE,
)
_LOOKED_AT = 2048
_CONNECTING = 4.0  # a connection costs as much as so many requests
_OF_A_CALL = (b"SIP/", b"ACK ", b"BYE ", b"CANC", b"PRAC")  # what belongs to something that was let in before

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Ban:
    """Nothing of ``source`` is heard for ``seconds`` from now."""

    source: str
    reason: Reason
    seconds: float


@dataclass(slots=True)
class _Record:
    failures: int = 0
    since: float = 0.0
    bans: int = 0
    until: float = 0.0
    reason: Reason = "wrong_credentials"


def _log(ban: Ban) -> None:
    log.warning("sip source banned", source=ban.source, reason=ban.reason, seconds=ban.seconds)


class Guard:
    """Remembers the worst sources, at most ``MAX_SOURCES`` of them: the one longest unheard of is forgotten."""

    def __init__(self, spared: Callable[[str], bool] = lambda _: False) -> None:
        self.report: Callable[[Ban], None] = _log
        """Is told of bans, at most ``REPORTS`` a minute."""
        self.spared = spared
        self.of_a_call: Callable[[bytes], str] = lambda _: ""
        """Names what a message belongs to that we were at already, "" for nothing; asked only of sources that flood."""
        self._records: OrderedDict[str, _Record] = OrderedDict()
        self._rates = _Rates()
        self._reported: deque[float] = deque(maxlen=REPORTS)

    def blame(self, host: str, now: float) -> Ban | None:
        """Count a wrong proof; return the ban that comes of it."""
        if self.spared(host):
            return None
        source = source_of(host)
        record = self._record(source, now)
        if now - record.since > WITHIN:
            record.failures, record.since = 0, now
        record.failures += 1
        if record.failures < FAILURES:
            return None
        record.failures = 0
        length = min(FIRST_BAN * (1 << record.bans), LONGEST_BAN)
        record.bans = min(record.bans + 1, 20)
        return self._ban(record, Ban(source, "wrong_credentials", length), now)

    def objection(self, data: bytes, host: str, now: float, *, connected: bool = False) -> Objection | None:
        """Return why a message is not to be heard; None if it is. ``flood`` is said once, when a flood becomes a ban."""
        ban = self._standing(host, now)
        if ban == "wrong_credentials":
            return "banned"
        if is_scanner(data):
            return "scanner"
        source, cost = source_of(host), 0.1 if data[:4] in _OF_A_CALL else 1.0
        flooding = ban == "flood" and not connected
        if not flooding and (self._rates.allows(_bucket(source, connected), cost, now) or self.spared(host)):
            return None
        if call := self.of_a_call(data):
            return None if self._rates.allows(f"call {call}", 0.1, now) else "excess"
        if flooding:
            return "banned"
        if not connected:
            self._ban(self._record(source, now), Ban(source, "flood", FLOOD_BAN), now)
        return "flood"

    def lets_in(self, host: str, now: float) -> bool:
        """Return whether a connection from that host may come in; whoever opens too many at once must wait."""
        if self.is_banned(host, now):
            return False
        return self._rates.allows(f"{source_of(host)} connecting", _CONNECTING, now) or self.spared(host)

    def is_banned(self, host: str, now: float) -> bool:
        """Return whether nothing from that host is to be heard, however it comes."""
        return self._standing(host, now) == "wrong_credentials"

    def bans(self, now: float) -> list[Ban]:
        """Return the bans that stand, the longest first."""
        standing = [
            Ban(source, record.reason, record.until - now)
            for source, record in self._records.items()
            if now < record.until
        ]
        return sorted(standing, key=lambda ban: -ban.seconds)

    def lift(self, source: str, now: float) -> bool:
        """Hear a source again and forget what it did; False if it was not banned."""
        record = self._records.get(source)
        if record is None or now >= record.until:
            return False
        del self._records[source]
        return True

    def _standing(self, host: str, now: float) -> Reason | None:
        record = self._records.get(source_of(host)) if self._records else None
        return record.reason if record is not None and now < record.until and not self.spared(host) else None

    def _record(self, source: str, now: float) -> _Record:
        record = self._records.setdefault(source, _Record(since=now))
        self._records.move_to_end(source)
        if len(self._records) > MAX_SOURCES:
            self._records.popitem(last=False)
        return record

    def _ban(self, record: _Record, ban: Ban, now: float) -> Ban:
        record.until, record.reason = max(record.until, now + ban.seconds), ban.reason
        if len(self._reported) < REPORTS or now - self._reported[0] > 60.0:
            self._reported.append(now)
            self.report(ban)
        return ban


class _Rates:
    """A bucket of requests per source: ``BURST`` deep, filled by ``RATE`` a second."""

    def __init__(self) -> None:
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def allows(self, source: str, cost: float, now: float) -> bool:
        left, at = self._buckets.get(source, (BURST, now))
        left = min(BURST, left + (now - at) * RATE) - cost
        self._buckets[source] = max(left, -1.0), now
        self._buckets.move_to_end(source)
        if len(self._buckets) > MAX_SOURCES:
            self._buckets.popitem(last=False)
        return left >= 0.0


def _bucket(source: str, connected: bool) -> str:  # noqa: FBT001 - one of two names
    return f"{source} connected" if connected else source


@lru_cache(maxsize=MAX_SOURCES)
def source_of(host: str) -> str:
    """Return what is banned when ``host`` misbehaves."""
    if ":" not in host:
        return host
    try:
        address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if not isinstance(address, IPv6Address):
        return host
    return str(address.ipv4_mapped or ip_network((int(address) >> 64 << 64, 64)))


def within(networks: Iterable[IPv4Network | IPv6Network]) -> Callable[[str], bool]:
    """Return what says whether an address is in one of the networks."""
    known = tuple(networks)

    @lru_cache(maxsize=MAX_SOURCES)
    def holds(host: str) -> bool:
        try:
            address = ip_address(host.partition("%")[0])
        except ValueError:
            return False
        plain = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any((plain or address) in network for network in known)

    return holds


def is_scanner(data: bytes) -> bool:
    """Return whether a message names itself as a tool that only scanners use."""
    return _SCANNER.search(data, 0, _LOOKED_AT) is not None
