"""Telephones that we did not write, with codecs beyond G.711, with the reports of RTCP, and with codecs that change."""

import asyncio
import wave
from pathlib import Path

import numpy as np
import pytest

from switchroom.media import opus
from switchroom.ports import Left
from switchroom.sip.description.policy import Codec, MediaPolicy
from tests.interop.peers import Baresip, BaresipSetup, Linphone, sipp
from tests.interop.responder import TONE, responder
from tests.interop.sound import Samples, audible, speech
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

WIDE: tuple[Codec, ...] = ("opus", "G722", "PCMU", "PCMA")
RATES = {"G722": 16_000, "opus": 48_000}
HIGH = 5_000.0  # hertz: nothing that G.711 can carry


def high_tone(path: Path, rate: int) -> Path:
    """Write what only a wideband codec carries, at the rate of a phone."""
    samples = (8_000 * np.sin(2 * np.pi * HIGH * np.arange(60 * rate) / rate)).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())
    return path


def strongest(samples: Samples, rate: int) -> float:
    middle = samples[len(samples) // 3 : len(samples) * 2 // 3]
    spectrum = np.abs(np.fft.rfft(middle * np.hanning(len(middle))))
    return float(np.argmax(spectrum) * rate / len(middle))


def recording(folder: Path) -> tuple[Samples, int]:
    """Return what the phone heard, its first channel, and the rate."""
    (path,) = folder.glob("dump-*-dec.wav")
    data = path.read_bytes()
    channels, rate = int.from_bytes(data[22:24], "little"), int.from_bytes(data[24:28], "little")
    samples = np.frombuffer(data[44 : 44 + (len(data) - 44) // 4 * 4], "<i2")
    return samples[::channels].astype(np.int16), rate


@pytest.mark.parametrize("codec", ["G722", "opus"])
def test_baresip_speaks_and_hears_wideband(alone: bool, folder: Path, codec: str) -> None:
    if codec == "opus" and opus.library() is None:
        pytest.skip("libopus is not installed")
    rate = RATES[codec]
    setup = BaresipSetup(codecs=f"{codec},PCMU", rate=rate, source=high_tone(folder / "high.wav", rate))

    async def main() -> None:
        async with asyncio.timeout(60.0), responder(media=MediaPolicy(WIDE)) as switch, Baresip(folder, setup) as phone:
            await phone.dial(switch.uri)
            await asyncio.sleep(3.0)
            await phone.press("5")
            await asyncio.sleep(0.5)
            call = switch.calls[0]
            assert call.leg.codec == codec
            await phone.hang_up()
            await call.over.wait()
            assert strongest(call.samples, 16_000) == pytest.approx(HIGH, abs=5)
            assert strongest(*recording(folder)) == pytest.approx(TONE, abs=5)
            assert call.digits == "5"
            assert call.leg.media()["mos"] > 2

    run_real(main())


def test_we_call_baresip_with_the_codecs_of_a_policy_in_its_order(alone: bool, folder: Path) -> None:
    setup = BaresipSetup(
        codecs="PCMU,PCMA,G722", rate=16_000, answers=True, source=high_tone(folder / "high.wav", 16_000)
    )

    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, Baresip(folder, setup) as phone:
            call = await switch.dial(phone.uri, MediaPolicy(("G722", "PCMA")))
            assert strongest(call.samples, 16_000) == pytest.approx(HIGH, abs=5)

    run_real(main())


def test_baresip_and_we_learn_how_far_apart_we_are(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, Baresip(folder) as phone:
            await phone.dial(switch.uri)
            (call,) = switch.calls
            while not {"round_trip", "remote_loss"} <= call.leg.media().keys():
                await asyncio.sleep(0.2)
            media = call.leg.media()
            assert 0 <= media["round_trip"] < 5
            assert media["remote_loss"] < 0.2
            assert media["malformed"] == 0
            await phone.hang_up()
            await call.over.wait()
            assert call.leg.media()["mos"] > 2

    run_real(main())


def test_linphone_speaks_opus_and_presses_keys_on_its_clock(alone: bool, folder: Path) -> None:
    if not alone:
        pytest.skip("linphonec chooses a wrong address unless it has a network of its own")
    if opus.library() is None:
        pytest.skip("libopus is not installed")
    sentence = speech("A table for four people at seven, please", folder / "order.wav")

    async def main() -> None:
        media = MediaPolicy(("opus",))
        async with asyncio.timeout(60.0), responder(media=media) as switch, Linphone(folder / "linphone") as phone:
            await phone.dial(switch.uri)
            await phone.say(sentence)
            await asyncio.sleep(3.0)
            await phone.press("7")
            await phone.hang_up()
            call = switch.calls[0]
            await call.over.wait()
            assert strongest(phone.heard(), 48_000) == pytest.approx(TONE, abs=5)  # it records at the rate of Opus
            assert audible(call.samples) > 1.0
            assert call.digits == "7"

    run_real(main())


def test_sipp_changes_the_codec_in_mid_call(alone: bool, folder: Path) -> None:
    (folder / "tone.ul").write_bytes(b"\xff" * 8000)

    async def main() -> None:
        async with responder() as switch:
            report = await sipp(folder, "changes_codec", switch.target)
            assert report.code == 0, report.errors
            (call,) = switch.calls
            assert call.signals == [Left("hangup")]
            assert call.leg.encoding.label == "PCMU", "the plane goes on with what it had"

    run_real(main())


def test_baresip_keeps_control_and_media_on_one_port(alone: bool, folder: Path) -> None:
    async def main() -> None:
        setup = BaresipSetup(lines=("rtcp_mux yes",))
        async with asyncio.timeout(60.0), responder() as switch, Baresip(folder, setup) as phone:
            await phone.dial(switch.uri)
            (call,) = switch.calls
            while not {"round_trip", "remote_loss"} <= call.leg.media().keys():
                await asyncio.sleep(0.2)
            media = call.leg.media()
            assert media["malformed"] == 0
            assert media["strangers"] == 0
            assert media["remote_loss"] < 0.2
            await phone.hang_up()
            await call.over.wait()

    run_real(main())
