"""Telephones that we did not write call our endpoint, and our endpoint calls them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import numpy as np
import pytest

from switchroom.errors import Unavailable
from switchroom.media.g711 import encode_ulaw
from switchroom.ports import Held, Left, Refuse, Resumed
from tests.interop.peers import Baresip, BaresipSetup, CallNotMade, Linphone, sipp
from tests.interop.ports import free_block
from tests.interop.responder import TONE, Responder, responder
from tests.interop.sound import RATE, audible, loudness, pitch, speech, tone
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer


def middle(samples: np.ndarray[tuple[int], np.dtype[np.int16]]) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    """Return what is neither the first nor the last quarter of a recording."""
    return samples[len(samples) // 4 : len(samples) * 3 // 4]


# --- baresip ------------------------------------------------------------------------------------------------------


def with_baresip(
    folder: Path,
    setup: BaresipSetup,
    scenario: Callable[[Baresip, Responder], Awaitable[None]],
    refusal: Refuse | None = None,
) -> None:
    async def main() -> None:
        async with asyncio.timeout(60.0), responder(refusal) as switch, Baresip(folder, setup) as phone:
            await scenario(phone, switch)

    run_real(main())


@pytest.mark.parametrize(("transport", "codecs"), [("udp", "PCMU,PCMA"), ("udp", "PCMA"), ("tcp", "PCMU")])
def test_baresip_speaks_and_hears(alone: bool, folder: Path, transport: str, codecs: str) -> None:
    sentence = speech("A table for four people at seven, please", folder / "order.wav")

    async def scenario(phone: Baresip, switch: Responder) -> None:
        await phone.dial(f"{switch.uri};transport={transport}")
        await phone.say(sentence)
        await asyncio.sleep(3.0)
        await phone.hang_up()
        call = switch.calls[0]
        await call.over.wait()
        assert pitch(middle(phone.heard())) == pytest.approx(TONE, abs=2)
        assert loudness(middle(phone.heard())) == pytest.approx(8000 / 32768 / 2**0.5, rel=0.05)
        assert 1.0 < audible(call.samples) < 3.2
        assert loudness(call.samples) == pytest.approx(loudness(phone.said()), rel=0.35)
        assert call.leg.encoding.label == codecs.split(",")[0]
        assert call.signals == [Left("hangup")]

    with_baresip(folder, BaresipSetup(transport=transport, codecs=codecs), scenario)


def test_baresip_presses_keys(alone: bool, folder: Path) -> None:
    async def scenario(phone: Baresip, switch: Responder) -> None:
        await phone.dial(switch.uri)
        await phone.press("42#")
        await asyncio.sleep(0.5)
        await phone.hang_up()
        await switch.calls[0].over.wait()
        assert switch.calls[0].digits == "42#"

    with_baresip(folder, BaresipSetup(), scenario)


def test_baresip_holds_and_resumes(alone: bool, folder: Path) -> None:
    async def scenario(phone: Baresip, switch: Responder) -> None:
        await phone.dial(switch.uri)
        await phone.say(tone(440, folder / "tone.wav"))
        await asyncio.sleep(0.6)
        call = switch.calls[0]
        await phone.hold()
        await asyncio.sleep(0.4)
        sent = call.leg.media()["sent"]
        await asyncio.sleep(0.4)
        assert call.leg.media()["sent"] == sent, "who is on hold is not spoken to"
        await phone.resume()
        await asyncio.sleep(0.4)
        heard = len(call.samples)
        await asyncio.sleep(0.6)
        assert call.leg.media()["sent"] > sent + 20
        assert len(call.samples) > heard + RATE // 4  # baresip's own recording of what it hears ends at a hold
        await phone.hang_up()
        await call.over.wait()
        assert call.signals == [Held(), Resumed(), Left("hangup")]

    with_baresip(folder, BaresipSetup(), scenario)


@pytest.mark.parametrize(("refusal", "reason"), [(Refuse("not_found"), "404"), (Refuse("over_limit"), "486")])
def test_baresip_is_told_why_it_is_refused(alone: bool, folder: Path, refusal: Refuse, reason: str) -> None:
    async def scenario(phone: Baresip, switch: Responder) -> None:
        with pytest.raises(CallNotMade, match=reason):
            await phone.dial(switch.uri)

    with_baresip(folder, BaresipSetup(), scenario, refusal)


def test_baresip_gives_up_while_it_rings(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(30.0), responder(patient=True) as switch, Baresip(folder) as phone:
            await phone.start_dialling(switch.uri)
            await phone.until("CALL_RINGING")
            await phone.hang_up()
            await switch.calls[0].over.wait()
            assert switch.calls[0].signals == [Left("cancelled")]

    run_real(main())


def test_we_call_baresip(alone: bool, folder: Path) -> None:
    setup = BaresipSetup(answers=True, source=tone(440, folder / "tone.wav"))

    async def scenario(phone: Baresip, switch: Responder) -> None:
        call = await switch.dial(phone.uri)
        assert pitch(middle(call.samples)) == pytest.approx(440, abs=2)
        assert pitch(middle(phone.heard())) == pytest.approx(TONE, abs=2)

    with_baresip(folder, setup, scenario)


# --- sipp ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scenario", "transport"),
    [
        ("call", "u1"),
        ("call", "t1"),
        ("late_offer", "u1"),
        ("hold", "u1"),
        ("info_digits", "u1"),
        ("unsupported", "u1"),
    ],
)
def test_sipp_plays_its_scenario(alone: bool, folder: Path, scenario: str, transport: str) -> None:
    samples = (8_000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.int16)
    (folder / "tone.ul").write_bytes(encode_ulaw(samples).tobytes())

    async def main() -> Responder:
        async with responder() as switch:
            report = await sipp(folder, scenario, switch.target, "-t", transport)
            assert report.code == 0, report.errors
        return switch

    switch = run_real(main())
    if scenario == "call":
        assert pitch(middle(switch.calls[0].samples)) == pytest.approx(440, abs=2)
    if scenario == "late_offer":
        assert switch.calls[0].leg.encoding.label == "PCMA"
    if scenario == "hold":
        assert switch.calls[0].signals == [Held(), Resumed(), Left("hangup")]
    if scenario == "info_digits":
        assert switch.calls[0].digits == "42"
    if scenario == "unsupported":
        assert switch.calls == []


def test_sipp_is_refused(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with responder(Refuse("not_found")) as switch:
            report = await sipp(folder, "refused", switch.target)
            assert report.code == 0, report.errors

    run_real(main())


def test_sipp_cancels(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with responder(patient=True) as switch:
            report = await sipp(folder, "cancel", switch.target)
            assert report.code == 0, report.errors
            assert switch.calls[0].signals == [Left("cancelled")]

    run_real(main())


def test_we_call_sipp(alone: bool, folder: Path) -> None:
    port = free_block(20)

    async def reach(switch: Responder) -> None:
        while True:
            try:
                await switch.dial(f"sip:sipp@127.0.0.1:{port}")
            except Unavailable:  # it has not opened its port yet
                await asyncio.sleep(0.1)
            else:
                return

    async def main() -> None:
        async with asyncio.timeout(30.0), responder() as switch, asyncio.TaskGroup() as tasks:
            playing = tasks.create_task(sipp(folder, "answers", port=port))
            await reach(switch)
            report = await playing
            assert report.code == 0, report.errors

    run_real(main())


def test_five_calls_of_sipp_at_once(alone: bool, folder: Path) -> None:
    samples = (8_000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.int16)
    (folder / "tone.ul").write_bytes(encode_ulaw(samples).tobytes())

    async def main() -> None:
        async with responder() as switch:
            report = await sipp(folder, "call", switch.target, "-m", "5", "-r", "10", "-l", "5")
            assert report.code == 0, report.errors
            assert len(switch.calls) == 5

    run_real(main())


# --- linphone -----------------------------------------------------------------------------------------------------


def test_linphone_speaks_hears_and_presses_keys(alone: bool, folder: Path) -> None:
    if not alone:
        pytest.skip("linphonec chooses a wrong address unless it has a network of its own")
    sentence = speech("A table for four people at seven, please", folder / "order.wav")

    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, Linphone(folder / "linphone") as phone:
            await phone.dial(switch.uri)
            await phone.say(sentence)
            await asyncio.sleep(3.0)
            await phone.press("7")
            await phone.hang_up()
            call = switch.calls[0]
            await call.over.wait()
            assert pitch(middle(phone.heard())) == pytest.approx(TONE, abs=2)
            assert audible(call.samples) > 1.0
            assert call.digits == "7"

    run_real(main())
