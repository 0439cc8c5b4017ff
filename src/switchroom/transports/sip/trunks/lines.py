"""Our lines at the registrars of trunks: registered while the trunk is in the table, and what became of it for all to see.

A line is one task. It finds the registrar, registers there (the user agent refreshes and retries), keeps the way through a NAT
open, and looks for another of the registrar's servers when the one in use falls silent or is no longer one of them. Only who has
taken our registration sends calls of the line: a name may lead anywhere. A line that is changed leaves first
and comes back afterwards: the two REGISTERs of one contact must not cross.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import structlog

from switchroom.errors import SwitchroomError
from switchroom.sip import commands as sip
from switchroom.sip.messages.uri import escape
from switchroom.sip.outputs import Registered, RegistrationFailed, Unregistered
from switchroom.sip.peer import Peer
from switchroom.sip.registration.registration import FINAL
from switchroom.sip.trunks.trunk import Trunk
from switchroom.sip.trunks.trunk_table import TrunkTable
from switchroom.transports.sip.wire.locating import Resolver, locate

log = structlog.get_logger()

KEEP_ALIVE = 25.0
"""Seconds between two words on a line: a NAT forgets a silent way after thirty (RFC 5626 §4.4)."""
LOOK_AGAIN = 60.0
"""Seconds after which a registrar that could not be found is looked for again."""
_FAREWELL = 4.0
_PATIENCE = 5.0

LineTold = Registered | RegistrationFailed | Unregistered
PING = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class LineState:
    """How a line is. ``next`` is when it is tried or refreshed, in the loop's time; None: that is not known."""

    state: Literal["off", "trying", "registered", "failed"] = "off"
    why: str = ""
    next: float | None = None


OFF = LineState()


@dataclass(slots=True)
class _Line:
    """One line as it is kept. ``wake`` is set by whatever happens to it, ``hosts`` is where it is registered.

    ``missed`` is how often in a row the registrar's name did not lead to the server in use: some names lead to a few of many.
    """

    trunk: Trunk
    state: LineState = field(default_factory=lambda: LineState("trying"))
    hosts: frozenset[str] = frozenset()
    peer: Peer | None = None
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    gone: bool = False
    refreshed: bool = False
    missed: int = 0
    failed: bool = False
    failures: int = 0


