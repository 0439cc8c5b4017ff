"""SRTP alone: what a packet of 20 ms costs more when it is sealed by one end of a hundred calls and opened by the other."""

import argparse
import os
import socket
import time

from bench.figures import Figures, calibrate, gathered, share, show
from switchroom.media.rtp import RtpPacket
from switchroom.sip.description.crypto import LENGTHS, Key, KeyPair, Suite
from switchroom.transports.sip.media.ports import MediaSockets
from switchroom.transports.sip.media.srtp import SecuredSockets, fresh_keys

_CALLS = 100
_ROUNDS = 200
_PER_SECOND = 50  # packets, each way


class Pipe:
    """Both ends of the media of one call, over a pair of sockets."""

    def __init__(self, suite: Suite | None) -> None:
        here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._sockets = here, there
        # A connected pair takes no address with what is sent, and nothing goes through the control sockets.
        self.near = SecuredSockets(MediaSockets(_Connected(here), here, 0))  # type: ignore[arg-type]
        self.far = SecuredSockets(MediaSockets(there, there, 0))
        if suite is not None:
            keys = {key.suite: key for key in fresh_keys("require")}
            self.secure(keys[suite])
        self._sequence = 0

    def secure(self, key: Key) -> None:
        """Give both ends a key."""
        self.near.secure(KeyPair(1, key, key))
        self.far.secure(KeyPair(1, key, key))

    def carry(self) -> None:
        """Send 20 ms from one end to the other."""
        self._sequence += 1
        packet = RtpPacket(0, self._sequence & 0xFFFF, 160 * self._sequence, 7, b"\x55" * 160).build()
        self.near.rtp.sendto(packet, ("", 0))
        assert self.far.rtp.recvmsg(2048, 64)[0] == packet

    def close(self) -> None:
        """Close both ends."""
        for end in self._sockets:
            end.close()


class _Connected:
    """A socket that has one place to send to."""

    def __init__(self, bare: socket.socket) -> None:
        self._send = bare.send

    def sendto(self, data: bytes, _address: tuple[str, int], /) -> int:
        return self._send(data)


def costs() -> dict[Suite, float]:
    """Return by suite how many microseconds of CPU a packet costs more: the median over rounds, each against one in the clear."""
    kinds: tuple[Suite | None, ...] = (None, *LENGTHS)
    pipes = {suite: [Pipe(suite) for _ in range(_CALLS)] for suite in kinds}
    taken: dict[Suite | None, list[float]] = {suite: [] for suite in kinds}
    for _ in range(_ROUNDS):
        for suite in kinds:
            before = time.process_time_ns()
            for pipe in pipes[suite]:
                pipe.carry()
            taken[suite].append((time.process_time_ns() - before) / 1e3 / _CALLS)
    for pipe in (pipe for some in pipes.values() for pipe in some):
        pipe.close()
    return {
        suite: share([with_it - bare for with_it, bare in zip(taken[suite], taken[None], strict=True)], 0.5)
        for suite in LENGTHS
    }


def beginning() -> float:
    """Return microseconds of CPU until both ends of a call have drawn and taken their keys."""
    pipe = Pipe(None)
    taken: list[float] = []
    for _ in range(_ROUNDS):
        before = time.process_time_ns()
        for _ in range(_CALLS):
            pipe.secure(fresh_keys("require")[0])
        taken.append((time.process_time_ns() - before) / 1e3 / _CALLS)
    pipe.close()
    return share(taken, 0.5)


def measure() -> Figures:
    """Measure every suite against no encryption."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    before = calibrate()
    added = costs()
    found = [(f"{suite}_seal_and_open", value, "us per packet") for suite, value in added.items()]
    usual = added["AES_CM_128_HMAC_SHA1_80"]
    found += [
        ("added_per_call_second", usual * _PER_SECOND / 1e3, "ms, AES_CM_128_HMAC_SHA1_80, both ways"),
        ("keys_of_a_call", beginning(), "us for both ends"),
        ("calibration", (before + calibrate()) / 2, "ms CPU"),
    ]
    return Figures("srtp", {"calls": _CALLS}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    show(measure(), as_json=parser.parse_args().json)


if __name__ == "__main__":
    main()
