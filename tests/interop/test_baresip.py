"""A softphone that we did not write does to a call of ours what people do to calls: holds, resumes, presses keys, moves media."""

import asyncio
from pathlib import Path

import pytest

from switchroom.ports import Held, Left, Resumed
from tests.interop.peers import Baresip, BaresipSetup
from tests.interop.responder import Answered, Responder, responder
from tests.interop.sound import RATE, pitch, tone
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

KEYS = "0123456789*#ABCD"
SECURE = ("sip_verify_server no",)


def uri(switch: Responder, transport: str) -> str:
    return switch.secure_uri if transport == "tls" else f"{switch.uri};transport={transport}"


async def comes_through(call: Answered) -> None:
    """From now on the phone's tone is heard for a second, and it is spoken to.

    What baresip records of what it hears ends at the first hold, whoever it talks to; what came before is tested elsewhere.
    """
    heard, sent = len(call.samples), call.leg.media()["sent"]
    async with asyncio.timeout(10.0):
        while len(call.samples) < heard + RATE or call.leg.media()["sent"] < sent + 25:
            await asyncio.sleep(0.05)
    assert pitch(call.samples[-RATE // 2 :]) == pytest.approx(440, abs=3)


async def signals(call: Answered, count: int) -> None:
    """Wait for so many signals."""
    async with asyncio.timeout(10.0):
        while len(call.signals) < count:
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("transport", ["udp", "tcp", "tls"])
def test_a_call_held_twice_is_heard_again_each_time(alone: bool, folder: Path, transport: str) -> None:
    setup = BaresipSetup(transport=transport, source=tone(440, folder / "tone.wav"), lines=SECURE)

    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, Baresip(folder, setup) as phone:
            await phone.dial(uri(switch, transport))
            call = switch.calls[0]
            await comes_through(call)
            for done in (1, 2):
                await phone.hold()
                await signals(call, 2 * done - 1)
                quiet = call.leg.media()["sent"]
                await asyncio.sleep(0.3)
                assert call.leg.media()["sent"] <= quiet + 1, "who is on hold is not spoken to"
                await phone.resume()
                await signals(call, 2 * done)
                await comes_through(call)
            await phone.hang_up()
            await call.over.wait()
            assert call.signals == [Held(), Resumed(), Held(), Resumed(), Left("hangup")]

    run_real(main())


def test_a_storm_of_holds_and_resumes_leaves_the_call_standing(alone: bool, folder: Path) -> None:
    setup = BaresipSetup(source=tone(440, folder / "tone.wav"))

    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, Baresip(folder, setup) as phone:
            await phone.dial(switch.uri)
            call = switch.calls[0]
            for _ in range(15):  # the next one begins before the last is answered
                await phone.hold()
                await phone.resume()
            await asyncio.sleep(0.5)
            await phone.hold()
            await asyncio.sleep(0.5)
            await phone.resume()
            await comes_through(call)
            assert not call.over.is_set()
            assert call.signals[-1] == Resumed()
            await phone.hang_up()
            await call.over.wait()

    run_real(main())


def test_every_key_arrives_once_and_in_order(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, Baresip(folder) as phone:
            await phone.dial(switch.uri)
            await phone.press(KEYS, apart=0.35)
            await asyncio.sleep(0.6)
            await phone.hang_up()
            call = switch.calls[0]
            await call.over.wait()
            assert call.digits == KEYS

    run_real(main())


def test_keys_pressed_right_after_a_hold_arrive(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, Baresip(folder) as phone:
            await phone.dial(switch.uri)
            call = switch.calls[0]
            await phone.hold()
            await signals(call, 1)
            await phone.resume()
            await signals(call, 2)
            await phone.press("19", apart=0.35)
            await asyncio.sleep(0.6)
            await phone.hang_up()
            await call.over.wait()
            assert call.digits == "19"

    run_real(main())