class TrunkLines:
    """All lines. ``ping`` sends bytes to a peer that are no message."""

    def __init__(
        self, send: Callable[[sip.Command], None], resolver: Resolver, ping: Callable[[bytes, Peer], object]
    ) -> None:
        self._send = send
        self._resolver = resolver
        self._ping = ping
        self._wanted: dict[str, Trunk] = {}
        self._lines: dict[str, _Line] = {}
        self._changed = asyncio.Event()
        self.ours: Callable[[str], bool] = lambda _: True
        """Whether a trunk is ours to register; where several engines run, one of them does."""

    def want(self, table: TrunkTable) -> None:
        """Keep the lines of these trunks from now on."""
        self._wanted = {id_: trunk for id_, trunk in registering_trunks(table).items() if self.ours(id_)}
        self._changed.set()

    def state(self, trunk: str) -> LineState:
        """Return how the line of a trunk is."""
        line = self._lines.get(trunk)
        return OFF if line is None else line.state

    def states(self) -> Mapping[str, int]:
        """Return how many lines are in each state."""
        return Counter(line.state.state for line in self._lines.values())

    def at(self, host: str) -> frozenset[str]:
        """Return the trunks that are registered at that address, or were last."""
        return frozenset(trunk for trunk, line in self._lines.items() if host in line.hosts)

    def told(self, output: LineTold) -> None:
        """Take what the user agent reports of a line."""
        line = self._lines.get(output.registration)
        if line is None:
            return
        now = asyncio.get_running_loop().time()
        match output:
            case Registered(expires=expires):
                line.state = LineState("registered", "", now + expires)
                line.failures = 0
                line.refreshed = True
                line.hosts = frozenset(() if line.peer is None else (line.peer.host,))
            case RegistrationFailed(status=status, reason=reason, retry_after=wait):
                line.state = LineState("failed", _why(status, reason), now + wait)
                line.failed = status not in FINAL
                line.failures += line.failed
                log.warning("trunk not registered", trunk=line.trunk.id, name=line.trunk.name, why=line.state.why)
            case Unregistered():
                line.gone = True
        line.wake.set()

    async def run(self) -> None:
        """Keep the lines until cancelled; then they are left as they are, and run out by themselves."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                self._changed.clear()
                for trunk, line in tuple(self._lines.items()):
                    if self._wanted.get(trunk) != line.trunk:
                        line.stopping = True
                        line.wake.set()
                for trunk, wanted in self._wanted.items():
                    if trunk not in self._lines:
                        line = self._lines[trunk] = _Line(wanted)
                        tasks.create_task(self._keep(line), name="trunk-line")
                await self._changed.wait()

    async def _keep(self, line: _Line) -> None:
        try:
            while not line.stopping:
                peers = await self._find(line)
                if not peers or not await self._has_stayed(line, peers):
                    await _woken(line, LOOK_AGAIN)
        finally:
            del self._lines[line.trunk.id]
            self._changed.set()

    async def _find(self, line: _Line) -> list[Peer]:
        assert line.trunk.registering is not None
        try:
            peers = await locate(line.trunk.registering.registrar, self._resolver)
        except SwitchroomError as error:
            self._fail(line, str(error))
            return []
        return peers

    async def _has_stayed(self, line: _Line, peers: list[Peer]) -> bool:
        """Stay; False for a line that cannot even be asked for."""
        try:
            await self._stay(line, peers)
        except SwitchroomError as error:
            self._fail(line, str(error))
            return False
        return True

    def _fail(self, line: _Line, why: str) -> None:
        line.state = LineState("failed", why, asyncio.get_running_loop().time() + LOOK_AGAIN)
        log.warning("trunk's registrar cannot be asked", trunk=line.trunk.id, name=line.trunk.name, why=why)

    async def _stay(self, line: _Line, peers: list[Peer]) -> None:
        """Be registered at one of ``peers`` until the line is to stop, or until that one fails and there is another."""
        peer = line.peer = next((other for other in peers if other != line.peer), peers[0])
        line.failed, line.refreshed, line.missed = False, False, 0
        self._send(registering(line.trunk, peer))
        while not line.stopping and not await self._is_to_be_left(line, peer):
            line.failed = line.refreshed = False
            if not await _woken(line, KEEP_ALIVE) and line.state.state == "registered":
                self._ping(PING, peer)
        if not line.stopping:
            await _woken(line, min(_PATIENCE * line.failures, LOOK_AGAIN))
        line.gone = False
        self._send(sip.Unregister(line.trunk.id))
        while line.stopping and not line.gone and await _woken(line, _FAREWELL):
            pass

    async def _is_to_be_left(self, line: _Line, peer: Peer) -> bool:
        """Return whether there is a better server than ``peer``: it failed, or the name has not led to it for two refreshes."""
        if not (line.failed or line.refreshed):
            return False
        state = line.state
        peers = await self._find(line)
        line.state = state
        if line.failed:
            return any(other != peer for other in peers)
        line.missed = line.missed + 1 if peers and peer not in peers else 0
        return line.missed > 1


def registering_trunks(table: TrunkTable) -> dict[str, Trunk]:
    """Return the trunks that have a line, by id."""
    return {trunk.id: trunk for trunk in table.trunks.values() if trunk.enabled and trunk.registering is not None}


async def _woken(line: _Line, seconds: float) -> bool:
    """Wait until something happens to the line; False if nothing did for so long. Safe to cancel."""
    try:
        async with asyncio.timeout(seconds):
            await line.wake.wait()
    except TimeoutError:
        return False
    line.wake.clear()
    return True


def registering(trunk: Trunk, peer: Peer) -> sip.Register:
    """Return what registers a trunk's line at ``peer``."""
    line, domain = trunk.registering, trunk.outbound.domain
    assert line is not None
    return sip.Register(
        registration=trunk.id,
        registrar=line.registrar,
        user=escape(line.user),
        peer=peer,
        credentials=trunk.outbound.credentials,
        sender=f"sip:{escape(line.user)}@{domain}" if domain else "",
        contact_user=line.contact_user,
        expires=line.expires,
    )


def _why(status: int, reason: str) -> str:
    match status:
        case 401 | 403 | 407:
            return f"{status} {reason}: user or password is wrong"
        case 404:
            return f"{status} {reason}: the registrar does not know this user"
        case 408:
            return "the registrar does not answer: look at its address, and at firewalls between"
        case 503:
            return f"{status} {reason}: nothing listens there, or it is out of service"
        case _:
            return f"{status} {reason}".strip()
