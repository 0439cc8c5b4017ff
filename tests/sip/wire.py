"""Two real user agents and a wire between them: a list that can drop, delay and duplicate what it carries."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from switchroom.sip.agent import UserAgent
from switchroom.sip.commands import NO_HEADERS, Answer, Command, Credentials, Invite
from switchroom.sip.config import AgentConfig
from switchroom.sip.outputs import CallOffered, Output, Transmit
from switchroom.sip.peer import Peer, Transport

ALICE, BOB = "192.0.2.1", "192.0.2.2"
DELAY = 0.01


def counted(prefix: str) -> Callable[[], str]:
    """Return tokens that a test can foresee."""
    count = 0

    def token() -> str:
        nonlocal count
        count += 1
        return f"{prefix}{count}"

    return token


@dataclass
class End:
    """One user agent with its inbox and what it told its driver."""

    agent: UserAgent
    host: str
    told: list[Output] = field(default_factory=list)

    def heard(self, *kinds: type) -> list[Output]:
        """Return what the driver was told, of these kinds only if any are given."""
        return [output for output in self.told if not kinds or isinstance(output, kinds)]


class Wire:
    """Carries messages between ends in virtual time. ``fate(data, count)`` gives the delays at which copies arrive."""

    def __init__(self, transport: Transport = "udp", **config: object) -> None:
        self.now = 1000.0
        self.transport: Transport = transport
        self.alice = self._end(ALICE, "a", {})
        self.bob = self._end(BOB, "b", config)
        self.sent: list[tuple[str, bytes]] = []
        self.fate: Callable[[bytes, int], Iterable[float]] = lambda _data, _count: (DELAY,)
        self.rewrite: Callable[[bytes], bytes] = lambda data: data  # a proxy that meddles
        self._air: list[tuple[float, int, str, str, bytes]] = []

    def _end(self, host: str, prefix: str, config: dict[str, object]) -> End:
        settings = AgentConfig(local=lambda _peer: (host, 5060), secret=b"secret", **config)  # type: ignore[arg-type]
        return End(UserAgent(settings, counted(prefix)), host)

    def peer(self, host: str) -> Peer:
        """Return how the other end sees ``host``."""
        return Peer(self.transport, host, 5060, 0 if self.transport == "udp" else 7)

    def do(self, end: End, command: Command) -> None:
        """Give a command and let nothing travel yet."""
        self._carry(end, end.agent.send(command, self.now))

    def call(
        self,
        sdp: str | None = "offer",
        credentials: Credentials | None = None,
        headers: Mapping[str, str] = NO_HEADERS,
    ) -> None:
        """Alice calls Bob."""
        target, sender = f"sip:bob@{BOB}", f"sip:alice@{ALICE}"
        self.do(self.alice, Invite("out", target, sender, self.peer(BOB), sdp, "Alice", credentials, headers))

    def _carry(self, end: End, outputs: list[Output]) -> None:
        for output in outputs:
            if not isinstance(output, Transmit):
                end.told.append(output)
                continue
            data = self.rewrite(output.data)
            self.sent.append((end.host, data))
            for delay in self.fate(data, len(self.sent)):
                self._air.append((self.now + delay, len(self._air), end.host, output.peer.host, data))

    def run(self, seconds: float = 1.0) -> None:
        """Let time pass: messages arrive and timers ring in their order."""
        end_of_run = self.now + seconds
        while (at := self._next()) is not None and at <= end_of_run:
            self.now = max(self.now, at)
            self._step()
        self.now = end_of_run

    def _next(self) -> float | None:
        deadlines = [end.agent.deadline for end in (self.alice, self.bob)] + [entry[0] for entry in self._air]
        return min((at for at in deadlines if at is not None), default=None)

    def _step(self) -> None:
        due = [entry for entry in self._air if entry[0] <= self.now]
        self._air = [entry for entry in self._air if entry[0] > self.now]
        for _, _, source, target, data in sorted(due):
            end = self.alice if target == ALICE else self.bob
            self._carry(end, end.agent.receive(data, self.peer(source), self.now))
        for end in (self.alice, self.bob):
            if end.agent.deadline is not None and end.agent.deadline <= self.now:
                self._carry(end, end.agent.expire(self.now))

    def flow(self) -> list[str]:
        """Return what travelled, as a ladder: ``alice INVITE``, ``bob 200 INVITE``."""
        return [f"{'alice' if host == ALICE else 'bob'} {summary(data)}" for host, data in self.sent]

    def quiet(self) -> bool:
        """Whether nothing is left: no message, no timer."""
        return self._next() is None


def summary(data: bytes) -> str:
    """Return the method, or status and method, of a message."""
    lines = data.decode().split("\r\n")
    words = lines[0].split(" ")
    if words[0] != "SIP/2.0":
        return words[0]
    method = next(line for line in lines if line.startswith("CSeq")).split(" ")[-1]
    return f"{words[1]} {method}"


def offered(end: End) -> str:
    """Return the name of the call that ``end`` was offered last."""
    offers = [output for output in end.told if isinstance(output, CallOffered)]
    return offers[-1].call


def talking(wire: Wire, sdp: str | None = "offer") -> str:
    """Let Alice call Bob and Bob answer; return Bob's name of the call."""
    wire.call(sdp)
    wire.run(0.1)
    name = offered(wire.bob)
    wire.do(wire.bob, Answer(name, "answer"))
    wire.run(0.1)
    return name
