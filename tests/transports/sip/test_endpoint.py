"""Two endpoints calling each other over loopback: real sockets, ticks by hand."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from switchroom.errors import NotFound, SwitchroomError, Unavailable
from switchroom.media.g711 import decode_ulaw, encode_ulaw
from switchroom.ports import Answer, CallOffer, Digit, HangUp, Left, Leg, Refuse, Ring, SendDigits, Signal
from switchroom.settings import SipSettings
from switchroom.sip.description.offer import LocalAudio, make_offer
from switchroom.sip.description.policy import MediaPolicy, Security
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from switchroom.transports.sip.wire.certificates import self_signed
from switchroom.transports.sip.wire.locating import Naptr, Resolver, Srv
from tests.interop.ports import free_block
from tests.interop.sound import pitch
from tests.sip.texts import request
from tests.virtual_time import run_real


def tone(frequency: float) -> list[bytes]:
    """One second of a sine in payloads."""
    samples = (8000 * np.sin(2 * np.pi * frequency * np.arange(8000) / 8000)).astype(np.int16)
    return [encode_ulaw(part).tobytes() for part in samples.reshape(50, 160)]


@dataclass
class Desk:
    """An endpoint, the calls it was offered and what their legs reported."""

    endpoint: SipEndpoint
    offers: asyncio.Queue[CallOffer] = field(default_factory=asyncio.Queue)
    signals: list[Signal] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)
    accepting: Callable[[CallOffer], None] | None = None

    def accept(self, offer: CallOffer) -> None:
        (self.accepting or self.offers.put_nowait)(offer)

    @property
    def uri(self) -> str:
        host, port = self.endpoint.address
        return f"sip:demo@{host}:{port}"

    def watch(self, leg: Leg) -> None:
        leg.attach(self._report)

    def _report(self, signal: Signal) -> None:
        self.signals.append(signal)
        if isinstance(signal, Left):
            self.over.set()


@asynccontextmanager
async def desk(resolver: Resolver | None = None, more: Mapping[str, object] | None = None) -> AsyncIterator[Desk]:
    """An endpoint that is served until the context ends."""
    first = free_block(20)
    settings = SipSettings.model_validate(
        {"host": "127.0.0.1", "port": 0, "rtp_first": first, "rtp_last": first + 19, **(more or {})}
    )
    made: Desk
    endpoint = SipEndpoint(settings, lambda offer: made.accept(offer), resolver=resolver)
    made = Desk(endpoint)
    await endpoint.open()
    serving = asyncio.get_running_loop().create_task(endpoint.run())
    try:
        yield made
    finally:
        serving.cancel()
        await asyncio.wait([serving])
        endpoint.close()


@dataclass
class Pair:
    """A call that stands, seen from both ends."""

    caller: Leg
    callee: Leg
    calling: Desk
    called: Desk
    now: float = 0.0

    def talk(self, seconds: float = 1.0) -> tuple[bytes, bytes]:
        """Let the caller say 440 Hz and the callee 1000 Hz; return what the caller and the callee heard."""
        heard_by_caller, heard_by_callee = bytearray(), bytearray()
        for i in range(int(seconds * 50)):
            self.now += 0.02
            self.caller.speak(tone(440)[i % 50], self.now)
            self.callee.speak(tone(1000)[i % 50], self.now)
            heard_by_caller += self.caller.hear(self.now) or b""
            heard_by_callee += self.callee.hear(self.now) or b""
        return bytes(heard_by_caller), bytes(heard_by_callee)


def frequency(payload: bytes) -> float:
    return pitch(decode_ulaw(np.frombuffer(payload, np.uint8)))


async def connect(calling: Desk, called: Desk, uri: str | None = None) -> Pair:
    async with asyncio.TaskGroup() as tasks:
        dialling = tasks.create_task(calling.endpoint.dial(Dialling(uri or called.uri)))
        offer = await called.offers.get()
        called.watch(offer.leg)
        await offer.leg.do(Ring())
        await offer.leg.do(Answer())
    leg = dialling.result()
    calling.watch(leg)
    return Pair(leg, offer.leg, calling, called)


def with_desks(scenario: Callable[[Desk, Desk], Awaitable[None]]) -> None:
    async def main() -> None:
        async with asyncio.timeout(20.0), desk() as calling, desk() as called:
            await scenario(calling, called)
            assert (calling.endpoint.calls, called.endpoint.calls) == (0, 0)

    run_real(main())


async def hang_up(pair: Pair, who: Leg) -> None:
    await who.do(HangUp())
    await pair.calling.over.wait()
    await pair.called.over.wait()
    assert pair.calling.signals.count(Left("hangup")) == 1
    assert pair.called.signals.count(Left("hangup")) == 1


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_call_carries_both_voices(transport: str) -> None:
    async def scenario(calling: Desk, called: Desk) -> None:
        pair = await connect(calling, called, f"{called.uri};transport={transport}")
        to_caller, to_callee = pair.talk()
        assert len(to_caller) > 45 * 160 and len(to_callee) > 45 * 160
        assert frequency(to_caller) == pytest.approx(1000, abs=3)
        assert frequency(to_callee) == pytest.approx(440, abs=3)
        await hang_up(pair, pair.caller)
        assert pair.caller.media()["packets"] == 50

    with_desks(scenario)


def test_an_offer_says_who_calls_whom() -> None:
    async def scenario(calling: Desk, called: Desk) -> None:
        async with asyncio.TaskGroup() as tasks:
            host, port = called.endpoint.address
            dialling = Dialling(
                f"sip:+441234@{host}:{port}", sender="sip:bob@example.org", name="Bob", headers={"X-Case": "7"}
            )
            calls = tasks.create_task(calling.endpoint.dial(dialling))
            offer = await called.offers.get()
            called.watch(offer.leg)
            await offer.leg.do(Answer())
        calling.watch(calls.result())
        assert offer.dialled == "+441234"
        assert offer.leg.party.address == "sip:bob@example.org"
        assert offer.leg.party.name == "Bob"
        assert offer.context.headers["x-case"] == "7"
        assert offer.peer.startswith("udp:127.0.0.1:")
        await hang_up(Pair(calls.result(), offer.leg, calling, called), offer.leg)

    with_desks(scenario)


def test_the_called_side_hangs_up() -> None:
    async def scenario(calling: Desk, called: Desk) -> None:
        pair = await connect(calling, called)
        await hang_up(pair, pair.callee)

    with_desks(scenario)


@pytest.mark.parametrize(("security", "counted"), [("require", 1), ("offer", 1), ("never", 0)])
def test_keys_that_go_over_sip_without_tls_are_counted_by_both_sides(security: Security, counted: int) -> None:
    async def scenario(calling: Desk, called: Desk) -> None:
        dialling = Dialling(called.uri, policy=MediaPolicy(security=security))
        async with asyncio.TaskGroup() as tasks:
            dialled = tasks.create_task(calling.endpoint.dial(dialling))
            leg = (await called.offers.get()).leg
            called.watch(leg)
            await leg.do(Answer())
        assert [end.endpoint.counters().get("keys_in_clear", 0) for end in (calling, called)] == [counted, counted]
        await dialled.result().do(HangUp())
        await called.over.wait()

    with_desks(scenario)


@pytest.mark.parametrize(("refuse", "error"), [(Refuse("not_found"), NotFound), (Refuse("over_limit"), Unavailable)])
def test_a_refusal_reaches_who_dialled(refuse: Refuse, error: type[SwitchroomError]) -> None:
    async def scenario(calling: Desk, called: Desk) -> None:
        async def refusing() -> None:
            offer = await called.offers.get()
            called.watch(offer.leg)
            await offer.leg.do(refuse)

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(refusing())
            with pytest.raises(error):
                await calling.endpoint.dial(Dialling(called.uri))
        await called.over.wait()

    with_desks(scenario)


def test_a_call_that_nobody_can_take_yet_gets_a_final_answer() -> None:
    def closed(_: CallOffer) -> None:
        raise Unavailable("no calls are taken yet")

    async def scenario(calling: Desk, called: Desk) -> None:
        called.accepting = closed
        with pytest.raises(Unavailable, match="503"):
            await calling.endpoint.dial(Dialling(called.uri))
        await asyncio.sleep(0.05)

    with_desks(scenario)


def test_a_dial_that_is_given_up_cancels_the_ringing() -> None:
    async def scenario(calling: Desk, called: Desk) -> None:
        async with asyncio.TaskGroup() as tasks:
            rung = asyncio.Event()
            dialling = Dialling(called.uri, ringing=lambda _: rung.set())
            calls = tasks.create_task(calling.endpoint.dial(dialling))
            offer = await called.offers.get()
            called.watch(offer.leg)
            await offer.leg.do(Ring())
            await rung.wait()
            calls.cancel()
            await called.over.wait()
        assert called.signals == [Left("cancelled")]
        while calling.endpoint.calls:
            await asyncio.sleep(0.01)  # the 487 and its ACK

    with_desks(scenario)


def test_keys_arrive_from_both_sides() -> None:
    async def scenario(calling: Desk, called: Desk) -> None:
        pair = await connect(calling, called)
        await pair.caller.do(SendDigits("12"))
        await pair.callee.do(SendDigits("#"))
        pair.talk(1.0)
        assert [signal for signal in called.signals if isinstance(signal, Digit)] == [
            Digit("1", "rfc4733"),
            Digit("2", "rfc4733"),
        ]
        assert [signal for signal in calling.signals if isinstance(signal, Digit)] == [Digit("#", "rfc4733")]
        await hang_up(pair, pair.caller)

    with_desks(scenario)


def test_garbage_at_the_sip_port_disturbs_no_call() -> None:
    async def scenario(calling: Desk, called: Desk) -> None:
        pair = await connect(calling, called)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for garbage in (
                b"",
                b"\0" * 100,
                b"INVITE sip:x SIP/2.0\r\n\r\n",
                b"\xff" * 1400,
                b"GET / HTTP/1.1\r\n\r\n",
            ):
                stranger.sendto(garbage, called.endpoint.address)
        reader, writer = await asyncio.open_connection(*called.endpoint.address)
        writer.write(b"A" * 200_000)
        with pytest.raises((EOFError, ConnectionError)):
            await reader.readexactly(1)
        writer.close()
        counters = called.endpoint.counters()
        assert counters["stream_fault"] == 1
        assert sum(count for name, count in counters.items() if name.startswith("dropped")) >= 3
        _, to_callee = pair.talk()
        assert frequency(to_callee) == pytest.approx(440, abs=3)
        await hang_up(pair, pair.caller)

    with_desks(scenario)


@pytest.mark.parametrize("transport", ["udp", "tcp"])
def test_a_port_that_is_closed_fails_the_call_at_once(transport: str) -> None:
    async def scenario(calling: Desk, called: Desk) -> None:
        with pytest.raises(Unavailable, match="nothing listens"):
            await calling.endpoint.dial(Dialling(f"sip:demo@127.0.0.1:{free_block(2)};transport={transport}"))

    with_desks(scenario)


def test_a_taken_port_is_an_error_that_says_so() -> None:
    async def main() -> None:
        async with desk() as first:
            second = SipEndpoint(SipSettings(host="127.0.0.1", port=first.endpoint.address[1]), lambda _: None)
            with pytest.raises(Unavailable, match=r"cannot listen for SIP on 127\.0\.0\.1"):
                await second.open()

    run_real(main())


def test_a_call_over_tls_stands_and_is_heard(tmp_path: Path) -> None:
    pem = tmp_path / "here.pem"
    pem.write_bytes(self_signed(("127.0.0.1",)))

    async def main() -> None:
        secure = {"tls_port": 0, "certificates": tmp_path, "trust": pem}
        async with asyncio.timeout(20.0), desk(more=secure) as calling, desk(more=secure) as called:
            host, port = called.endpoint.addresses["tls"]
            pair = await connect(calling, called, f"sips:demo@{host}:{port}")
            heard_by_caller, heard_by_callee = pair.talk()
            assert frequency(heard_by_caller[4000:]) == pytest.approx(1000, abs=2)
            assert frequency(heard_by_callee[4000:]) == pytest.approx(440, abs=2)
            await hang_up(pair, pair.callee)
            await asyncio.sleep(0.05)

    run_real(main())


class ScriptedResolver:
    """Knows two servers of one domain: nobody listens at the first."""

    def __init__(self, ports: list[int]) -> None:
        self._ports = ports

    async def naptr(self, _name: str) -> list[Naptr]:
        return []

    async def srv(self, name: str) -> list[Srv]:
        return [Srv(order, 0, port, f"{name}.host") for order, port in enumerate(self._ports)]

    async def addresses(self, _name: str) -> list[str]:
        return ["127.0.0.1"]


def test_the_name_in_a_contact_is_looked_up_for_what_is_said_in_the_call() -> None:
    """The INVITE comes from one place, and its Contact is a name that leads to another: there the BYE goes."""

    class Elsewhere(ScriptedResolver):
        def __init__(self) -> None:
            super().__init__([])
            self.asked = asyncio.Event()

        async def addresses(self, _name: str) -> list[str]:
            self.asked.set()
            return ["127.0.0.2"]

    async def main() -> None:
        elsewhere = Elsewhere()
        async with asyncio.timeout(20.0), desk(elsewhere) as called:
            with socket.socket(type=socket.SOCK_DGRAM) as caller, socket.socket(type=socket.SOCK_DGRAM) as named:
                caller.bind(("127.0.0.1", 0))
                named.bind(("127.0.0.2", caller.getsockname()[1]))
                place = f"127.0.0.1:{caller.getsockname()[1]}"
                via, contact = f"SIP/2.0/UDP {place};branch=z9hG4bKn", f"<sip:a@pbx.test:{caller.getsockname()[1]}>"
                sdp = make_offer(LocalAudio("127.0.0.1", 4000))
                for end in (caller, named):
                    end.setblocking(False)
                invite = request("INVITE", "Content-Type: application/sdp", via=via, contact=contact, body=sdp)
                caller.sendto(invite, called.endpoint.address)
                offer = await called.offers.get()
                called.watch(offer.leg)
                await offer.leg.do(Answer())
                loop = asyncio.get_running_loop()
                while not (okay := await loop.sock_recv(caller, 4096)).startswith(b"SIP/2.0 200"):
                    continue
                tag = okay.partition(b"To: ")[2].partition(b"\r\n")[0].decode()
                ack = request("ACK", via=f"{via}2", to=tag, contact=contact)
                caller.sendto(ack, called.endpoint.address)
                await elsewhere.asked.wait()
                await offer.leg.do(HangUp())
                bye = await loop.sock_recv(named, 4096)
                assert bye.startswith(b"BYE sip:a@pbx.test")

    run_real(main())


def test_a_server_that_does_not_answer_is_passed_over_for_the_next() -> None:
    async def main() -> None:
        async with asyncio.timeout(20.0), desk() as called:
            resolver = ScriptedResolver([free_block(2), called.endpoint.address[1]])
            async with desk(resolver) as calling:
                pair = await connect(calling, called, "sip:demo@carrier.test;transport=tcp")
                await hang_up(pair, pair.callee)

    run_real(main())
