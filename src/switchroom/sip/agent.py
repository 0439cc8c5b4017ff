"""The SIP user agent: bytes and commands in, bytes and events out, with ``now`` given and no I/O of its own.

outputs = agent.receive(data, peer, now)      a datagram, or one message framed by stream.StreamFraming
outputs = agent.send(command, now)
outputs = agent.unreachable(peer, now)        the hop failed: port unreachable, connection refused or lost
outputs = agent.expire(now)                   call it when ``agent.deadline`` has passed
"""

from collections.abc import Callable

from switchroom.sip.commands import Command
from switchroom.sip.config import AgentConfig
from switchroom.sip.outputs import Output
from switchroom.sip.peer import Peer


class UserAgent:
    """One SIP element: caller, callee and, if so configured, registrar. ``token()`` gives fresh unguessable text."""

    def __init__(self, config: AgentConfig, token: Callable[[], str]) -> None:
        self._config = config
        self._token = token

    @property
    def deadline(self) -> float | None:
        """When ``expire`` has something to do; None: not before the next input."""
        raise NotImplementedError

    def receive(self, data: bytes, peer: Peer, now: float) -> list[Output]:
        """Take one datagram or one framed stream message. Never raises for anything ``data`` may hold."""
        raise NotImplementedError

    def send(self, command: Command, now: float) -> list[Output]:
        """Do what the driver asks. Raises Invalid for a URI that is none."""
        raise NotImplementedError

    def unreachable(self, peer: Peer, now: float) -> list[Output]:
        """Everything under way to ``peer`` has failed."""
        raise NotImplementedError

    def expire(self, now: float) -> list[Output]:
        """Let every timer run out that is due."""
        raise NotImplementedError
