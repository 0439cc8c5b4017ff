"""A SIP endpoint: the pure user agent of ``switchroom.sip`` driven over real sockets.

Whatever happens (a message, a command, a timer) goes into the user agent and comes out as a list of outputs; ``_transmit``
carries all of them out, in order, and then sets the one timer. Calls meet the rest of the program as legs.
"""

import asyncio
import secrets
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace

import structlog

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media.frame import Encoding
from switchroom.ports import CallOffer, Party, Refuse
from switchroom.settings import SipSettings
from switchroom.sip import commands as sip
from switchroom.sip import outputs as told
from switchroom.sip.agent import UserAgent
from switchroom.sip.callers.context import read_context
from switchroom.sip.config import AgentConfig
from switchroom.sip.description.offer import Agreement, Unacceptable
from switchroom.sip.description.policy import DEFAULT, MediaPolicy
from switchroom.sip.peer import SECURE, Peer, Transport
from switchroom.sip.registration.registrar import Binding
from switchroom.sip.transactions.stack import bracketed
from switchroom.transports.sip.legs.dialling import Dialling
from switchroom.transports.sip.legs.hunting import Hunt, Way
from switchroom.transports.sip.legs.moving import Parties, Roads
from switchroom.transports.sip.legs.refusing import refusing
from switchroom.transports.sip.legs.rtp_leg import CallOutput, Line, RtpLeg
from switchroom.transports.sip.media.ports import RtpPorts
from switchroom.transports.sip.media.session import MediaPlace, speakable
from switchroom.transports.sip.trunks.accounts import Accounts
from switchroom.transports.sip.trunks.devices import Device, described
from switchroom.transports.sip.trunks.lines import TrunkLines
from switchroom.transports.sip.trunks.probing import Probes
from switchroom.transports.sip.trunks.trunks import TrunkDesk
from switchroom.transports.sip.wire.guard import Guard, within
from switchroom.transports.sip.wire.locating import Resolver
from switchroom.transports.sip.wire.names import SystemResolver
from switchroom.transports.sip.wire.sockets import SipSockets

__all__ = ["Dialling", "SipEndpoint"]

log = structlog.get_logger()

Accept = Callable[[CallOffer], None]
"""Takes a call in hand, without waiting. Raises Unavailable if nobody can yet, or any more."""


