"""What a datagram costs that nobody should hear: a scanner's, a banned source's and a flood's, over a real UDP socket.

A batch is put into the kernel's queue first; then the CPU time is taken until the event loop has dealt with all of it. For
comparison the same of an OPTIONS that is answered.
"""

import argparse
import asyncio
import os
import socket
import time

from bench.figures import Figures, calibrate, gathered, share, show
from switchroom.settings import SipSettings
from switchroom.transports.sip.endpoint import SipEndpoint
from switchroom.transports.sip.wire.guard import FAILURES

_BATCH = 200
_BATCHES = 20
_WARM = 3
_PLAIN = "Telephone 1.5"
_TOOL = "friendly-scanner"


def _options(number: int, agent: str) -> bytes:
    return (
        f"OPTIONS sip:100@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.66:5060;branch=z9hG4bK-{number};rport\r\n"
        f"From: <sip:100@1.1.1.1>;tag={number}\r\nTo: <sip:100@1.1.1.1>\r\nCall-ID: {number}@127.0.0.66\r\n"
        "CSeq: 1 OPTIONS\r\nMax-Forwards: 70\r\nContact: <sip:100@127.0.0.66:5060>\r\nAccept: application/sdp\r\n"
        f"User-Agent: {agent}\r\nContent-Length: 0\r\n\r\n"
    ).encode()


async def _cost(endpoint: SipEndpoint, sender: socket.socket, agent: str, what: str) -> float:
    """Return the microseconds of CPU that a datagram costs which is counted as ``what``."""
    taken: list[float] = []
    for batch in range(_BATCHES):
        for number in range(_BATCH):
            sender.sendto(_options(batch * _BATCH + number, agent), endpoint.address)
        wanted = endpoint.counters().get(what, 0) + _BATCH
        before = time.process_time_ns()
        while endpoint.counters().get(what, 0) < wanted:  # noqa: ASYNC110 - the loop itself is what is measured
            await asyncio.sleep(0)
        taken.append((time.process_time_ns() - before) / 1e3 / _BATCH)
    return share(taken[_WARM:], 0.5)


async def _measure() -> list[tuple[str, float, str]]:
    endpoint = SipEndpoint(SipSettings(host="127.0.0.1", port=0), lambda _: None)
    await endpoint.open()
    serving = asyncio.get_running_loop().create_task(endpoint.run())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind(("127.0.0.66", 0))
        found = [("answered_options", await _cost(endpoint, sender, _PLAIN, "received"), "us CPU")]
        found.append(("dropped_scanner", await _cost(endpoint, sender, _TOOL, "scanner"), "us CPU"))
        endpoint.guard.spared = lambda _: False
        for _ in range(FAILURES):
            endpoint.guard.blame("127.0.0.66", asyncio.get_running_loop().time())
        found.append(("dropped_banned", await _cost(endpoint, sender, _PLAIN, "banned"), "us CPU"))
    serving.cancel()
    await asyncio.wait([serving])
    return found


def measure() -> Figures:
    """Measure."""
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    before = calibrate()
    found = asyncio.run(_measure())
    return Figures(
        "storm", {"batch": _BATCH}, gathered([*found, ("calibration", (before + calibrate()) / 2, "ms CPU")])
    )


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    show(measure(), as_json=parser.parse_args().json)


if __name__ == "__main__":
    main()
