"""The whole caller over real SIP and RTP, against a small agent made of the same parts; loudness stands for voice."""

import asyncio
import wave
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from switchroom import caller
from switchroom.caller import CallOptions, CallReport, Engines, Line, conversation, place_call, summary
from switchroom.caller.far_end import FarEnd
from switchroom.caller.steps import PlayFile, PressKeys, SayText, Step
from switchroom.media.frame import TICK, Samples
from switchroom.media.plane import Plane
from switchroom.ports import Answer, CallOffer, Digit, Left, Refuse, Ring, Signal, Voice
from switchroom.settings import SipSettings
from switchroom.sip.description.policy import DEFAULT, MediaPolicy
from switchroom.transports.sip.endpoint import SipEndpoint
from tests.interop.ports import free_block
from tests.interop.sound import save
from tests.scripted import EnergyNetwork, voice
from tests.virtual_time import run_real


class ScriptedVoice:
    """Says a buzz whose length is that of the text."""

    @property
    def name(self) -> str:
        return "buzz"

    async def speak(self, text: str, voice_: Voice) -> AsyncGenerator[Samples, None]:
        for _ in text.split():
            yield voice(0.2)


def plane() -> Plane:
    return Plane(lambda _: EnergyNetwork())


@dataclass
class ScriptedAgent:
    """Greets, replies once to everything it hears, and hangs up after ``replies``."""

    greets: bool = True
    refusal: Refuse | None = None
    heard: int = 0
    digits: str = ""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def take(self, offer: CallOffer) -> None:
        offer.leg.attach(self._report)
        if self.refusal is not None:
            await offer.leg.do(self.refusal)
            return
        await offer.leg.do(Ring())
        await offer.leg.do(Answer())
        far_end = FarEnd(None, "en", self._told)
        hall = plane()
        row = hall.add(offer.leg, far_end)
        if self.greets:
            row.playout.push(voice(0.6))
        replied = 0
        while not self.over.is_set():
            await asyncio.sleep(TICK)
            hall.tick(asyncio.get_running_loop().time())
            if self.heard > replied:
                replied = self.heard
                row.playout.push(voice(0.4))

    def _told(self, start: float, end: float, words: str | None) -> None:
        self.heard += 1

    def _report(self, signal: Signal) -> None:
        match signal:
            case Digit(digit=digit):
                self.digits += digit
                self.heard += 1
            case Left():
                self.over.set()
            case _:
                pass


@asynccontextmanager
async def answering(agent: ScriptedAgent) -> AsyncIterator[str]:
    """Serve the agent and yield its address."""
    first = free_block(12)
    offers: asyncio.Queue[CallOffer] = asyncio.Queue()
    settings = SipSettings(host="127.0.0.1", port=0, rtp_first=first, rtp_last=first + 11)
    endpoint = SipEndpoint(settings, offers.put_nowait)

    async def serve() -> None:
        await agent.take(await offers.get())

    await endpoint.open()
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(endpoint.run()), loop.create_task(serve())]
    try:
        yield f"sip:demo@127.0.0.1:{endpoint.address[1]}"
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


def call(
    agent: ScriptedAgent,
    *steps: Step,
    record: Path | None = None,
    max_seconds: float = 20.0,
    policy: MediaPolicy = DEFAULT,
    parameters: str = "",
) -> tuple[CallReport, list[str]]:
    shown: list[str] = []

    async def main() -> CallReport:
        async with asyncio.timeout(40.0), answering(agent) as uri:
            uri += parameters
            options = CallOptions(uri, steps, record=record, max_seconds=max_seconds, host="127.0.0.1", policy=policy)
            return await place_call(options, Engines(ScriptedVoice(), None, plane), shown.append)

    return run_real(main()), shown


