"""Who may call and how much: every INVITE is some trunk's, a registered user's or a stranger's before anything is done for it.

A place of its trunk is taken when a call is let in or made, and given back when it is over, whatever way it ends; a new table
replaces the old one between two calls, and the counts stay.
"""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal, Protocol

from switchroom.errors import Limited
from switchroom.identity import TenantId
from switchroom.ports import Leg, Refuse
from switchroom.sip.authentication.digest import ha1
from switchroom.sip.commands import Credentials
from switchroom.sip.description.policy import MediaPolicy
from switchroom.sip.messages.grammar import Malformed
from switchroom.sip.messages.message import Request
from switchroom.sip.messages.uri import Uri, parse_uri
from switchroom.sip.outputs import CallOffered, OptionsAnswered
from switchroom.sip.peer import Peer
from switchroom.sip.registration.registrar import Binding
from switchroom.sip.trunks.limits import CallLimits, Direction, Exceeded, Load
from switchroom.sip.trunks.trunk import Trunk
from switchroom.sip.trunks.trunk_table import Arrival, Known, NotTheirs, Stranger, TrunkTable
from switchroom.transports.sip.trunks.accounts import Accounts
from switchroom.transports.sip.trunks.lines import LineTold, TrunkLines
from switchroom.transports.sip.trunks.probing import Probes

Strangers = Literal["all", "private", "none"]


class Fare(Protocol):
    """What a call out is paid by: told when it stands and when it is over."""

    def stands(self, leg: Leg) -> None:
        """The call is answered."""
        ...

    def over(self, outcome: str = "completed") -> None:
        """The call has ended, or came to nothing."""
        ...


Toll = Callable[[Trunk, str], Awaitable[Fare]]
"""Asks whether a number may be called by a trunk, and pays. Raises Denied."""


class _Free:
    """Nobody pays."""

    def stands(self, leg: Leg) -> None: ...

    def over(self, outcome: str = "completed") -> None: ...


async def _free(_trunk: Trunk, _number: str) -> Fare:
    return _Free()


@dataclass(frozen=True, slots=True)
class Admission:
    """The call may come in: by ``trunk``, or by none. ``dialled`` is whom it is for, as we write numbers."""

    trunk: Trunk | None
    dialled: str
    home: TenantId | None = None

    @property
    def tenant(self) -> TenantId | None:
        """Whose trunk or whose user it is."""
        return self.home if self.trunk is None else self.trunk.tenant

    @property
    def name(self) -> str:
        """The trunk's id."""
        return "" if self.trunk is None else self.trunk.id

    @property
    def media(self) -> MediaPolicy | None:
        """How its media is to be, if the trunk says so."""
        return None if self.trunk is None else self.trunk.media

    @property
    def credentials(self) -> Credentials | None:
        """What proves to the trunk who we are."""
        return None if self.trunk is None else self.trunk.outbound.credentials

    @property
    def trusted(self) -> bool:
        """Whether who brings it may vouch for who calls (RFC 3325 §5)."""
        return self.trunk is not None and self.trunk.inbound.trusts_identity


@dataclass(slots=True)
class _Place:
    trunk: str
    direction: Direction
    over: Callable[[], None] = lambda: None


