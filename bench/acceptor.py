"""The process under measurement for ``bench.arrivals``: the SIP endpoint with somebody behind it who only answers.

Everything that SIP costs is done as in the program (sockets, user agent, a pair of RTP ports bound per call, offer and answer);
there is no media plane, no session and no journal. It prints its port, serves until it reads a line, and prints what it noticed.
With an argument it writes a profile there.
"""

import asyncio
import contextlib
import cProfile
import gc
import json
import logging
import resource
import sys
from dataclasses import dataclass

import structlog

from switchroom.ports import Answer, CallOffer, Left, Ring, Signal
from switchroom.settings import SipSettings
from switchroom.transports.sip.endpoint import SipEndpoint

_FIRST_PORT, _LAST_PORT = 10_000, 31_998  # each rests for ten seconds after use


@dataclass(slots=True)
class Acceptor:
    """Answers every call."""

    answered: int = 0
    left: int = 0

    async def serve(self, offers: "asyncio.Queue[CallOffer]") -> None:
        """Take calls, one task each, as the switchboard does."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._take(await offers.get()))

    async def _take(self, offer: CallOffer) -> None:
        offer.leg.attach(self._report)
        await offer.leg.do(Ring())
        await offer.leg.do(Answer())
        self.answered += 1

    def _report(self, signal: Signal) -> None:
        self.left += isinstance(signal, Left)


def used() -> float:
    """Return the CPU seconds of this process so far."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


async def serve() -> None:
    """Run until standard input ends; a line on it asks for a report, with ``objects`` on it also for how many there are."""
    acceptor = Acceptor()
    offers: asyncio.Queue[CallOffer] = asyncio.Queue()
    settings = SipSettings(host="127.0.0.1", port=0, rtp_first=_FIRST_PORT, rtp_last=_LAST_PORT)
    endpoint = SipEndpoint(settings, offers.put_nowait)
    await endpoint.open()
    async with asyncio.TaskGroup() as tasks:
        served = [tasks.create_task(endpoint.run()), tasks.create_task(acceptor.serve(offers))]
        print(json.dumps({"port": endpoint.address[1]}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            report = {"cpu": used(), "answered": acceptor.answered, "left": acceptor.left, "open": endpoint.calls}
            gc.collect()
            if line.strip() == "objects":
                report["objects"] = len(gc.get_objects())
                report["tasks"] = len(asyncio.all_tasks())
            print(json.dumps({**report, "counts": dict(endpoint.counters())}), flush=True)
        for task in served:
            task.cancel()


def main() -> None:
    """Serve; the only argument is where to write a profile."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    profile = cProfile.Profile() if len(sys.argv) > 1 else None
    with profile or contextlib.nullcontext():
        asyncio.run(serve())
    if profile is not None:
        profile.dump_stats(sys.argv[1])


if __name__ == "__main__":
    main()
