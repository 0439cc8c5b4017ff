"""Calls that carriers do not simply answer: acknowledged ringing, packed descriptions, other places, closed doors."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from switchroom.errors import Unavailable
from switchroom.ports import HangUp, Left
from switchroom.sip.calls.redirect import Redirects
from switchroom.transports.sip.endpoint import Dialling
from switchroom.transports.sip.legs.rtp_leg import RtpLeg
from tests.interop.peers import sipp
from tests.interop.ports import free_block
from tests.interop.responder import Responder, responder
from tests.interop.script import CONTACT, LAST, Script, in_call, reply, request, sdp
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

Story = Callable[[Responder, str, Responder], Awaitable[None]]


def called(folder: Path, script: Script) -> Responder:
    """Let sipp call us by the script; it must go as written."""

    async def main() -> Responder:
        async with asyncio.timeout(60.0), responder() as switch:
            report = await sipp(folder, script.save(folder), switch.target, within=40.0)
            assert report.code == 0, report.errors
        return switch

    return run_real(main())


def calling(folder: Path, script: Script, story: Story) -> None:
    """Let a switch call sipp, which plays the script, and somebody else, whom the script calls OTHER."""
    port = free_block(20)

    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, responder() as other, asyncio.TaskGroup() as tasks:
            path = script.save(folder)
            path.write_text(path.read_text().replace("OTHER", other.uri))
            playing = tasks.create_task(sipp(folder, path, port=port, within=40.0))
            await story(switch, f"sip:sipp@127.0.0.1:{port}", other)
            report = await playing
            assert report.code == 0, report.errors

    run_real(main())


async def dial(switch: Responder, dialling: Dialling) -> RtpLeg:
    """Call as soon as sipp listens."""
    while True:
        try:
            return await switch.endpoint.dial(dialling)
        except Unavailable as error:
            if error.code != "sip_unreachable":
                raise
            await asyncio.sleep(0.1)


async def hang_up(leg: RtpLeg) -> None:
    over = asyncio.Event()
    leg.attach(lambda signal: over.set() if isinstance(signal, Left) else None)
    await leg.do(HangUp())
    await over.wait()


def test_ringing_is_acknowledged_for_a_carrier_that_requires_it(alone: bool, folder: Path) -> None:
    script = Script()
    script.send(request("INVITE", 1, "Require: 100rel", body=sdp()))
    script.hear(100, optional=True)
    (number,) = script.keep(180, "RSeq")
    prack = request("PRACK", 2, f"RAck: {number} 1 INVITE").replace("Contact:", "X-Contact:")
    script.send(prack.replace(">\nCall-ID", ">[peer_tag_param]\nCall-ID"), repeat=False)
    script.taken("CSeq: 1 INVITE")  # mere ringing does not hold up the answer
    script.send(request("ACK", 1, inside=True), repeat=False)
    script.hear(200, "CSeq: 2 PRACK")
    script.pause(0.3)
    script.hang_up(3)
    assert called(folder, script).calls[0].signals == [Left("hangup")]


def test_a_description_packed_with_isup_makes_a_call(alone: bool, folder: Path) -> None:
    parts = [
        "--bound",
        "Content-Type: application/ISUP;version=itu-t92+;base=itu-t92+",
        "Content-Disposition: signal;handling=optional",
        "",
        "01 11 00 60 00 0a 00",
        "--bound",
        "Content-Type: application/sdp",
        "",
        sdp(),
        "--bound--",
    ]
    plain, packed = (
        "Content-Type: application/sdp\nContent-Length",
        "Content-Type: multipart/mixed;boundary=bound\nContent-Length",
    )
    script = Script()
    script.send(request("INVITE", 1, "MIME-Version: 1.0", body="\n".join(parts)).replace(plain, packed))
    script.answered(1, "m=audio")
    script.pause(0.3)
    script.hang_up(2)
    assert called(folder, script).calls[0].signals == [Left("hangup")]


def test_early_media_that_must_be_acknowledged_is(alone: bool, folder: Path) -> None:
    script = Script()
    via, cseq = script.keep("INVITE", "Via", "CSeq")
    script.send(reply("183 Session Progress", "Require: 100rel", "RSeq: 77", body=sdp()))
    script.hear("PRACK", "RAck: 77 1 INVITE")
    script.send(in_call("200 OK"), repeat=False)
    okay = reply("200 OK", "Supported: 100rel")
    for kept, word in ((LAST[0], f"Via: {via}"), (LAST[3], f"CSeq: {cseq}"), (";tag=[pid]-[call_number]", "")):
        okay = okay.replace(kept, word)
    script.send(okay)
    script.hear("ACK")
    script.hear("BYE")
    script.send(in_call("200 OK"), repeat=False)

    async def story(switch: Responder, target: str, _other: Responder) -> None:
        rung: list[int] = []
        leg = await dial(switch, Dialling(target, ringing=rung.append))
        assert rung == [183]
        await hang_up(leg)

    calling(folder, script, story)


def test_a_call_that_is_sent_elsewhere_goes_there_if_it_may(alone: bool, folder: Path) -> None:
    script = Script()
    script.hear("INVITE")
    script.send(reply("302 Moved Temporarily").replace(CONTACT, "Contact: <OTHER>;q=0.5"))
    script.hear("ACK")

    async def story(switch: Responder, target: str, other: Responder) -> None:
        leg = await dial(switch, Dialling(target, redirects=Redirects("anywhere")))
        await asyncio.sleep(0.2)
        await hang_up(leg)
        assert len(other.calls) == 1

    calling(folder, script, story)


def test_a_hop_that_is_full_is_left_in_peace(alone: bool, folder: Path) -> None:
    script = Script()
    script.hear("INVITE")
    script.send(reply("503 Service Unavailable", "Retry-After: 60"))
    script.hear("ACK")

    async def story(switch: Responder, target: str, other: Responder) -> None:
        proxies = (target, other.uri)
        while not other.calls:
            await hang_up(await dial(switch, Dialling(other.uri, proxies=proxies)))
        await asyncio.sleep(0.2)
        await hang_up(await dial(switch, Dialling(other.uri, proxies=proxies)))

    calling(folder, script, story)
