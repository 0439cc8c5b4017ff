"""What carriers and telephones say to calls of ours, each as sipp says it."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.ports import HangUp, Left
from switchroom.sip.commands import Credentials
from switchroom.transports.sip.endpoint import Dialling
from switchroom.transports.sip.legs.rtp_leg import RtpLeg
from tests.interop.peers import sipp
from tests.interop.ports import free_block
from tests.interop.responder import Responder, responder
from tests.interop.script import Script, in_call, reply, sdp
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

Outcome = RtpLeg | SwitchroomError


class Caller:
    """Calls sipp as soon as it listens."""

    def __init__(self, switch: Responder, port: int) -> None:
        self.rung: list[int] = []
        self.signals: list[object] = []
        self._switch = switch
        self._port = port

    async def call(self, **wishes: object) -> RtpLeg:
        """Call. Raises what came in place of an answer."""
        while True:
            try:
                target = f"sip:sipp@127.0.0.1:{self._port}"
                leg = await self._switch.endpoint.dial(Dialling(target, ringing=self.rung.append, **wishes))  # type: ignore[arg-type]
            except Unavailable as error:
                if error.code != "sip_unreachable":
                    raise
                await asyncio.sleep(0.1)  # it has not opened its port yet
            else:
                leg.attach(self.signals.append)
                return leg

    async def signalled(self, *signals: object) -> None:
        """Wait until the call has reported these signals and no others."""
        async with asyncio.timeout(20.0):
            while len(self.signals) < len(signals):
                await asyncio.sleep(0.02)
        assert self.signals == list(signals)


def play(folder: Path, script: Script, story: Callable[[Caller], Awaitable[None]]) -> None:
    """Let sipp be called and play the script, which must go as written, and so must the caller's story."""
    port = free_block(20)

    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, asyncio.TaskGroup() as tasks:
            playing = tasks.create_task(sipp(folder, script.save(folder), port=port, within=40.0))
            await story(Caller(switch, port))
            report = await playing
            assert report.code == 0, report.errors
            assert switch.endpoint.calls == 0

    run_real(main())


def answering(script: Script, *lines: str, body: str | None = None) -> None:
    """Answer and hear the ACK."""
    script.send(reply("200 OK", *lines, body=sdp() if body is None else body))
    script.hear("ACK")


def bye(script: Script) -> None:
    """Be hung up on."""
    script.hear("BYE")
    script.send(in_call("200 OK"), repeat=False)


async def call_and_hang_up(caller: Caller) -> None:
    leg = await caller.call()
    await leg.do(HangUp())
    await caller.signalled(Left("hangup"))


# --- on the way to an answer --------------------------------------------------------------------------------------


def test_ringing_then_early_media_then_an_answer_without_sdp(alone: bool, folder: Path) -> None:
    script = Script()
    script.hear("INVITE")
    script.send(reply("100 Trying"), repeat=False)
    script.send(reply("180 Ringing"), repeat=False)
    script.pause(0.1)
    script.send(reply("183 Session Progress", body=sdp()), repeat=False)
    script.pause(0.3)
    script.send(reply("200 OK"))
    script.hear("ACK")
    bye(script)

    async def story(caller: Caller) -> None:
        await call_and_hang_up(caller)
        assert caller.rung == [180, 183]

    play(folder, script, story)


def challenge(status: str, nonce: str, *, stale: bool = False) -> str:
    name = "Proxy-Authenticate" if status.startswith("407") else "WWW-Authenticate"
    again = ", stale=true" if stale else ""
    return reply(status, f'{name}: Digest realm="carrier", nonce="{nonce}", algorithm=MD5, qop="auth"{again}')


