"""The guard at the socket: who has guessed passwords too often is not heard for a while, and scanners are not heard at all.

A wrong proof counts only over a nonce that its sender got from us, so nobody can get another banned by forging an address.
A scanner's datagram may be forged: it is dropped, unanswered and unparsed, and its sender is not held to it.
"""

import re
from collections import OrderedDict
from dataclasses import dataclass

FAILURES = 10
WITHIN = 60.0
FIRST_BAN = 300.0
LONGEST_BAN = 86_400.0
MAX_SOURCES = 4096

_SCANNER = re.compile(
    rb"\n(?:user-agent|from|f)[ \t]*:[^\r\n]*(?:friendly-scanner|sipvicious|sipcli|vaxsipuseragent|sundayddr|pplsip|sip-scan)",
    re.IGNORECASE,
)
_LOOKED_AT = 2048


@dataclass(slots=True)
class _Source:
    failures: int = 0
    since: float = 0.0
    bans: int = 0
    until: float = 0.0


class Guard:
    """Remembers the worst sources, at most ``MAX_SOURCES`` of them: the one longest unheard of is forgotten."""

    def __init__(self) -> None:
        self._sources: OrderedDict[str, _Source] = OrderedDict()

    def blame(self, host: str, now: float) -> float:
        """Count a wrong proof; return for how long the host is banned from now on, 0 if it is not."""
        source = self._sources.setdefault(host, _Source(since=now))
        self._sources.move_to_end(host)
        if len(self._sources) > MAX_SOURCES:
            self._sources.popitem(last=False)
        if now - source.since > WITHIN:
            source.failures, source.since = 0, now
        source.failures += 1
        if source.failures < FAILURES:
            return 0.0
        length = min(FIRST_BAN * (1 << source.bans), LONGEST_BAN)
        source.failures, source.bans, source.until = 0, min(source.bans + 1, 20), now + length
        return length

    def is_banned(self, host: str, now: float) -> bool:
        """Return whether nothing from that host is to be heard."""
        source = self._sources.get(host)
        return source is not None and now < source.until


def is_scanner(data: bytes) -> bool:
    """Return whether a message names itself as a tool that only scanners use."""
    return _SCANNER.search(data, 0, _LOOKED_AT) is not None
