"""The SIP core alone: a typical INVITE parsed and written, and whole calls between two user agents with a list as the wire."""

import argparse
import itertools
import os
import time
from collections.abc import Callable

from bench.figures import Figures, calibrate, gathered, share, show
from switchroom.sip import commands
from switchroom.sip.agent import UserAgent
from switchroom.sip.config import AgentConfig
from switchroom.sip.description.offer import LocalAudio, make_offer
from switchroom.sip.messages.message import Request, parse
from switchroom.sip.outputs import CallAnswered, CallEnded, CallOffered, Output, Transmit
from switchroom.sip.peer import Peer

_SECONDS = 1.0
_BATCH = 50
_CALLER, _CALLED = Peer("udp", "192.0.2.1", 5060), Peer("udp", "192.0.2.2", 5060)
_OFFER = make_offer(LocalAudio("192.0.2.1", 20000))

INVITE = (
    "INVITE sip:+15550100@192.0.2.2:5060;transport=udp SIP/2.0\r\n"
    "Via: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKa7c6a8dlze.1;received=192.0.2.9;rport=5060\r\n"
    "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK776asdhds;rport\r\n"
    "Record-Route: <sip:192.0.2.9;lr>\r\n"
    'From: "Anna Smith" <sip:+15550123@carrier.example>;tag=1928301774\r\n'
    "To: <sip:+15550100@carrier.example>\r\n"
    "Call-ID: a84b4c76e66710@192.0.2.1\r\n"
    "CSeq: 314159 INVITE\r\n"
    "Contact: <sip:+15550123@192.0.2.1:5060;transport=udp>\r\n"
    "Max-Forwards: 69\r\n"
    "Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE, REFER, NOTIFY\r\n"
    "Supported: timer, replaces, 100rel\r\n"
    "P-Asserted-Identity: <sip:+15550123@carrier.example>\r\n"
    "User-Agent: Carrier SBC 9.2\r\n"
    "Content-Type: application/sdp\r\n"
    f"Content-Length: {len(_OFFER)}\r\n\r\n{_OFFER}"
).encode()


class Wire:
    """Two user agents whose datagrams go from one list to the other, at a time that stands still."""

    def __init__(self) -> None:
        numbers = itertools.count(1)
        self._agents = {
            _CALLER: UserAgent(AgentConfig(lambda _: ("192.0.2.1", 5060)), lambda: f"a{next(numbers):x}"),
            _CALLED: UserAgent(AgentConfig(lambda _: ("192.0.2.2", 5060)), lambda: f"b{next(numbers):x}"),
        }
        self._now = 0.0
        self._calls = 0
        self.messages = 0

    def call(self) -> None:
        """Make one call: INVITE, 100, 200, ACK, BYE, 200."""
        self._calls += 1
        call = f"call_{self._calls}"
        invite = commands.Invite(call, "sip:demo@192.0.2.2", "sip:anna@192.0.2.1", _CALLED, _OFFER)
        told = self._send(_CALLER, invite)
        offered = next(output for output in told if isinstance(output, CallOffered))
        told = self._send(_CALLED, commands.Answer(offered.call, make_offer(LocalAudio("192.0.2.2", 20002))))
        assert any(isinstance(output, CallAnswered) for output in told), told
        told = self._send(_CALLER, commands.HangUp(call))
        assert sum(isinstance(output, CallEnded) for output in told) == 2, told

    def rest(self) -> None:
        """Let all timers of calls that are over run out."""
        self._now += 64.0
        for agent in self._agents.values():
            while agent.deadline is not None and agent.deadline <= self._now:
                agent.expire(self._now)

    def _send(self, sender: Peer, command: commands.Command) -> list[Output]:
        waiting = [(sender, output) for output in self._agents[sender].send(command, self._now)]
        told: list[Output] = []
        while waiting:
            at, output = waiting.pop(0)
            told.append(output)
            if isinstance(output, Transmit):
                self.messages += 1
                there = _CALLED if at is _CALLER else _CALLER
                waiting += [(there, more) for more in self._agents[there].receive(output.data, at, self._now)]
        return told


def _microseconds(work: Callable[[], object]) -> float:
    """Return the CPU time of one piece of work, the median of many batches."""
    taken: list[float] = []
    started = time.monotonic()
    while time.monotonic() - started < _SECONDS:
        before = time.process_time_ns()
        for _ in range(_BATCH):
            work()
        taken.append((time.process_time_ns() - before) / 1e3 / _BATCH)
    return share(taken, 0.5)


def measure() -> Figures:
    """Measure."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    before = calibrate()
    invite = parse(INVITE)
    assert isinstance(invite, Request), invite
    wire = Wire()
    wire.call()
    messages = wire.messages

    def call() -> None:
        wire.call()

    taken: list[float] = []
    started = time.monotonic()
    while time.monotonic() - started < 2 * _SECONDS:
        at = time.process_time_ns()
        for _ in range(_BATCH):
            call()
        wire.rest()
        taken.append((time.process_time_ns() - at) / 1e3 / _BATCH)
    both = share(taken, 0.5)
    found = [
        ("parse_invite", _microseconds(lambda: parse(INVITE)), "us"),
        ("write_invite", _microseconds(invite.encode), "us"),
        ("call_both_sides", both, "us"),
        ("messages_per_call", float(messages), "messages"),
        ("calls_per_second", 2e6 / both, "calls of one side on one core"),
        ("calibration", (before + calibrate()) / 2, "ms CPU"),
    ]
    return Figures("sip", {"invite_bytes": len(INVITE)}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    show(measure(), as_json=parser.parse_args().json)


if __name__ == "__main__":
    main()