@pytest.mark.parametrize("status", ["401 Unauthorized", "407 Proxy Authentication Required"])
def test_a_challenge_is_answered_and_again_when_its_nonce_was_stale(alone: bool, folder: Path, status: str) -> None:
    script = Script()
    script.hear("INVITE", absent="Authorization:")
    script.send(challenge(status, "first"))
    script.hear("ACK")
    script.hear("INVITE", 'uthorization: Digest .*nonce="first"', "CSeq: 2 INVITE")
    script.send(challenge(status, "second", stale=True))
    script.hear("ACK")
    script.hear("INVITE", 'uthorization: Digest .*nonce="second"', 'username="us"')
    answering(script)
    bye(script)

    async def story(caller: Caller) -> None:
        leg = await caller.call(credentials=Credentials("us", "wonder"))
        await leg.do(HangUp())
        await caller.signalled(Left("hangup"))

    play(folder, script, story)


def test_a_proof_that_is_refused_is_not_tried_for_ever(alone: bool, folder: Path) -> None:
    script = Script()
    for nonce in ("first", "second"):
        script.hear("INVITE")
        script.send(challenge("407 Proxy Authentication Required", nonce))
        script.hear("ACK")

    async def story(caller: Caller) -> None:
        with pytest.raises(SwitchroomError) as refused:
            await caller.call(credentials=Credentials("us", "wrong"))
        assert refused.value.code == "sip_declined"

    play(folder, script, story)


@pytest.mark.parametrize(
    ("status", "code"),
    [
        ("404 Not Found", "sip_not_found"),
        ("480 Temporarily Unavailable", "sip_no_answer"),
        ("486 Busy Here", "sip_busy"),
        ("488 Not Acceptable Here", "sip_no_common_audio"),
        ("500 Server Internal Error", "sip_failed"),
        ("600 Busy Everywhere", "sip_busy"),
        ("603 Decline", "sip_declined"),
    ],
)
def test_a_refusal_says_why(alone: bool, folder: Path, status: str, code: str) -> None:
    script = Script()
    script.hear("INVITE")
    script.send(reply("180 Ringing"), repeat=False)
    script.send(reply(status))
    script.hear("ACK")

    async def story(caller: Caller) -> None:
        with pytest.raises(SwitchroomError) as refused:
            await caller.call()
        assert refused.value.code == code

    play(folder, script, story)


def test_a_session_timer_that_is_too_short_for_them_is_made_longer(alone: bool, folder: Path) -> None:
    script = Script()
    script.hear("INVITE", "Session-Expires: 1800")
    script.send(reply("422 Session Interval Too Small", "Min-SE: 3600"))
    script.hear("ACK")
    script.hear("INVITE", "Session-Expires: 3600", "Min-SE: 3600")
    answering(script, "Require: timer", "Session-Expires: 3600;refresher=uac")
    bye(script)
    play(folder, script, call_and_hang_up)


# --- giving up ----------------------------------------------------------------------------------------------------


async def give_up(caller: Caller) -> None:
    """Call, and think better of it once it rings."""
    async with asyncio.timeout(30.0), asyncio.TaskGroup() as tasks:
        calling = tasks.create_task(caller.call())
        while not caller.rung:
            await asyncio.sleep(0.02)
        calling.cancel()


def invites(status: str, body: str = "") -> str:
    """A response to the INVITE although a CANCEL came last."""
    return reply(status, body=body).replace("[last_CSeq:]", "CSeq: 1 INVITE")


def test_a_call_that_is_given_up_while_it_rings_is_cancelled(alone: bool, folder: Path) -> None:
    script = Script()
    script.hear("INVITE")
    script.send(reply("180 Ringing"), repeat=False)
    script.hear("CANCEL", "CSeq: 1 CANCEL")
    script.send(in_call("200 OK"), repeat=False)
    script.send(invites("487 Request Terminated"))
    script.hear("ACK")
    play(folder, script, give_up)


def test_an_answer_that_crosses_our_cancel_is_acknowledged_and_hung_up(alone: bool, folder: Path) -> None:
    script = Script()
    script.hear("INVITE")
    script.send(reply("180 Ringing"), repeat=False)
    script.hear("CANCEL")
    script.send(in_call("200 OK"), repeat=False)
    script.send(invites("200 OK", sdp()))
    script.hear("ACK")
    bye(script)
    play(folder, script, give_up)