def test_a_call_is_held_measured_told_and_recorded(tmp_path: Path) -> None:
    agent = ScriptedAgent()
    clip = save(np.resize(voice(0.5)[::2], 4000), tmp_path / "clip.wav")
    steps = (SayText("a table please"), PlayFile(clip), PressKeys("2"))
    report, shown = call(agent, *steps, record=tmp_path / "call.wav")
    assert report.failure == ""
    assert report.exit_code == 0
    assert report.ended == "you"
    assert agent.digits == "2"
    assert [line.text for line in report.lines if line.who == "you"] == ["a table please", "(clip.wav)"]
    assert len(report.latencies) >= 2
    assert report.media["lost"] == 0
    assert report.answered is not None and report.greeted is not None
    assert any("answered after" in line for line in shown)
    with wave.open(str(tmp_path / "call.wav")) as recording:
        assert (recording.getnchannels(), recording.getframerate()) == (2, 8000)
        stereo = np.frombuffer(recording.readframes(1 << 24), "<i2").reshape(-1, 2)
    assert np.abs(stereo[:, 0]).max() > 3000
    assert np.abs(stereo[:, 1]).max() > 3000


def test_a_call_may_insist_on_encryption() -> None:
    agent = ScriptedAgent()
    report, _ = call(agent, PressKeys("2"), policy=MediaPolicy(security="require"))
    assert report.failure == ""
    assert agent.digits == "2"
    assert report.media["encrypted"] == 1.0
    assert "encrypted" in summary(report)


def test_a_call_over_a_connection_is_made_at_once() -> None:
    report, _ = call(ScriptedAgent(), PressKeys("2"), parameters=";transport=tcp")
    assert report.failure == ""


def test_a_refused_call_says_why() -> None:
    report, _ = call(ScriptedAgent(refusal=Refuse("not_found")))
    assert report.exit_code == 1
    assert "404" in report.failure
    assert report.code == "sip_not_found"


def test_a_silent_agent_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "GREETING", 0.3)
    report, _ = call(ScriptedAgent(greets=False))
    assert report.exit_code == 1
    assert "no audio" in report.failure


def test_a_call_that_takes_too_long_is_ended() -> None:
    agent = ScriptedAgent()
    report, _ = call(agent, SayText("one"), SayText("two"), max_seconds=0.5)
    assert report.code == "timeout"
    assert report.ended == "you"
    assert agent.over.is_set()


def test_nobody_at_the_address_is_a_clear_failure() -> None:
    async def main() -> tuple[int, list[str]]:
        shown: list[str] = []
        options = CallOptions(f"sip:demo@127.0.0.1:{free_block(2)}", host="127.0.0.1")
        return await caller.run(options, Engines(), shown.append), shown

    code, shown = run_real(main())
    assert code == 1
    assert shown[-1].startswith("failed: ")


@pytest.mark.parametrize("target", ["", " "])
def test_nobody_to_call_is_said_before_anything_is_done(target: str) -> None:
    async def main() -> tuple[int, list[str]]:
        shown: list[str] = []
        return await caller.run(CallOptions(target), Engines(), shown.append), shown

    assert run_real(main()) == (1, ["failed: nobody to call: give a SIP address such as sip:demo@127.0.0.1"])


def test_speech_without_a_voice_is_a_clear_failure() -> None:
    async def main() -> CallReport:
        return await place_call(CallOptions("sip:demo@127.0.0.1:9", (SayText("hello"),)), Engines(), lambda _: None)

    assert run_real(main()).code == "no_voice"


def test_the_summary_is_one_line() -> None:
    lines = (Line(0.3, 1.0, "agent", "hello"), Line(2.0, 3.0, "you", "hi"))
    report = CallReport(ended="they", lines=lines, latencies=(0.5, 0.9, 0.7), media={"lost": 3})
    assert summary(report) == "2 utterances, they hung up, replies after 0.70s (slowest 0.90s), 3 packets lost"
    assert summary(CallReport(failure="404 Not Found")) == "failed: 404 Not Found"
