"""Our SIP endpoint with somebody simple behind it: it answers every call and says a tone, or refuses it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np

from switchroom.media.band import decode, encode
from switchroom.ports import Answer, CallOffer, Digit, HangUp, Left, Leg, Refuse, Ring, Signal
from switchroom.settings import SipSettings
from switchroom.sip.description.policy import DEFAULT, MediaPolicy, Security
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from tests.interop.ports import free_block
from tests.interop.sound import Samples

TONE = 1000.0


@dataclass
class Answered:
    """One call that the responder took, and what came of it."""

    leg: Leg
    heard: list[bytes] = field(default_factory=list)
    signals: list[Signal] = field(default_factory=list)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def report(self, signal: Signal) -> None:
        self.signals.append(signal)
        if isinstance(signal, Left):
            self.over.set()

    @property
    def digits(self) -> str:
        """The keys that came, by whatever road."""
        return "".join(signal.digit for signal in self.signals if isinstance(signal, Digit))

    @property
    def samples(self) -> Samples:
        """What the party said, without gaps."""
        return decode(self.leg.encoding, b"".join(self.heard))


class Responder:
    """Answers (or, given a refusal, refuses; or, told to be patient, only rings) until its context ends."""

    def __init__(self, endpoint: SipEndpoint, refusal: Refuse | None, *, patient: bool) -> None:
        self.endpoint = endpoint
        self.calls: list[Answered] = []
        self._refusal = refusal
        self._patient = patient

    @property
    def uri(self) -> str:
        """What to dial."""
        host, port = self.endpoint.address
        return f"sip:demo@{host}:{port}"

    @property
    def secure_uri(self) -> str:
        """What to dial over TLS."""
        host, port = self.endpoint.addresses["tls"]
        return f"sip:demo@{host}:{port};transport=tls"

    @property
    def target(self) -> str:
        """The same for sipp."""
        host, port = self.endpoint.address
        return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"

    async def serve(self, offers: "asyncio.Queue[CallOffer]") -> None:
        """Take every call, one task each."""
        async with asyncio.TaskGroup() as tasks:
            while True:
                tasks.create_task(self._take(await offers.get()))

    async def dial(self, uri: str, policy: MediaPolicy = DEFAULT, proxies: tuple[str, ...] = ()) -> Answered:
        """Call a peer, talk for two seconds, hang up."""
        call = Answered(await self.endpoint.dial(Dialling(uri, policy=policy, proxies=proxies)))
        self.calls.append(call)
        call.leg.attach(call.report)
        await self._talk(call, 2.0)
        await call.leg.do(HangUp())
        await call.over.wait()
        return call

    async def _take(self, offer: CallOffer) -> None:
        call = Answered(offer.leg)
        self.calls.append(call)
        offer.leg.attach(call.report)
        if self._refusal is not None:
            await offer.leg.do(self._refusal)
            return
        await offer.leg.do(Ring())
        if self._patient:
            return
        await offer.leg.do(Answer())
        await self._talk(call, 60.0)

    async def _talk(self, call: Answered, seconds: float) -> None:
        clock = asyncio.get_running_loop().time
        due = clock()
        rate = call.leg.encoding.rate
        sine = (8_000 * np.sin(2 * np.pi * TONE * np.arange(rate) / rate)).astype(np.int16).reshape(50, -1)
        said = [encode(call.leg.encoding, frame) for frame in sine]
        for i in range(int(seconds * 50)):
            if call.over.is_set():
                return
            payload = call.leg.hear(due)
            if payload is not None:
                call.heard.append(payload)
            call.leg.speak(said[i % 50], due)
            due += 0.02
            await asyncio.sleep(due - clock())


@asynccontextmanager
async def responder(
    refusal: Refuse | None = None,
    *,
    patient: bool = False,
    security: Security = "offer",
    media: MediaPolicy = DEFAULT,
    host: str = "127.0.0.1",
) -> AsyncIterator[Responder]:
    """A responder on free ports of loopback. Every call must be over when the context ends, and is given a moment to be."""
    offers: asyncio.Queue[CallOffer] = asyncio.Queue()
    first = free_block(20)
    settings = SipSettings(
        host=host,
        port=0,
        tls_port=0,
        rtp_first=first,
        rtp_last=first + 19,
        security=security,
        codecs=media.codecs,
        digits=media.digits,
    )
    endpoint = SipEndpoint(settings, offers.put_nowait)
    made = Responder(endpoint, refusal, patient=patient)
    await endpoint.open()
    loop = asyncio.get_running_loop()
    serving = [loop.create_task(endpoint.run()), loop.create_task(made.serve(offers))]
    try:
        yield made
        async with asyncio.timeout(5.0):
            for call in made.calls:
                await call.over.wait()
    finally:
        for task in serving:
            task.cancel()
        await asyncio.wait(serving)
    assert endpoint.calls == 0
