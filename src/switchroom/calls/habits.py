"""How callers pause, from call to call.

Kept in memory only, by tenant and address, for the callers who called last: a caller whose pauses we learned is not
cut off at the beginning of their next call. Nothing of it is written down or told; whoever withholds their address
begins anew.
"""

from collections import OrderedDict

from switchroom.conversation.pauses import Pauses
from switchroom.identity import TenantId
from switchroom.ports import Party

_MOST = 10_000
_NOBODY = ("", "anonymous", "unknown", "unavailable", "restricted", "private")


class Habits:
    """Room for the last ``most`` callers."""

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._kept: OrderedDict[tuple[TenantId, str], Pauses] = OrderedDict()

    def of(self, tenant: TenantId, party: Party) -> Pauses:
        """Return what is known of a caller; nothing, if they are new."""
        return self._kept.get((tenant, party.address), Pauses())

    def keep(self, tenant: TenantId, party: Party, pauses: Pauses) -> None:
        """Remember what was learned in a call."""
        if _user(party.address) in _NOBODY or not pauses.weight:
            return
        key = (tenant, party.address)
        self._kept[key] = pauses
        self._kept.move_to_end(key)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def _user(address: str) -> str:
    return address.partition(":")[2].partition("@")[0].lower() if ":" in address else address.lower()
