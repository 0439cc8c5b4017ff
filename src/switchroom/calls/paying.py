"""Whether a call can still be paid: credit is held before it is answered and ahead of it while it goes on.

Without credit, the call is not answered. When it runs out, the caller is told that the call ends, within what is held already.
A ledger that cannot be reached is no reason to end a call that goes on.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial

import structlog

from switchroom.calls.chronicle import Chronicle
from switchroom.errors import SwitchroomError
from switchroom.events.catalogue import CreditExhausted
from switchroom.identity import CallId, TenantId
from switchroom.ports.credit import CreditDesk, Hold, NoCredit

log = structlog.get_logger()

EVERY = 15.0
"""Seconds between two looks; a minute is held ahead."""
PARTING = 10.0
"""So long a caller may be told that the call ends."""
TELL = 4
"""So many looks between two tellings of what was used: a crash costs no more than that."""


async def drained(sounding: Callable[[], bool]) -> None:
    """Wait until what was begun to be said is over, or does not come to an end."""
    begun = False
    with suppress(TimeoutError):
        async with asyncio.timeout(PARTING):
            while not begun or sounding():
                begun = begun or sounding()
                await asyncio.sleep(0.1)


class Paying:
    """One call's."""

    def __init__(self, desk: CreditDesk | None, chronicle: Chronicle) -> None:
        """Without ``desk``, calls are free."""
        self._desk = desk
        self._chronicle = chronicle
        self._hold: Hold | None = None

    async def reserve(self, tenant: TenantId, call: CallId) -> bool:
        """Hold credit for the first minute; return False if there is not enough. Raises Unavailable. Safe to cancel."""
        if self._desk is None:
            return True
        try:
            self._hold = await self._desk.reserve(tenant, call)
        except NoCredit as error:
            self._exhausted(error)
            return False
        return True

    async def run(self, exhausted: Callable[[], Awaitable[None]]) -> None:
        """Tell what is used and hold what is needed, until cancelled; ``exhausted`` is awaited once, when credit runs out."""
        looks = 0
        while True:
            await asyncio.sleep(EVERY)
            looks += 1
            if looks % TELL == 0:
                self._chronicle.tell_used()
            if self._hold is not None and self._hold.limited and not await self._kept(self._hold):
                self._hold = None
                await exhausted()

    async def _kept(self, hold: Hold) -> bool:
        try:
            await hold.keep(self._chronicle.meter.used())
        except NoCredit as error:
            self._exhausted(error)
            return False
        except SwitchroomError as error:
            log.warning("credit cannot be held now, the call goes on", problem=str(error))
        return True

    def _exhausted(self, error: NoCredit) -> None:
        self._chronicle.tell(partial(CreditExhausted, payer=error.payer, needed=error.needed))
