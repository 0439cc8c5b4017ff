"""Whom a far side may make us call by REFER: a caller whom nobody knows must not telephone at our expense.

rule            target may be
nobody          nowhere: every REFER is refused
same_host       who is registered with us, or whatever every hop of which is the referrer's own address
anybody         anywhere
a trunk's call  as above if the trunk accepts REFER, but no number that the trunk may not call, and none that cannot be read
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from switchroom.sip.dial_plan import is_e164, may_be_number
from switchroom.sip.trunk import Trunk

Referring = Literal["nobody", "same_host", "anybody"]


@dataclass(frozen=True, slots=True)
class Referral:
    """Where a REFER leads: ``user`` at ``hosts``, asked for by who is at ``referrer``, in a call of ``trunk``."""

    user: str
    hosts: Sequence[str]
    registered: bool
    referrer: str
    trunk: Trunk | None = None


def may_be_called(referral: Referral, rule: Referring) -> bool:
    """Return whether the target may be called."""
    trunk = referral.trunk
    if rule == "nobody" or (trunk is not None and not trunk.inbound.accepts_refer) or _is_forbidden_number(referral):
        return False
    if referral.registered or rule == "anybody":
        return True
    return bool(referral.hosts) and all(host == referral.referrer for host in referral.hosts)


def _is_forbidden_number(referral: Referral) -> bool:
    if referral.trunk is None or referral.registered:
        return False
    number = referral.trunk.plan.read(referral.user)
    if is_e164(number):
        return not referral.trunk.destinations.allows(number)
    return may_be_number(referral.user)  # it may be anywhere
