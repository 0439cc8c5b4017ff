"""Handing the caller over, as one call sees it: one transfer at a time, told from its beginning to its one end.

state    happens                    next     tells
idle     begin                      asked    transfer.requested
asked    the target rings           ringing  transfer.ringing
any      done                       idle     transfer.completed, and the call is over
any      anything else              idle     transfer.failed with its reason, and the brain is prompted
any      the call ends meanwhile    idle     transfer.failed: abandoned
idle     anything                   idle     nothing

A leg that cannot hand over fails at once, by the same road. While a transfer is under way the caller is not heard: what comes
then is ringing, hold music, or a "hello?" that must not start another one.
"""

from functools import partial

import structlog

from switchroom.calls.call import Call, CallInput, CallState
from switchroom.calls.chronicle import Chronicle
from switchroom.errors import SwitchroomError
from switchroom.events import catalogue as happened
from switchroom.events.transfers import TransferReason
from switchroom.ports import Capability, Leg, Transfer, Transferred, TransferTo

log = structlog.get_logger()


class Transfers:
    """The transfers of one call, whose state is ``state``."""

    def __init__(self, leg: Leg, chronicle: Chronicle, state: Call) -> None:
        self._leg = leg
        self._state = state
        self._tell = chronicle.tell
        self._rings = False

    @property
    def under_way(self) -> bool:
        """Whether the caller is being handed over."""
        return self._state.state is CallState.TRANSFERRING

    @property
    def possible(self) -> bool:
        """Whether ``begin`` would begin one."""
        return self._state.allows(CallInput.TRANSFER)

    def begin(self, wanted: TransferTo) -> bool:
        """Note that the caller is to be handed over; False if that cannot be, or is under way already."""
        if not self._state.allows(CallInput.TRANSFER):
            return False
        self._state.apply(CallInput.TRANSFER)
        self._rings = False
        self._tell(partial(happened.TransferRequested, target=wanted.target, queue=wanted.queue))
        return True

    async def ask(self, target: str) -> Transferred | None:
        """Ask the leg to do it; return why that cannot be, None if its signals will say. Safe to cancel."""
        if Capability.REFER not in self._leg.can:
            return Transferred("not_supported")
        try:
            await self._leg.do(Transfer(target))
        except SwitchroomError as error:
            log.warning("transfer not possible", code=error.code, problem=str(error))
            return Transferred("failed")
        return None

    def ringing(self) -> None:
        """The target rings; told once."""
        if self.under_way and not self._rings:
            self._rings = True
            self._tell(happened.TransferRinging)

    def ended(self, what: Transferred) -> bool:
        """Tell how it ended; False if none was under way."""
        if not self.under_way:
            return False
        if what.outcome == "done":
            self._state.apply(CallInput.KEEP)
            self._tell(happened.TransferCompleted)
        else:
            self._fail(what.outcome, what.status)
        return True

    def abandon(self) -> None:
        """The call is over: nobody is left to hand over."""
        if self.under_way:
            self._fail("abandoned", 0)

    def _fail(self, reason: TransferReason, status: int) -> None:
        self._state.apply(CallInput.KEEP)
        self._tell(partial(happened.TransferFailed, reason=reason, status=status))
