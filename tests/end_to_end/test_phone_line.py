"""What happens on the line: numbers nobody has, holding, garbage, messages, and other telephones."""

import asyncio
import random
import socket
from pathlib import Path

import numpy as np
import pytest

from switchroom.events.catalogue import (
    CallCompleted,
    CallConnected,
    CallHeld,
    CallResumed,
    LegLeft,
    RecordingStored,
    ReplySpoken,
    ReplyStarted,
    TurnEnded,
)
from switchroom.media.g711 import encode_ulaw
from switchroom.media.rtp import RtpPacket
from tests.end_to_end.conftest import Voice
from tests.end_to_end.guest import converse, hears
from tests.end_to_end.house import House, brisk, opened, play
from tests.interop.peers import Baresip, CallNotMade, Linphone, sipp
from tests.interop.sound import RATE, Samples, audible, loudness, pitch
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]


def test_a_number_that_nobody_has_is_not_found(alone: bool, tmp_path: Path) -> None:
    async def scenario(house: House, phone: Baresip) -> None:
        with pytest.raises(CallNotMade, match="404"):
            await phone.dial(house.uri.replace("demo", "nobody"))
        assert house.running.engine.switchboard.refused == {"not_found": 1}
        assert house.witness.events == []

    play(tmp_path, scenario)


def test_a_caller_on_hold_is_not_asked_and_goes_on_afterwards(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    line = spoken("can I book a table please")

    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        await house.witness.until(ReplyStarted)
        await phone.hold()
        await house.witness.until(CallHeld)
        await phone.resume()
        await house.witness.until(CallResumed)
        greeting = await house.witness.until(ReplySpoken)
        assert greeting.heard.endswith("How can I help you?")
        await phone.say(line)
        asked = await house.witness.until(ReplySpoken)
        assert asked.heard == "For how many people?"
        await phone.hang_up()
        await house.over()

    play(tmp_path, scenario)


def test_who_wants_a_person_can_leave_a_message(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    lines = {
        "wish": spoken("can I speak to a person"),
        "message": spoken("it is about the reservation on Friday"),
        "callback": spoken("yes please"),
    }

    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        await converse(house, phone, lines, until="take_message")
        await phone.hang_up()
        await house.over()
        [(caller, text)] = await house.messages()
        assert "+441632960961" in caller
        assert "reservation" in text

    play(tmp_path, scenario, user="+441632960961")


def garbage(rng: random.Random) -> list[bytes]:
    """Return what scanners, broken phones and strangers send."""
    invite = (
        b"INVITE sip:demo@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKx\r\nFrom: <sip:x@y>;tag=1\r\n"
        b"To: <sip:demo@127.0.0.1>\r\nCall-ID: garbage\r\nCSeq: 1 INVITE\r\nContent-Length: 4000\r\n\r\nv=0\r\n"
    )
    noise = (20_000 * np.random.default_rng(3).standard_normal(160)).clip(-32768, 32767).astype(np.int16)
    payload = encode_ulaw(noise).tobytes()
    return [
        b"",
        b"\r\n\r\n",
        *(rng.randbytes(rng.randrange(1, 1400)) for _ in range(60)),
        *(invite[: rng.randrange(1, len(invite))] for _ in range(30)),
        *(RtpPacket(0, 7_000 + i, 160 * i, 0xBAD, payload).build() for i in range(60)),
        *(b"\x40" + rng.randbytes(171) for _ in range(20)),
        *(RtpPacket(77, i, i, 0xBAD, b"").build() for i in range(20)),
    ]


def test_garbage_on_every_port_does_a_call_no_harm(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    line = spoken("can I book a table please")

    async def scenario(house: House, phone: Baresip) -> None:
        await phone.dial(house.uri)
        await house.witness.until(CallConnected)
        first, last = house.rtp_ports
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for datagram in garbage(random.Random(5)):
                for port in (house.address[1], *range(first, last + 1)):
                    stranger.sendto(datagram, ("127.0.0.1", port))
                await asyncio.sleep(0.005)
        await hears(phone, 1.5)
        greeting = await house.witness.until(ReplySpoken)
        assert greeting.heard.endswith("How can I help you?"), "noise from a stranger interrupts nobody"
        await phone.say(line)
        turn = await house.witness.until(TurnEnded)
        assert turn.text == "can i book a table please"
        await phone.hang_up()
        left = await house.witness.until(LegLeft)
        assert left.media["strangers"] > 50
        assert left.media["malformed"] > 50
        counters = house.running.engine.endpoint.counters()
        dropped = sum(count for name, count in counters.items() if name.startswith("dropped_"))
        assert dropped > 50, counters
        await house.witness.until(CallCompleted)
        assert len(house.witness.all(CallConnected)) == 1

    play(tmp_path, scenario)


def recorded_sides(house: House) -> tuple[Samples, Samples]:
    """Return what the caller said and what the agent said."""
    [stored] = house.witness.all(RecordingStored)
    sound = np.frombuffer(Path(stored.path).read_bytes()[44:], "<i2").reshape(-1, 2)
    assert stored.size == len(sound) * 4 + 44
    return sound[:, 0], sound[:, 1]


def test_sipp_is_greeted(alone: bool, tmp_path: Path) -> None:
    samples = (8_000 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)).astype(np.int16)
    (tmp_path / "tone.ul").write_bytes(encode_ulaw(samples).tobytes())

    async def main() -> None:
        async with opened(tmp_path / "data", brisk) as house:
            host, port = house.address
            report = await sipp(tmp_path, "call", f"{host}:{port}")
            assert report.code == 0, report.errors
            left = await house.witness.until(LegLeft)
            await house.over()
            said, greeting = recorded_sides(house)
            assert pitch(said[len(said) // 4 : -len(said) // 4]) == pytest.approx(440, abs=2)
            assert audible(greeting) > 0.8
            assert loudness(greeting) > 0.01
            assert left.media["packets"] > 80
            assert left.media["sent"] > 80

    run_real(main())


def test_linphone_is_greeted(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    if not alone:
        pytest.skip("linphonec chooses a wrong address unless it has a network of its own")
    line = spoken("can I book a table please")

    async def main() -> None:
        async with opened(tmp_path / "data", brisk) as house, Linphone(tmp_path / "linphone") as phone:
            await phone.dial(house.uri)
            await house.witness.until(ReplySpoken)
            await phone.say(line)
            turn = await house.witness.until(TurnEnded)
            assert turn.text == "can i book a table please"
            await house.witness.until(ReplySpoken)
            await phone.hang_up()
            await house.over()
            assert audible(phone.heard()) > 2.0

    run_real(main())