class SipEndpoint:
    """Opened by ``open``, served by ``run``. Calls to us are handed to ``accept``, which must not wait."""

    def __init__(
        self,
        settings: SipSettings,
        accept: Accept,
        accounts: Accounts | None = None,
        resolver: Resolver | None = None,
    ) -> None:
        self._settings = settings
        self._accept = accept
        resolver = resolver or SystemResolver(settings.host)
        self._sockets = SipSockets(self._received, self._lost)
        lines = TrunkLines(self.send, resolver, self._sockets.send)
        probes = Probes(self.send, resolver)
        self.trunks = TrunkDesk(settings.strangers, accounts, lines, probes, self.counts)
        spared = within(settings.spared)
        self._sockets.guard.spared = lambda host: spared(host) or self.trunks.are_at(host)
        self._agent = UserAgent(self._config(accounts), lambda: secrets.token_hex(8))
        self._sockets.guard.of_a_call = self._agent.expects
        self._sockets.connections.needed = lambda: self._agent.connections(self._clock())
        self._ports = RtpPorts(settings.host, settings.rtp_first, settings.rtp_last)
        hunt = self._hunt = Hunt(resolver, self.bindings, self._clock)
        roads = Roads(
            self.send,
            self._start,
            hunt.registered,
            hunt.ways,
            self._call,
            self.dial,
            self.trunks.of,
            lambda trunk, number: self.trunks.toll(trunk, number),  # whoever guards calls out is known later
            self.trunks.tenant_of,
            self.trunks.is_foreign,
        )
        self._parties = Parties(roads, settings.referring)
        self._outputs: deque[told.Output] = deque()
        self._transmitting = False
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: asyncio.TaskGroup | None = None

    @property
    def address(self) -> tuple[str, int]:
        """The host and port it listens on, UDP and TCP; the port is known once it is open."""
        return self._sockets.address

    @property
    def addresses(self) -> Mapping[Transport, tuple[str, int]]:
        """Where it listens, by transport."""
        return self._sockets.addresses

    @property
    def guard(self) -> Guard:
        """Who decides which sources are heard."""
        return self._sockets.guard

    @property
    def calls(self) -> int:
        """How many calls there are, in any state."""
        return len(self._parties)

    def bindings(self, record: str) -> list[Binding]:
        """Return where ``user@host`` is registered with us, the most wished for first, then the freshest."""
        return self._agent.bindings(record, self._clock())

    def devices(self, realm: str) -> list[Device]:
        """Return what is registered in a realm."""
        now, ending = self._clock(), f"@{realm}"
        return [described(held, now) for held in self._agent.everybody(now) if held.record.endswith(ending)]

    @property
    def registered(self) -> int:
        """How many devices are registered, in all realms."""
        return self._agent.registered

    @property
    def counts(self) -> Counter[str]:
        """What the sockets and the trunks counted, outputs of the user agent by kind, and what it dropped as ``dropped_REASON``."""
        return self._sockets.counts

    def counters(self) -> Mapping[str, int]:
        """Return what was sent, received, dropped and refused so far."""
        return self.counts

    async def open(self) -> None:
        """Bind the sockets. Raises Unavailable if the port is taken."""
        await self._sockets.open(self._settings)

    async def run(self) -> None:
        """Serve until cancelled; then everything is closed at once, so end the calls first."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(self.trunks.lines.run(), name="trunk-lines")
                await asyncio.get_running_loop().create_future()
        finally:
            self._tasks = None
            self.close()
            await asyncio.sleep(0)  # lets the loop close what was told to close

    def close(self) -> None:
        """Close the sockets, also those of calls that are up: nothing is said to the far sides, so end the calls first."""
        if self._timer is not None:
            self._timer.cancel()
        self._sockets.close()
        self._parties.close()

    async def dial(self, dialling: Dialling) -> RtpLeg:
        """Call somebody, with us at all their devices, and return the leg once they have answered.

        A hop that does not answer is passed over for the next. Cancelling it hangs up. Raises Invalid for an address that is
        none, NotFound, Denied or Unavailable for what came instead of an answer, Limited by the trunk.
        """
        self.trunks.may_call(dialling.trunk, self._clock())
        return await self._hunt.call(dialling, self._dial)

    def send(self, command: sip.Command) -> None:
        """Give the user agent a command and carry out what comes of it."""
        if isinstance(command, sip.HangUp):
            self._parties.hung_up(command.call)
        self._transmit(self._agent.send(command, self._clock()))

    def _start(self, work: Coroutine[object, None, None], name: str) -> asyncio.Task[None] | None:
        if self._tasks is None:
            work.close()
            return None
        return self._tasks.create_task(work, name=name)

    async def _call(self, dialling: Dialling, ways: list[Way]) -> RtpLeg:
        self.trunks.may_call(dialling.trunk, self._clock())
        return await self._hunt.along(dialling, ways, self._dial)

    async def _dial(self, dialling: Dialling, way: Way) -> RtpLeg:
        peer = way.peer
        call = f"out_{secrets.token_hex(8)}"
        line = self._line(peer, dialling.policy, dialling.encoding)
        if dialling.policy.security != "never" and not line.place.browser:
            self._mind_keys(peer)
        leg = RtpLeg(call, Party(dialling.target), line)
        self._parties.add(call, leg)
        leg.ringing = dialling.ringing
        self.trunks.called(call, dialling.trunk, self._clock(), dialling.target)
        host, port = self._local(peer)
        sender = dialling.sender or f"sip:switchroom@{bracketed(host)}:{port}"
        sender, name = dialling.presents.sender(sender, dialling.name)
        headers = {**dialling.headers, **dialling.presents.headers()}

        def invite(sdp: str) -> sip.Invite:
            return sip.Invite(
                call,
                way.target,
                sender,
                peer,
                sdp,
                name=name,
                credentials=dialling.credentials,
                headers=headers,
                routes=way.routes,
                session_expires=dialling.session_expires,
            )

        try:
            await leg.dial(invite)
        except SwitchroomError:
            self.trunks.ended(call)
            raise
        finally:
            if leg.over:  # the user agent may never have heard of it
                self._parties.forget(call)
        self.trunks.tell(call, dialling.over)
        return leg

    def _config(self, accounts: Accounts | None) -> AgentConfig:
        if accounts is None:
            return AgentConfig(local=self._local, ha1=self.trunks.ha1, challenged=self.trunks.challenged)
        return AgentConfig(
            local=self._local,
            ha1=self.trunks.ha1,
            realm_of=accounts.realm,
            challenged=self.trunks.challenged,
            person=self.trunks.person,
            algorithms_of=accounts.algorithms,
            places=accounts.places,
            registrar=True,
        )

    def _clock(self) -> float:
        return asyncio.get_running_loop().time()

    def _local(self, peer: Peer) -> tuple[str, int]:
        host, port = self._sockets.local(peer)
        return self._settings.advertise or host, port

    def _line(self, peer: Peer, policy: MediaPolicy = DEFAULT, encoding: Encoding | None = None) -> Line:
        if self._settings.media_sources == "known":
            policy = replace(policy, sources="known")
        host = self._local(peer)[0]
        browser = peer.transport in ("ws", "wss")
        place = MediaPlace(self._ports, host, peer.host, speakable(policy), encoding, browser)
        return Line(self.send, self._clock, place, self._parties.call_of)

    def _received(self, data: bytes, peer: Peer) -> None:
        self._transmit(self._agent.receive(data, peer, self._clock()))

    def _lost(self, peer: Peer) -> None:
        self._transmit(self._agent.unreachable(peer, self._clock()))

    def _expired(self) -> None:
        self._timer = None
        self._transmit(self._agent.expire(self._clock()))

    def _transmit(self, outputs: list[told.Output]) -> None:
        """Carry out ``outputs``; what comes of commands given meanwhile is carried out after them."""
        self._outputs.extend(outputs)
        if self._transmitting:
            return
        self._transmitting = True
        try:
            while self._outputs:
                self._carry_out(self._outputs.popleft())
        finally:
            self._transmitting = False
            self._set_timer()

    def _set_timer(self) -> None:
        deadline = self._agent.deadline
        if self._timer is not None and self._timer.when() != deadline:
            self._timer.cancel()
            self._timer = None
        if self._timer is None and deadline is not None:
            self._timer = asyncio.get_running_loop().call_at(deadline, self._expired)

    def _carry_out(self, output: told.Output) -> None:
        match output:
            case told.Transmit(data, peer):
                self._post(data, peer)
            case told.Dropped(reason, peer):
                self.counts[f"dropped_{reason}"] += 1
                if reason == "wrong credentials":
                    self._sockets.blame(peer)
            case told.CallOffered():
                self._offered(output)
            case told.HopNamed():
                self._start(self._reach(output), "sip-reach")
            case told.Registered() | told.RegistrationFailed() | told.Unregistered() | told.OptionsAnswered():
                self.counts[type(output).__name__] += 1
                self.trunks.told(output)
            case _:
                self._happened(output)

    async def _reach(self, named: told.HopNamed) -> None:
        peer = await self._hunt.reach(named.uri)
        if peer is not None:
            self.send(sip.Reach(named.call, named.uri, peer))

    def _happened(self, output: CallOutput | told.TransferRequested | told.ReferSettled | told.BindingChanged) -> None:
        self.counts[type(output).__name__] += 1
        if isinstance(output, told.BindingChanged):
            return
        if isinstance(output, told.CallCancelled | told.CallEnded | told.CallFailed):
            self.trunks.ended(output.call)
        self._parties.take(output)

    def _offered(self, offered: told.CallOffered) -> None:
        self.counts["CallOffered"] += 1
        admitted = self.trunks.admit(offered, self._clock())
        if isinstance(admitted, Refuse):
            log.info("call not let in", peer=offered.peer.host, reason=admitted.reason)
            self.send(refusing(offered.call, admitted))
            return
        old = self._parties.replacing(offered) if offered.replaces else None
        if offered.replaces and old is None:
            return
        encoding = None if old is None else old.encoding
        own = MediaPolicy(self._settings.codecs, self._settings.digits, self._settings.security)
        line = replace(self._line(offered.peer, admitted.media or own, encoding), credentials=admitted.credentials)
        context = read_context(offered.from_, offered.headers, trusted=admitted.trusted)
        party = Party(context.caller.shown, context.caller.shown_name)
        leg = RtpLeg(offered.call, party, line, offered.sdp)
        peer = f"{offered.peer.transport}:{offered.peer.host}:{offered.peer.port}"
        try:
            outcome = leg.reserve()
            self._parties.add(offered.call, leg)
            if not self._has_audio(offered, outcome, line.place):
                return
            if old is not None:
                self._parties.replace(offered.replaces, old, leg)
                return
            by = admitted.tenant, admitted.name
            self._accept(CallOffer(leg, admitted.dialled, "phone_gateway", peer, context, *by))
        except Unavailable as error:
            self.counts[f"refused_{error.code}"] += 1
            log.warning("call cannot be taken", peer=peer, reason=error.code, problem=str(error))
            self.send(refusing(offered.call, Refuse("overloaded")))

    def _has_audio(
        self, offered: told.CallOffered, outcome: Agreement | Unacceptable | None, place: MediaPlace
    ) -> bool:
        """Whether there is audio that both sides can use; a call without is refused."""
        keys_travel = place.policy.security != "never" and not place.browser  # in our offer, if they made none
        if isinstance(outcome, Unacceptable):
            log.info("call without usable audio", peer=offered.peer.host, reason=outcome.reason)
            warning = {"Warning": f'399 switchroom "{outcome.reason}"'}
            self.send(sip.Refuse(offered.call, outcome.status, headers=warning))
            return False
        if outcome is not None:
            keys_travel = outcome.keys is not None
        if keys_travel:
            self._mind_keys(offered.peer)
        return True

    def _mind_keys(self, peer: Peer) -> None:
        """Count keys that whoever carries our signalling can read; said once, since it is a matter of settings."""
        if peer.transport in SECURE:
            return
        if not self.counts["keys_in_clear"]:
            log.warning("srtp keys travel over sip without tls", host=peer.host)
        self.counts["keys_in_clear"] += 1

    def _post(self, data: bytes, peer: Peer) -> None:
        if self._sockets.send(data, peer):
            return
        if self._tasks is None:
            self.counts["not_running"] += 1
            return
        self._tasks.create_task(self._sockets.connect(peer), name="sip-connect")
