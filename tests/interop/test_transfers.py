"""Calls that are handed over, with softphones that we did not write: by them, by us, and to somebody who will not have it."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from switchroom.ports import HangUp, Left, PartyChanged, Refuse, Signal, Transfer, Transferred
from tests.interop.peers import Baresip, BaresipSetup
from tests.interop.responder import TONE, Answered, responder
from tests.interop.sound import RATE, Samples, pitch, tone
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

HERS, HIS = 440, 700


def phone(folder: Path, name: str, frequency: int, *, answers: bool = False) -> Baresip:
    """A softphone that says a tone."""
    folder = folder / name
    folder.mkdir()
    source = tone(frequency, folder / "tone.wav")
    return Baresip(folder, BaresipSetup(user=name, source=source, answers=answers))


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(15.0):
        while not done():
            await asyncio.sleep(0.05)


async def hears(samples: Callable[[], Samples], frequency: float) -> None:
    """Wait until the last half second is this tone."""
    await until(lambda: len(samples()) >= RATE and abs(pitch(samples()[-RATE // 2 :]) - frequency) < 5)


def told(call: Answered, kind: type[Signal]) -> list[Signal]:
    return [signal for signal in call.signals if isinstance(signal, kind)]


async def outcome(call: Answered) -> Transferred:
    await until(lambda: bool(told(call, Transferred)))
    (ended,) = told(call, Transferred)
    assert isinstance(ended, Transferred)
    return ended


def test_a_phone_hands_us_over_to_another(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(90.0),
            responder() as switch,
            phone(folder, "anna", HERS) as anna,
            phone(folder, "bert", HIS, answers=True) as bert,
        ):
            await anna.dial(switch.uri)
            (call,) = switch.calls
            await hears(lambda: call.samples, HERS)
            await anna.command("transfer", bert.uri)
            await until(lambda: bool(told(call, PartyChanged)))
            await anna.until("CALL_CLOSED")
            await hears(lambda: call.samples, HIS)
            await hears(bert.heard, TONE)
            assert len(switch.calls) == 1, "the same leg went on"
            assert not call.over.is_set()
            await bert.hang_up()
            await call.over.wait()

    run_real(main())


def test_a_phone_hears_why_nobody_would_have_us(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(90.0),
            responder() as switch,
            responder(Refuse("over_limit")) as busy,
            phone(folder, "anna", HERS) as anna,
        ):
            await anna.dial(switch.uri)
            (call,) = switch.calls
            await hears(lambda: call.samples, HERS)
            await anna.command("transfer", busy.uri)
            assert (await anna.until("TRANSFER_FAILED"))["param"] == "486 Busy Here"
            await call.over.wait()  # this phone hangs up then, by its own BYE
            assert call.signals == [Left("hangup")]

    run_real(main())


def test_a_phone_cannot_make_us_call_another_house(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with asyncio.timeout(90.0), responder() as switch, phone(folder, "anna", HERS) as anna:
            await anna.dial(switch.uri)
            (call,) = switch.calls
            await hears(lambda: call.samples, HERS)
            sent = switch.endpoint.counts["CallFailed"]
            await anna.command("transfer", "sip:expensive@127.0.0.2")
            await until(lambda: switch.endpoint.counts["TransferRequested"] == 1)
            await until(lambda: "403" in anna.log())
            assert switch.endpoint.counts["CallFailed"] == sent, "nobody was called"
            if not call.over.is_set():
                await anna.command("hangup")
            await call.over.wait()
            assert not told(call, PartyChanged)

    run_real(main())


def test_we_hand_a_phone_over_to_another(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(90.0),
            responder() as switch,
            phone(folder, "anna", HERS) as anna,
            phone(folder, "bert", HIS, answers=True) as bert,
        ):
            await anna.dial(switch.uri)
            (call,) = switch.calls
            await hears(lambda: call.samples, HERS)
            await call.leg.do(Transfer(bert.uri))
            assert await outcome(call) == Transferred("done", 200)
            await hears(bert.heard, HERS)
            await call.leg.do(HangUp())  # she does not let us go by herself
            await call.over.wait()
            await bert.hang_up()

    run_real(main())


def test_we_hand_a_phone_to_somebody_who_refuses_and_talk_on(alone: bool, folder: Path) -> None:
    async def main() -> None:
        async with (
            asyncio.timeout(90.0),
            responder() as switch,
            responder(Refuse("not_allowed")) as nobody,
            phone(folder, "anna", HERS) as anna,
        ):
            await anna.dial(switch.uri)
            (call,) = switch.calls
            await hears(lambda: call.samples, HERS)
            await call.leg.do(Transfer(nobody.uri))
            assert (await outcome(call)).outcome == "declined"
            heard = len(call.samples)
            await until(lambda: len(call.samples) > heard + RATE)
            assert abs(pitch(call.samples[-RATE // 2 :]) - HERS) < 5
            await anna.hang_up()
            await call.over.wait()

    run_real(main())
