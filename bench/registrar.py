"""The registrar: what a refresh costs, what an idle registration holds, and how many a second one core keeps up with.

Every refresh proves who it is by digest. In the core alone: with a nonce that is still good (one request), and with one that has
run out (401, then the proof), which is what telephones that refresh twice an hour send. Over sockets: the whole endpoint in a
process of its own on another CPU, and telephones that each REGISTER, are challenged, prove it and are answered, so many at a
time. Memory is the growth of the process, divided by the registrations, once nothing but they is left.
"""

import argparse
import asyncio
import gc
import itertools
import os
import resource
import socket
import subprocess
import sys
import time
from collections.abc import Callable

from bench.engine import ROOT, memory
from bench.figures import Figures, calibrate, gathered, share, show
from switchroom.settings import SipSettings
from switchroom.sip.agent import UserAgent
from switchroom.sip.authentication.digest import answer, ha1, read_challenge
from switchroom.sip.config import AgentConfig
from switchroom.sip.outputs import Transmit
from switchroom.sip.peer import Peer
from switchroom.transports.sip.endpoint import SipEndpoint
from switchroom.transports.sip.trunks.accounts import Accounts

_IDLE = 10_000
_BATCH = 100
_SECONDS = 2.0
_AT_ONCE = 64
_REALM = "acme.sip.local"
_PATIENCE = 5.0


def _known(user: str, realm: str, algorithm: str) -> str | None:
    """Return the hash that a table of accounts would hold; made once, as it would be."""
    kept = _HASHES.get((user, algorithm))
    if kept is None:
        kept = _HASHES[user, algorithm] = ha1(user, realm, "secret", algorithm)
    return kept


_HASHES: dict[tuple[str, str], str] = {}


