"""A trunk: everything that is agreed with a carrier or a PBX about the calls it brings and the calls it takes.

It is a record, read once per call and never asked what it is: who recognises a call, what a limit is and how a number is
written are decided from it in ``trunk_table``, ``limits`` and ``dial_plan``. Nothing in it can be learned in mid-call.
"""

from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network
from typing import Literal

from switchroom.identity import TenantId
from switchroom.sip.commands import Credentials
from switchroom.sip.description.policy import DEFAULT, MediaPolicy
from switchroom.sip.trunks.dial_plan import Destinations, DialPlan
from switchroom.sip.trunks.limits import CallLimits

Network = IPv4Network | IPv6Network

IdentityStyle = Literal["from", "from+pai", "pai", "rpid"]
"""Who calls, said to the trunk: by From; by From and P-Asserted-Identity; by one of the others while From is our account."""


@dataclass(frozen=True, slots=True)
class Header:
    """A header that proves who one is; the value is a secret."""

    name: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Inbound:
    """What a call must show to be the trunk's; what is not set is not asked for.

    ``networks`` are the addresses it may come from; ``credentials`` what we challenge it for; ``token`` a header that it
    must carry; ``prefix`` digits before the number, which are taken off; ``domain`` the host of its Request-URI or From;
    ``numbers`` beginnings of the numbers it brings. ``called`` says where the number is: in the Request-URI, or in To, as a
    registrar sends it. ``number`` is whom all its calls are for, whatever was dialled.
    """

    networks: tuple[Network, ...] = ()
    credentials: Credentials | None = None
    token: Header | None = None
    prefix: str = ""
    domain: str = ""
    numbers: tuple[str, ...] = ()
    called: Literal["request", "to"] = "request"
    number: str = ""
    trusts_identity: bool = False
    accepts_refer: bool = False


@dataclass(frozen=True, slots=True)
class Outbound:
    """How we call through the trunk.

    ``proxies`` are SIP URIs, tried in order; ``domain`` is the host of Request-URI, From and To; ``credentials`` answer its
    401 or 407; ``prefix`` goes before the number; ``headers`` and ``token`` go along. ``callers`` are the numbers that we may
    call from, the first of them when nobody says which; none: whatever is asked for.
    """

    proxies: tuple[str, ...] = ()
    domain: str = ""
    credentials: Credentials | None = None
    prefix: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    token: Header | None = None
    identity: IdentityStyle = "from"
    callers: tuple[str, ...] = ()
    follows_redirects: bool = False
    session_expires: int = 1800


@dataclass(frozen=True, slots=True)
class Registering:
    """Our line at a registrar: we register ``user`` there, and calls come to ``contact_user``."""

    registrar: str
    user: str
    contact_user: str
    expires: int = 3600


@dataclass(frozen=True, slots=True)
class Trunk:
    """One trunk of one tenant. ``registering`` is None for a trunk that knows us by our address or by a password."""

    id: str
    tenant: TenantId
    name: str
    kind: str = "generic"
    enabled: bool = True
    inbound: Inbound = Inbound()
    outbound: Outbound = Outbound()
    registering: Registering | None = None
    plan: DialPlan = field(default_factory=DialPlan)
    media: MediaPolicy = DEFAULT
    limits: CallLimits = field(default_factory=CallLimits)
    destinations: Destinations = field(default_factory=Destinations)