class TrunkDesk:
    """Knows the trunks, their lines, and the calls on each. ``counts`` grows by what is not let in."""

    def __init__(
        self, strangers: Strangers, accounts: Accounts | None, lines: TrunkLines, probes: Probes, counts: Counter[str]
    ) -> None:
        self.table = TrunkTable()
        self.lines = lines
        self.probes = probes
        self.toll: Toll = _free
        self._counts = counts
        self._strangers = strangers
        self._accounts = accounts
        self._loads: dict[str, Load] = {}
        self._places: dict[str, _Place] = {}
        self._homes: dict[str, TenantId] = {}  # of the calls of users

    def use(self, table: TrunkTable) -> None:
        """Let these trunks count from now on; calls that are up stay."""
        self.table = table
        self.lines.want(table)
        for trunk, load in self._loads.items():
            known = table.trunks.get(trunk)
            load.change(CallLimits() if known is None else known.limits)

    def load(self, trunk: str) -> Mapping[Direction, int]:
        """Return how many calls a trunk has now."""
        load = self._loads.get(trunk)
        return {"in": 0, "out": 0} if load is None else {"in": load.inbound, "out": load.outbound}

    def are_at(self, host: str) -> bool:
        """Return whether a trunk may send from that address, or is its registrar."""
        return self.table.vouches_for(host) or bool(self.lines.at(host))

    def told(self, output: LineTold | OptionsAnswered) -> None:
        """Take what the user agent reports of a line or a probe."""
        if isinstance(output, OptionsAnswered):
            self.probes.told(output)
        else:
            self.lines.told(output)

    def challenged(self, request: Request, peer: Peer) -> bool:
        """Return whether who sends this must prove who they are: a trunk with a password, or a user away from home."""
        accounts = self._accounts
        if request.method != "INVITE":
            return accounts is not None and accounts.challenged(request, peer)
        arrival = self._arrival(peer, request.uri, (request.from_.uri, request.to.uri), request.headers)
        welcome = self._welcome(peer.host)
        if self.table.challenges(arrival, welcome=welcome):
            return True
        if accounts is None or not isinstance(self.table.match(arrival), Stranger):
            return False  # a carrier may name our own users in From
        return not welcome or accounts.challenged(request, peer)

    def person(self, user: str, realm: str) -> str | None:
        """Return who a proved user name stands for; that of a trunk stands for itself."""
        accounts = self._accounts
        ours = accounts is not None and accounts.ha1(user, realm, "MD5") is not None
        return accounts.person(user, realm) if accounts is not None and ours else user

    def ha1(self, user: str, realm: str, algorithm: str) -> str | None:
        """Return what proves a user's or a trunk's identity in a realm; a user comes first."""
        known = None if self._accounts is None else self._accounts.ha1(user, realm, algorithm)
        password = self.table.password_of(user) if known is None else None
        return known if password is None else ha1(user, realm, password, algorithm)

    def admit(self, offered: CallOffered, now: float) -> Admission | Refuse:
        """Take a call in, or say why not."""
        shown = self._offered(offered)
        if offered.user and not shown.user:
            return self._admit_user(offered)
        match self.table.match(shown):
            case Known(trunk, dialled):
                exceeded = self._load(trunk).may("in", now)
                if exceeded is not None:
                    self._counts[f"trunk_{exceeded.limit}"] += 1
                    return _refusal(exceeded)
                self._begin(offered.call, trunk, "in", now)
                return Admission(trunk, dialled)
            case NotTheirs():
                self._counts["trunk_number"] += 1
                return Refuse("not_found")
            case Stranger():
                if self._welcome(offered.peer.host):
                    return Admission(None, offered.dialled)
                self._counts["stranger"] += 1
                return Refuse("not_allowed")

    def _admit_user(self, offered: CallOffered) -> Admission | Refuse:
        """Take in the call of a user of ours: it needs no trunk."""
        if offered.from_.uri.user_text.lower() != offered.user:
            self._counts["imposter"] += 1  # RFC 3261 §22.1: who is known may still not call as somebody else
            return Refuse("not_allowed")
        home = None if self._accounts is None else self._accounts.tenant(offered.realm)
        if home is not None:
            self._homes[offered.call] = home
        return Admission(None, offered.dialled, home)

    def may_call(self, trunk: str, now: float) -> None:
        """Raise Limited if a call out by ``trunk`` would be one too many; a trunk that is not known has no limits."""
        known = self.table.trunks.get(trunk)
        exceeded = None if known is None else self._load(known).may("out", now)
        if known is not None and exceeded is not None:
            self._counts[f"trunk_{exceeded.limit}"] += 1
            message = f"trunk {known.name!r} has as many calls as it may ({exceeded.limit}): try again later"
            raise Limited(message, retry_after=exceeded.retry_after)

    def called(self, call: str, trunk: str, now: float, target: str = "") -> None:
        """Count a call out; without a trunk it may be to a tenant's telephone."""
        known = self.table.trunks.get(trunk)
        if known is None:
            self._places[call] = _Place("", "out")
            home = self._home(target)
            if home is not None:
                self._homes[call] = home
        else:
            self._begin(call, known, "out", now)

    def tell(self, call: str, over: Callable[[], None]) -> None:
        """Tell ``over`` when a call has ended; at once, if it has."""
        if call in self._places:
            self._places[call].over = over
        else:
            over()

    def of(self, call: str) -> Trunk | None:
        """Return the trunk that a call counts on."""
        place = self._places.get(call)
        return None if place is None else self.table.trunks.get(place.trunk)

    def tenant_of(self, call: str) -> TenantId | None:
        """Return whose trunk, user or telephone a call is with, None if nobody's."""
        trunk = self.of(call)
        return self._homes.get(call) if trunk is None else trunk.tenant

    def is_foreign(self, call: str, telephone: Binding) -> bool:
        """Return whether a telephone is another tenant's than a call."""
        tenant = self.tenant_of(call)
        theirs = None if self._accounts is None else self._accounts.tenant(telephone.record.rpartition("@")[2])
        return None not in (tenant, theirs) and tenant != theirs

    def ended(self, call: str) -> None:
        """Give the place of a call back."""
        self._homes.pop(call, None)
        place = self._places.pop(call, None)
        if place is None:
            return
        if place.trunk:
            self._loads[place.trunk].ended(place.direction)
        place.over()

    def _begin(self, call: str, trunk: Trunk, direction: Direction, now: float) -> None:
        self._load(trunk).began(direction, now)
        self._places[call] = _Place(trunk.id, direction)

    def _home(self, target: str) -> TenantId | None:
        try:
            realm = parse_uri(target).host
        except Malformed:
            return None
        return None if self._accounts is None else self._accounts.tenant(realm)

    def _load(self, trunk: Trunk) -> Load:
        return self._loads.setdefault(trunk.id, Load(trunk.limits))

    def _welcome(self, host: str) -> bool:
        if self._strangers != "private":
            return self._strangers == "all"
        try:
            address = ip_address(host)
        except ValueError:
            return False
        return address.is_private or address.is_link_local

    def _offered(self, offered: CallOffered) -> Arrival:
        """Return what an INVITE shows, once its proof has been checked; a user of ours proves nothing about a trunk."""
        ends = (offered.from_.uri, parse_uri(offered.callee))
        user = offered.user
        if user and self._accounts is not None and self._accounts.ha1(user, offered.realm, "MD5") is not None:
            user = ""
        return self._arrival(offered.peer, parse_uri(offered.target), ends, offered.headers, user)

    def _arrival(
        self, peer: Peer, target: Uri, ends: tuple[Uri, Uri], headers: Mapping[str, str], user: str = ""
    ) -> Arrival:
        caller, callee = ends
        return Arrival(
            source=peer.host,
            dialled=target.user_text,
            called=callee.user_text,
            host=target.host,
            sender=caller.user_text,
            sender_host=caller.host,
            headers=headers,
            user=user,
            lines=self.lines.at(peer.host),
        )


def _refusal(exceeded: Exceeded) -> Refuse:
    reason: Literal["overloaded", "over_limit"] = "overloaded" if exceeded.limit == "calls_per_second" else "over_limit"
    return Refuse(reason, exceeded.retry_after)