def register(number: int, turn: int, proof: str = "", port: int = 5060) -> bytes:
    """Return the REGISTER of one of many telephones."""
    user, host = f"user{number}", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"
    uri = f"sip:{user}@{_REALM}"
    lines = [
        f"REGISTER sip:{_REALM} SIP/2.0",
        f"Via: SIP/2.0/UDP {host}:{port};branch=z9hG4bK{number:x}x{turn:x};rport",
        f"From: <{uri}>;tag=f{number:x}",
        f"To: <{uri}>",
        f"Call-ID: {number:08x}-3f1a-4b7e-9c55-registrations@{host}",
        f"CSeq: {turn} REGISTER",
        f'Contact: <sip:{user}@{host}:{port}>;+sip.instance="<urn:uuid:00000000-0000-4000-8000-{number:012x}>";reg-id=1',
        "Max-Forwards: 70",
        "User-Agent: Desk phone 3.2.1",
        "Supported: path, outbound",
        "Expires: 3600",
        *([f"Authorization: {proof}"] if proof else []),
        "Content-Length: 0",
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def _prove(refusal: bytes, number: int, count: int = 1) -> str:
    line = next(line for line in refusal.decode().split("\r\n") if line.lower().startswith("www-authenticate:"))
    challenge = read_challenge(line.partition(":")[2])
    assert challenge is not None, refusal
    return answer(challenge, f"user{number}", "secret", ("REGISTER", f"sip:{_REALM}"), "c0ffee", count)


class Core:
    """A registrar without sockets, and telephones whose requests are made before the clock runs."""

    def __init__(self, algorithm: str = "MD5") -> None:
        numbers = itertools.count(1)
        config = AgentConfig(
            lambda _: ("192.0.2.1", 5060),
            realm_of=lambda _host: _REALM,
            ha1=_known,
            challenged=lambda _request, _peer: True,
            algorithms=(algorithm,),
            registrar=True,
        )
        self.agent = UserAgent(config, lambda: f"{next(numbers):016x}")
        self.now = 1000.0
        self._turn = 0

    def hear(self, data: bytes, number: int) -> bytes:
        """Give it a request of a telephone and return the answer."""
        peer = Peer("udp", f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}", 5060)
        return next(output.data for output in self.agent.receive(data, peer, self.now) if isinstance(output, Transmit))

    def register(self, number: int) -> None:
        """Register a telephone, by two requests."""
        self._turn += 2
        refusal = self.hear(register(number, self._turn - 1), number)
        reply = self.hear(register(number, self._turn, _prove(refusal, number)), number)
        assert reply.startswith(b"SIP/2.0 200"), reply

    def rest(self) -> None:
        """Let everything but the registrations run out."""
        self.now += 40.0
        while self.agent.deadline is not None and self.agent.deadline <= self.now:
            self.agent.expire(self.now)

    def refresh(self, *, stale: bool) -> float:
        """Refresh a batch of telephones; return the microseconds of CPU that each cost."""
        self._turn += 2
        proofs = [
            _prove(self.hear(register(number, self._turn - 1), number), number, self._turn) for number in range(_BATCH)
        ]
        first = [register(number, self._turn - 1) for number in range(_BATCH)] if stale else []
        work = [register(number, self._turn, proof) for number, proof in enumerate(proofs)]
        before = time.process_time_ns()
        for number, data in enumerate(first):
            self.hear(data, number)
        for number, data in enumerate(work):
            self.hear(data, number)
        taken = (time.process_time_ns() - before) / 1e3 / _BATCH
        self.rest()
        return taken


def _median(work: Callable[[], float]) -> float:
    taken: list[float] = []
    started = time.monotonic()
    while time.monotonic() - started < _SECONDS:
        taken.append(work())
    return share(taken, 0.5)


def idle_memory(idle: int) -> float:
    """Return the KiB by which this process grows for each of many idle registrations."""
    core = Core()
    for number in range(500):
        core.register(number)
    core.rest()
    gc.collect()
    before = memory(os.getpid())
    for number in range(500, 500 + idle):
        core.register(number)
        if number % 1000 == 0:
            core.rest()
    core.rest()
    gc.collect()
    return (memory(os.getpid()) - before) * 1024 / idle


async def _serve() -> None:
    """Be the endpoint: print the port, and the CPU seconds so far for every line that comes in."""
    accounts = Accounts(_known, lambda _host: _REALM)
    endpoint = SipEndpoint(SipSettings(host="127.0.0.1", port=0), lambda _: None, accounts)
    endpoint.guard.spared = lambda _: True
    await endpoint.open()
    serving = asyncio.get_running_loop().create_task(endpoint.run())
    print(endpoint.address[1], flush=True)
    while await asyncio.to_thread(sys.stdin.readline):
        used = resource.getrusage(resource.RUSAGE_SELF)
        print(used.ru_utime + used.ru_stime, endpoint.registered, flush=True)
    serving.cancel()
    await asyncio.wait([serving])


def _load(port: int, refreshes: int) -> float:
    """Refresh so many telephones over one socket; return the seconds that it took."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind(("127.0.0.1", 0))
        line.connect(("127.0.0.1", port))
        line.settimeout(_PATIENCE)
        ours = line.getsockname()[1]
        asked, done = 0, 0
        started = time.monotonic()
        for _ in range(min(_AT_ONCE, refreshes)):
            line.send(register(asked % _IDLE, 2 * asked + 1, port=ours))
            asked += 1
        while done < refreshes:
            reply = line.recv(4096)
            turn = int(reply.partition(b"CSeq: ")[2].split()[0])
            number = (turn - 1) // 2 % _IDLE
            if reply.startswith(b"SIP/2.0 401"):
                line.send(register(number, turn + 1, _prove(reply, number), ours))
                continue
            assert reply.startswith(b"SIP/2.0 200"), reply
            done += 1
            if asked < refreshes:
                line.send(register(asked % _IDLE, 2 * asked + 1, port=ours))
                asked += 1
        return time.monotonic() - started


def over_sockets(refreshes: int) -> list[tuple[str, float, str]]:
    """Measure the endpoint in a process of its own."""
    cpus = sorted(os.sched_getaffinity(0))
    with subprocess.Popen(
        [sys.executable, "-m", "bench.registrar", "--serve"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        said, heard = program.stdin, program.stdout
        assert said is not None
        assert heard is not None
        port = int(heard.readline())
        os.sched_setaffinity(program.pid, {cpus[0]})
        os.sched_setaffinity(0, {cpus[-1]})

        def used() -> float:
            print("", file=said, flush=True)
            return float(heard.readline().split()[0])

        before = used()
        seconds = _load(port, refreshes)
        cpu = used() - before
        said.close()
        program.wait(timeout=30)
        os.sched_setaffinity(0, set(cpus))
    return [
        ("over_udp_refreshes_per_second", refreshes / seconds, "refreshes, beside whatever else runs"),
        ("over_udp_cpu_per_refresh", cpu * 1e6 / refreshes, "us CPU"),
        ("over_udp_refreshes_per_cpu_second", refreshes / cpu, "refreshes on one core"),
    ]


def measure(idle: int, refreshes: int) -> Figures:
    """Measure."""
    held = idle_memory(idle)
    before = calibrate()
    md5, sha = Core(), Core("SHA-256")
    fresh, stale = _median(lambda: md5.refresh(stale=False)), _median(lambda: md5.refresh(stale=True))
    found = [
        ("refresh_with_a_good_nonce", fresh, "us CPU"),
        ("refresh_by_401_and_proof", stale, "us CPU"),
        ("refresh_by_sha_256", _median(lambda: sha.refresh(stale=False)), "us CPU"),
        *over_sockets(refreshes),
        ("memory_per_idle_registration", held, "KiB"),
        ("calibration", (before + calibrate()) / 2, "ms CPU"),
    ]
    return Figures("registrar", {"idle": idle, "refreshes": refreshes}, gathered(found))


def main() -> None:
    """Run as a command."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--idle", type=int, default=_IDLE, help="how many registrations to hold")
    parser.add_argument("--refreshes", type=int, default=20_000, help="how many over sockets")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        asyncio.run(_serve())
        return
    show(measure(given.idle, given.refreshes), as_json=given.json)


if __name__ == "__main__":
    main()
