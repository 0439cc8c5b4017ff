"""Telephones that we did not write speak SRTP with us, in calls either way."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from switchroom.errors import Invalid
from switchroom.ports import Held, Resumed
from switchroom.sip.commands import Offer
from switchroom.sip.description import crypto
from switchroom.sip.description.crypto import LENGTHS, Suite
from switchroom.sip.description.policy import MediaPolicy, Security
from switchroom.transports.sip.legs.rtp_leg import RtpLeg
from tests.interop.peers import Baresip, BaresipSetup, CallNotMade, Linphone, sipp
from tests.interop.responder import TONE, Answered, Responder, responder
from tests.interop.sound import RATE, Samples, audible, pitch, speech, tone
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

ENCRYPTED, PLAIN = 1.0, 0.0


def with_baresip(
    folder: Path,
    setup: BaresipSetup,
    scenario: Callable[[Baresip, Responder], Awaitable[None]],
    security: Security = "offer",
) -> None:
    async def main() -> None:
        async with asyncio.timeout(60.0), responder(security=security) as switch, Baresip(folder, setup) as phone:
            await scenario(phone, switch)

    run_real(main())


def setup(mode: str, **more: object) -> BaresipSetup:
    account = f";mediaenc={mode}" if mode else ""
    return BaresipSetup(account=account, lines=("module srtp.so",), **more)  # type: ignore[arg-type]


def middle(samples: Samples) -> Samples:
    return samples[len(samples) // 4 : len(samples) * 3 // 4]


def both_heard(call: Answered, phone: Baresip, encrypted: float, refused: int = 1) -> None:
    """``refused``: baresip opens its NAT by one control packet in the clear."""
    media = call.leg.media()
    assert media["encrypted"] == encrypted
    assert media["srtp_refused"] <= refused * encrypted
    assert pitch(middle(phone.heard())) == pytest.approx(TONE, abs=2)
    assert pitch(middle(call.samples)) == pytest.approx(440, abs=2)


async def calls(phone: Baresip, switch: Responder, to: str = "") -> Answered:
    """Let it call, talk for two seconds and hang up."""
    await phone.dial(to or switch.uri)
    await asyncio.sleep(2.0)
    await phone.hang_up()
    await switch.calls[0].over.wait()
    return switch.calls[0]


@pytest.mark.parametrize(
    ("mode", "security", "encrypted"),
    [
        ("srtp", "never", PLAIN),
        ("srtp", "offer", ENCRYPTED),
        ("srtp", "require", ENCRYPTED),
        ("srtp-mand", "offer", ENCRYPTED),
        ("srtp-mand", "require", ENCRYPTED),
        ("srtp-mandf", "offer", ENCRYPTED),
        ("", "offer", PLAIN),
    ],
)
def test_baresip_calls_with_and_without(
    alone: bool, folder: Path, mode: str, security: Security, encrypted: float
) -> None:
    async def scenario(phone: Baresip, switch: Responder) -> None:
        call = await calls(phone, switch)
        assert ("SRTP is Enabled (cryptosuite=AES_CM_128_HMAC_SHA1_80)" in phone.log()) == bool(encrypted)
        both_heard(call, phone, encrypted)

    with_baresip(folder, setup(mode, source=tone(440, folder / "tone.wav")), scenario, security)


@pytest.mark.parametrize(("mode", "security"), [("srtp-mand", "never"), ("", "require")])
def test_baresip_is_refused_what_the_policy_forbids(alone: bool, folder: Path, mode: str, security: Security) -> None:
    async def scenario(phone: Baresip, switch: Responder) -> None:
        with pytest.raises(CallNotMade, match="488"):
            await phone.dial(switch.uri)

    with_baresip(folder, setup(mode), scenario, security)


@pytest.mark.parametrize("suite", LENGTHS)
def test_we_call_baresip_with_every_suite(
    alone: bool, folder: Path, suite: Suite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crypto, "OFFERED", (suite,))

    async def scenario(phone: Baresip, switch: Responder) -> None:
        call = await switch.dial(phone.uri, MediaPolicy(security="require"))
        assert f"cryptosuite={suite}" in phone.log()
        short = (
            suite == "AES_CM_128_HMAC_SHA1_32"
        )  # it cuts the tag of control too, which RFC 4568 §6.2 leaves at 80 bits
        both_heard(call, phone, ENCRYPTED, refused=3 if short else 1)

    with_baresip(folder, setup("srtp-mand", answers=True, source=tone(440, folder / "tone.wav")), scenario)


@pytest.mark.parametrize(
    ("mode", "security", "encrypted"),
    [
        ("srtp", "never", PLAIN),
        ("srtp", "offer", ENCRYPTED),
        ("srtp", "require", ENCRYPTED),
        ("srtp-mand", "require", ENCRYPTED),
        ("", "offer", PLAIN),
    ],
)
def test_we_call_baresip_with_and_without(
    alone: bool, folder: Path, mode: str, security: Security, encrypted: float
) -> None:
    async def scenario(phone: Baresip, switch: Responder) -> None:
        call = await switch.dial(phone.uri, MediaPolicy(security=security))
        both_heard(call, phone, encrypted)

    with_baresip(folder, setup(mode, answers=True, source=tone(440, folder / "tone.wav")), scenario)


def test_a_call_that_requires_srtp_is_not_made_without(alone: bool, folder: Path) -> None:
    async def scenario(phone: Baresip, switch: Responder) -> None:
        with pytest.raises(Invalid) as refused:
            await switch.dial(phone.uri, MediaPolicy(security="require"))
        assert refused.value.code == "sip_no_common_audio"

    with_baresip(folder, BaresipSetup(answers=True), scenario)


def test_baresip_over_tls_holds_resumes_and_presses_keys_encrypted(alone: bool, folder: Path) -> None:
    lines = ("module srtp.so", "sip_verify_server no")
    setting = BaresipSetup(transport="tls", account=";mediaenc=srtp-mand", lines=lines)
    sentence = speech("A table for four people at seven, please", folder / "order.wav")

    async def scenario(phone: Baresip, switch: Responder) -> None:
        await phone.dial(switch.secure_uri)
        await phone.say(sentence)
        call = switch.calls[0]
        await asyncio.sleep(0.5)
        await phone.hold()
        await asyncio.sleep(0.5)
        await phone.resume()
        await asyncio.sleep(2.0)
        await phone.press("42#")
        await asyncio.sleep(0.5)
        heard = len(phone.heard())
        await phone.hang_up()
        await call.over.wait()
        assert call.digits == "42#"
        assert audible(call.samples) > 1.0
        assert heard > 0
        assert call.leg.media()["encrypted"] == ENCRYPTED
        assert call.leg.media()["srtp_refused"] <= 1
        assert switch.endpoint.counts["keys_in_clear"] == 0

    with_baresip(folder, setting, scenario, "require")


def test_baresip_goes_on_hearing_us_beyond_the_end_of_the_sequence(
    alone: bool, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truly = secrets.randbits
    monkeypatch.setattr(secrets, "randbits", lambda bits: 65_500 if bits == 15 else truly(bits))

    async def scenario(phone: Baresip, switch: Responder) -> None:
        call = await calls(phone, switch)
        assert call.leg.media()["sent"] > 60
        both_heard(call, phone, ENCRYPTED)

    with_baresip(folder, setup("srtp-mand", source=tone(440, folder / "tone.wav")), scenario)


@pytest.mark.parametrize("mode", ["srtp", "srtp-mand"])
def test_baresip_takes_an_offer_of_ours_in_mid_call(alone: bool, folder: Path, mode: str) -> None:
    async def scenario(phone: Baresip, switch: Responder) -> None:
        await phone.dial(switch.uri)
        call = switch.calls[0]
        await asyncio.sleep(1.0)
        leg = call.leg
        assert isinstance(leg, RtpLeg)
        switch.endpoint.send(Offer(leg.call, leg._session.offer()))
        await asyncio.sleep(0.5)
        spoken, heard = len(phone.heard()), len(call.samples)
        await asyncio.sleep(1.5)
        await phone.hang_up()
        await call.over.wait()
        assert pitch(phone.heard()[spoken:]) == pytest.approx(TONE, abs=4)
        assert pitch(call.samples[heard:]) == pytest.approx(440, abs=4)
        assert len(call.samples) - heard > RATE
        assert leg.media()["encrypted"] == ENCRYPTED
        assert leg.media()["srtp_refused"] <= 1

    with_baresip(folder, setup(mode, source=tone(440, folder / "tone.wav")), scenario)


# --- sipp ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("scenario", ["srtp", "srtp_mki"])
def test_sipp_offers_keys(alone: bool, folder: Path, scenario: str) -> None:
    async def main() -> None:
        async with responder(security="require") as switch:
            report = await sipp(folder, scenario, switch.target)
            assert report.code == 0, report.errors
            assert len(switch.calls) == (scenario == "srtp")

    run_real(main())


# --- linphone -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("security", "encrypted"), [("never", PLAIN), ("offer", ENCRYPTED), ("require", ENCRYPTED)])
def test_linphone_calls_encrypted_where_it_may(alone: bool, folder: Path, security: Security, encrypted: float) -> None:
    if not alone:
        pytest.skip("linphonec chooses a wrong address unless it has a network of its own")
    sentence = speech("A table for four people at seven, please", folder / "order.wav")

    async def main() -> None:
        phone = Linphone(folder / "linphone", encryption="srtp")
        async with asyncio.timeout(60.0), responder(security=security) as switch, phone:
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
            assert call.leg.media()["encrypted"] == encrypted
            assert call.leg.media()["srtp_refused"] <= 2, "it ends a key with three times the same packet"

    run_real(main())


def test_linphone_holds_and_resumes_encrypted(alone: bool, folder: Path) -> None:
    if not alone:
        pytest.skip("linphonec chooses a wrong address unless it has a network of its own")
    sentence = speech("A table for four people at seven, please", folder / "order.wav")

    async def main() -> None:
        phone = Linphone(folder / "linphone", encryption="srtp")
        async with asyncio.timeout(60.0), responder(security="require") as switch, phone:
            await phone.dial(switch.uri)
            call = switch.calls[0]
            await asyncio.sleep(0.5)
            await phone.command("pause")
            while Held() not in call.signals:
                await asyncio.sleep(0.05)
            await phone.command("resume")
            while Resumed() not in call.signals:
                await asyncio.sleep(0.05)
            await phone.says("Media streams established")
            heard = len(call.samples)
            await phone.say(sentence)
            await asyncio.sleep(3.0)
            await phone.hang_up()
            await call.over.wait()
            assert audible(call.samples[heard:]) > 1.0
            assert pitch(phone.heard()[-2 * RATE :]) == pytest.approx(TONE, abs=2)
            assert call.leg.media()["encrypted"] == ENCRYPTED

    run_real(main())


@pytest.mark.parametrize(
    ("encryption", "security", "encrypted"),
    [
        ("none", "offer", PLAIN),
        ("srtp", "never", PLAIN),
        ("srtp", "offer", PLAIN),  # of crypto beside RTP/AVP (RFC 8643) it knows nothing
        ("srtp", "require", ENCRYPTED),
        ("none", "require", ENCRYPTED),
    ],
)
def test_we_call_linphone(alone: bool, folder: Path, encryption: str, security: Security, encrypted: float) -> None:
    if not alone:
        pytest.skip("linphonec chooses a wrong address unless it has a network of its own")

    source = tone(440, folder / "tone.wav")

    async def main() -> None:
        phone = Linphone(folder / "linphone", encryption=encryption, answers=True)
        async with asyncio.timeout(60.0), responder() as switch, phone:
            async with asyncio.TaskGroup() as tasks:
                dialling = tasks.create_task(switch.dial(phone.uri, MediaPolicy(security=security)))
                await phone.says("Media streams established")
                await phone.say(source)
            call = dialling.result()
            assert pitch(middle(phone.heard())) == pytest.approx(TONE, abs=2)
            assert pitch(middle(call.samples)) == pytest.approx(440, abs=2)
            assert call.leg.media()["encrypted"] == encrypted

    run_real(main())
