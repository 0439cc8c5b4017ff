"""What this process knows of its providers: for each tenant whether one is worth asking, for each one how long it takes.

Kept in memory, of those used last. A tenant's failures are its own: a limit that one has reached says nothing of another's
requests with another key, and nobody's calls suffer from what somebody else's prompts provoke.
"""

from collections import OrderedDict

from switchroom.breaker import Breaker
from switchroom.identity import TenantId
from switchroom.providers.choices import Section
from switchroom.providers.failover.lateness import Took

_MOST = 10_000


class Standing:
    """Of all providers."""

    def __init__(self, most: int = _MOST) -> None:
        """At most so many breakers are kept; one that is forgotten is as good as new."""
        self._most = most
        self._breakers: OrderedDict[tuple[TenantId, Section, str], Breaker] = OrderedDict()
        self._took: dict[tuple[Section, str], Took] = {}

    def breaker(self, tenant: TenantId, section: Section, name: str) -> Breaker:
        """Return the tenant's breaker for a provider."""
        key = (tenant, section, name)
        found = self._breakers.setdefault(key, Breaker())
        self._breakers.move_to_end(key)
        if len(self._breakers) > self._most:
            self._breakers.popitem(last=False)
        return found

    def took(self, section: Section, name: str) -> Took:
        """Return how long a provider takes."""
        return self._took.setdefault((section, name), Took())
