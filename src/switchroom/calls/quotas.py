"""How many calls tenants have here now, and began in the last minute: what their quotas are held against.

A call counts for its tenant and for everybody above it who has a quota, or for nobody: it is let in only if all have room.
"""

import math
from collections import Counter, deque
from collections.abc import Iterable, Sequence

from switchroom.errors import Limited
from switchroom.identity import TenantId
from switchroom.ports.plan import Quota

MINUTE = 60.0
AGAIN = 5.0
"""When a caller may try again who found all lines in use: calls end at any time."""


class Quotas:
    """Counts the calls of one process."""

    def __init__(self) -> None:
        self._running: Counter[TenantId] = Counter()
        self._begun: dict[TenantId, deque[float]] = {}

    def take(self, quotas: Sequence[Quota], now: float) -> None:
        """Count a call that begins. Raises Limited, and counts nothing, if one of its quotas is used up."""
        for quota in quotas:
            if quota.calls is not None and self._running[quota.tenant] >= quota.calls:
                message = f"{quota.tenant} has {quota.calls} calls already, which is its limit"
                raise Limited(message, retry_after=AGAIN)
            if quota.calls_per_minute is not None:
                self._check_rate(quota.tenant, quota.calls_per_minute, now)
        for quota in quotas:
            self._running[quota.tenant] += 1
            if quota.calls_per_minute is not None:
                self._begun.setdefault(quota.tenant, deque()).append(now)

    def leave(self, quotas: Iterable[Quota]) -> None:
        """A call that was counted is over."""
        for quota in quotas:
            self._running[quota.tenant] -= 1
            if not self._running[quota.tenant]:
                del self._running[quota.tenant]

    def _check_rate(self, tenant: TenantId, most: int, now: float) -> None:
        begun = self._begun.get(tenant, deque())
        while begun and begun[0] <= now - MINUTE:
            begun.popleft()
        if len(begun) >= most:
            wait = begun[0] + MINUTE - now if begun else MINUTE
            message = f"{tenant} has begun {most} calls within a minute, which is its limit"
            raise Limited(message, retry_after=math.ceil(wait))
