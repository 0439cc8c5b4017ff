"""Paying for a call: credit is held before it is answered, and more of it while it goes on."""

from collections.abc import Mapping
from typing import Protocol

from switchroom.errors import Denied
from switchroom.identity import CallId, TenantId

Used = Mapping[tuple[str, str], float]
"""How much a call has used so far, by meter and provider; see events.usage.UsageMetered."""


class NoCredit(Denied):
    """``payer`` has not the ``needed`` credits left: the tenant that calls, or one above it."""

    code = "no_credit"

    def __init__(self, message: str, payer: TenantId, needed: int) -> None:
        super().__init__(message)
        self.payer = payer
        self.needed = needed


class Hold(Protocol):
    """Credit held for one call. What was used is charged from the journal, and the rest is given back when the call ends."""

    @property
    def limited(self) -> bool:
        """Whether anybody who pays could run out, so that ``keep`` is worth asking."""
        ...

    async def keep(self, used: Used) -> None:
        """Hold what the call has cost and what its next minute may cost. Raises NoCredit, Unavailable. Safe to cancel."""
        ...


class CreditDesk(Protocol):
    """Holds credit."""

    async def reserve(self, tenant: TenantId, call: CallId) -> Hold:
        """Hold what the first minute may cost, for everybody who pays. Raises NoCredit, Unavailable. Safe to cancel."""
        ...
