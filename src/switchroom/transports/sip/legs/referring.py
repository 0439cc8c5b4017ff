"""Whom a far side may make us call by REFER: a caller whom nobody knows must not telephone at our expense.

rule            target may be
nobody          nowhere: every REFER is refused
same_host       who is registered with us, or whatever every hop of which is the referrer's own address
anybody         anywhere
a trunk's call  as above, if the trunk accepts REFER at all; its addresses are one house, and a number must be one that it may call
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

from switchroom.sip.trunks.trunk import Trunk
from switchroom.sip.trunks.trunk_route import may_be_sent_to

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
    if rule == "nobody" or (trunk is not None and not trunk.inbound.accepts_refer):
        return False
    if referral.registered:
        return True
    if trunk is not None and not may_be_sent_to(trunk, referral.user):
        return False
    return rule == "anybody" or is_their_house(referral)


def is_their_house(referral: Referral) -> bool:
    """Return whether the target is where the referrer is: then they are shown what proves who we are, and nobody else."""
    return bool(referral.hosts) and all(
        host == referral.referrer or _is_of(referral.trunk, host) for host in referral.hosts
    )


def _is_of(trunk: Trunk | None, host: str) -> bool:
    if trunk is None:
        return False
    try:
        address = ip_address(host)
    except ValueError:
        return False
    return any(address in network for network in trunk.inbound.networks)
