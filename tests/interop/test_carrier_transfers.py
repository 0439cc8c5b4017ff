"""How carriers and telephone systems hand calls over, each as sipp does it: the complaints about other systems are the list."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from switchroom.ports import HangUp, Left, PartyChanged, Transfer, Transferred
from tests.interop.peers import sipp
from tests.interop.responder import Answered, Responder, responder
from tests.interop.script import CALLER, CONTACT, DIALLED, VIA, Script, in_call, request, sdp
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer

PERSON = "sip:person@192.0.2.77"


async def until(done: Callable[[], bool]) -> None:
    async with asyncio.timeout(15.0):
        while not done():
            await asyncio.sleep(0.02)


def notify(number: int, fragment: str, state: str = "active;expires=60") -> str:
    """Return the caller's news of a transfer that we asked for."""
    about = ("Event: refer", f"Subscription-State: {state}")
    message = request("NOTIFY", number, *about, body=fragment, inside=True)
    return message.replace("Content-Type: application/sdp", "Content-Type: message/sipfrag;version=2.0")


# --- we ask -------------------------------------------------------------------------------------------------------


def told(script: Script, number: int, fragment: str, state: str = "active;expires=60") -> None:
    """Let the caller tell us how it goes."""
    script.send(notify(number, fragment, state))
    script.hear(200)


def goodbye_before_any_news(script: Script) -> None:
    script.hear("REFER", f"Refer-To: <{PERSON}>", "Referred-By: ")
    script.send(in_call("202 Accepted", CONTACT), repeat=False)
    script.pause(0.3)
    script.hang_up(2)


def news_then_goodbye(script: Script) -> None:
    script.hear("REFER")
    script.send(in_call("202 Accepted", CONTACT), repeat=False)
    told(script, 2, "SIP/2.0 100 Trying\n")
    told(script, 3, "SIP/2.0 180 Ringing\n")
    told(script, 4, "SIP/2.0 200 OK\n", "terminated;reason=noresource")
    script.hang_up(5)


def news_instead_of_an_acceptance(script: Script) -> None:
    script.hear("REFER")
    told(script, 2, "SIP/2.0 200 OK\n", "terminated;reason=noresource")
    script.hang_up(3)


def no_goodbye_at_all(script: Script) -> None:
    script.hear("REFER")
    script.send(in_call("202 Accepted", CONTACT), repeat=False)
    told(script, 2, "SIP/2.0 200 OK\n", "terminated;reason=noresource")
    script.hear("BYE")
    script.send(in_call("200 OK"), repeat=False)


@pytest.mark.parametrize("transport", ["u1", "t1"])
@pytest.mark.parametrize(
    "ending", [goodbye_before_any_news, news_then_goodbye, news_instead_of_an_acceptance, no_goodbye_at_all]
)
def test_a_carrier_takes_the_caller_over(
    alone: bool, folder: Path, ending: Callable[[Script], None], transport: str
) -> None:
    script = Script()
    script.call()
    ending(script)

    async def then(call: Answered) -> None:
        if ending is no_goodbye_at_all:
            await call.leg.do(HangUp())
        await call.over.wait()

    assert hand_over(folder, script, then, "-t", transport) == Transferred("done", 200)


REFUSALS = {
    "603 Decline": Transferred("declined", 603),  # where the trunk has not been given the right
    "405 Method Not Allowed": Transferred("not_supported", 405),
    "501 Not Implemented": Transferred("not_supported", 501),
    "403 Forbidden": Transferred("declined", 403),
    "503 Service Unavailable": Transferred("unreachable", 503),
}


@pytest.mark.parametrize("status", REFUSALS)
def test_a_carrier_that_will_not_transfer_says_why_and_the_call_goes_on(alone: bool, folder: Path, status: str) -> None:
    script = Script()
    script.call()
    script.hear("REFER")
    script.send(in_call(status), repeat=False)
    script.pause(0.5)
    script.hang_up(2)
    assert hand_over(folder, script, stays) == REFUSALS[status]


FRAGMENTS = {
    "SIP/2.0 486 Busy Here": Transferred("busy", 486),
    "SIP/2.0 480 Temporarily Unavailable": Transferred("no_answer", 480),
    "SIP/2.0 404 Not Found": Transferred("unreachable", 404),
    "SIP/2.0 603 Decline": Transferred("declined", 603),
    "SIP/2.0 500 Oops": Transferred("failed", 500),
}


@pytest.mark.parametrize("fragment", FRAGMENTS)
def test_a_person_who_does_not_take_the_caller_leaves_them_with_us(alone: bool, folder: Path, fragment: str) -> None:
    script = Script()
    script.call()
    script.hear("REFER")
    script.send(in_call("202 Accepted", CONTACT), repeat=False)
    told(script, 2, "SIP/2.0 100 Trying\n")
    told(script, 3, fragment + "\n", "terminated;reason=noresource")
    script.pause(0.5)
    script.hang_up(4)
    assert hand_over(folder, script, stays) == FRAGMENTS[fragment]


async def stays(call: Answered) -> None:
    """The caller is heard, and hangs up when they want to."""
    assert not call.over.is_set()
    await call.over.wait()


def hand_over(folder: Path, script: Script, then: Callable[[Answered], Awaitable[None]], *options: str) -> Transferred:
    """Let sipp call and play the script while we hand the caller over; return what we hear of it."""

    async def main() -> Transferred:
        async with asyncio.timeout(60.0), responder() as switch, asyncio.TaskGroup() as tasks:
            playing = tasks.create_task(sipp(folder, script.save(folder), switch.target, *options))
            await until(lambda: switch.endpoint.counts["CallConfirmed"] == 1)
            (call,) = switch.calls
            await call.leg.do(Transfer(PERSON))
            await until(lambda: any(isinstance(signal, Transferred) for signal in call.signals))
            await then(call)
            report = await playing
            assert report.code == 0, report.errors
        (ended,) = [signal for signal in call.signals if isinstance(signal, Transferred)]
        return ended

    return run_real(main())


# --- they ask -----------------------------------------------------------------------------------------------------


def refer(number: int, target: str, *lines: str) -> str:
    return request("REFER", number, f"Refer-To: <{target}>", "Referred-By: <sip:sipp@127.0.0.1>", *lines, inside=True)


def handed_over(folder: Path, script: Callable[[str], Script], *options: str) -> tuple[Answered, Answered]:
    """Let sipp hand us over to a second switch as the script for its address says; return both calls."""

    async def main() -> tuple[Answered, Answered]:
        async with asyncio.timeout(60.0), responder() as switch, responder() as carol:
            report = await sipp(folder, script(carol.uri).save(folder), switch.target, *options)
            assert report.code == 0, report.errors
            (ours,) = switch.calls
            await until(lambda: bool(changes(ours)) and bool(carol.calls))
            await until(lambda: len(ours.heard) > 50)
            (hers,) = carol.calls
            await until(lambda: len(hers.heard) > 25)
            assert not ours.over.is_set()
            await hers.leg.do(HangUp())
            await ours.over.wait()
        return ours, hers

    return run_real(main())


def changes(call: Answered) -> list[PartyChanged]:
    return [signal for signal in call.signals if isinstance(signal, PartyChanged)]


def news(script: Script, *expressions: str) -> None:
    """Be told how it goes."""
    script.hear("NOTIFY", "Event: refer", "Content-Type: message/sipfrag", *expressions)
    script.send(in_call("200 OK"), repeat=False)


def news_until_the_last(script: Script) -> None:
    """Be told that it rings, unless it is answered before we answered the news before, and that it was answered."""
    news = "SIP/2.0 180 Ringing|SIP/2.0 200 OK"
    script.hear_all("NOTIFY", in_call("200 OK"), news, last="Subscription-State: terminated;reason=noresource")


@pytest.mark.parametrize("transport", ["u1", "t1"])
def test_who_hands_us_over_hears_how_it_goes_and_is_let_go(alone: bool, folder: Path, transport: str) -> None:
    def script(target: str) -> Script:
        script = Script()
        script.call()
        script.send(refer(2, target))
        script.hear(202, "Contact: ")
        news(script, "SIP/2.0 100 Trying", "Subscription-State: active")
        news_until_the_last(script)
        script.hear("BYE")
        script.send(in_call("200 OK"), repeat=False)
        return script

    ours, _ = handed_over(folder, script, "-t", transport)
    assert changes(ours)[0].party.address.startswith("sip:demo@127.0.0.1")
    assert ours.signals[-1] == Left("hangup")


def test_who_hands_us_over_and_is_gone_at_once_kills_nobody(alone: bool, folder: Path) -> None:
    def script(target: str) -> Script:
        script = Script()
        script.call()
        script.send(refer(2, target))
        script.hear(202)
        script.send(request("BYE", 3, inside=True))
        for _ in range(3):  # what was on its way
            script.hear("NOTIFY", optional=True)
        script.hear(200)
        return script

    handed_over(folder, script)


def test_who_wants_no_news_of_it_gets_none(alone: bool, folder: Path) -> None:
    def script(target: str) -> Script:
        script = Script()
        script.call()
        script.send(refer(2, target, "Refer-Sub: false", "Supported: norefersub"))
        script.hear(202, "Refer-Sub: false")
        script.hear("BYE")
        script.send(in_call("200 OK"), repeat=False)
        return script

    handed_over(folder, script)


def test_a_stranger_cannot_make_us_call_a_premium_number(alone: bool, folder: Path) -> None:
    script = Script()
    script.call()
    script.send(refer(2, "sip:+8839900123@127.0.0.99"))
    script.hear(403)
    script.hang_up(3)
    switch = play(folder, script)
    assert switch.endpoint.counts["CallFailed"] == 0


def test_a_wish_that_makes_no_sense_is_refused_and_the_call_goes_on(alone: bool, folder: Path) -> None:
    script = Script()
    script.call()
    script.send(request("REFER", 2, inside=True))
    script.hear(400)
    script.send(refer(3, "tel:+15550100"))
    script.hear(416)
    script.hang_up(4)
    play(folder, script)


# --- attended -----------------------------------------------------------------------------------------------------


def second(method: str, number: int, *lines: str, body: str = "", uri: str = DIALLED, to: str = "") -> str:
    """Return a request of another call of the same sipp."""
    caller = CALLER.replace("tag=", "tag=other-")
    head = [f"{method} {uri} SIP/2.0", VIA, f"From: {caller}", f"To: <{DIALLED}>{to}", "Call-ID: other///[call_id]"]
    head += [f"CSeq: {number} {method}", CONTACT, "Max-Forwards: 70", *lines]
    tail = ["Content-Type: application/sdp", "Content-Length: [len]", "", body] if body else ["Content-Length: 0", ""]
    return "\n".join([*head, *tail])


def test_a_call_takes_the_place_of_another(alone: bool, folder: Path) -> None:
    script = Script()
    script.send(request("INVITE", 1, body=sdp()))
    script.hear(100, optional=True)
    script.hear(180, optional=True)
    script._steps.append(
        '  <recv response="200" rrs="true"><action><ereg regexp="tag=([^;]*)" search_in="hdr" header="To:" '
        'check_it="true" assign_to="1,2"/></action></recv>'
    )
    script._found = 2
    script.send(request("ACK", 1, inside=True), repeat=False)
    script.pause(0.3)
    replaces = "Replaces: [call_id];to-tag=[$2];from-tag=[pid]-[call_number]"
    script.send(second("INVITE", 1, replaces, "Require: replaces", body=sdp()))
    script.hear(100, optional=True)
    script.hear(200)
    script.send(second("ACK", 1, to="[peer_tag_param]"), repeat=False)
    script.hear("BYE")
    script.send(in_call("200 OK"), repeat=False)
    script.pause(0.5)
    script.send(second("BYE", 2, to="[peer_tag_param]"))
    script.hear(200)
    switch = play(folder, script)
    (call,) = switch.calls
    assert len(changes(call)) == 1
    assert call.signals[-1] == Left("hangup")


def play(folder: Path, script: Script) -> Responder:
    """Let sipp play the script; it must go as written. Return who was called."""

    async def main() -> Responder:
        async with asyncio.timeout(60.0), responder() as switch:
            report = await sipp(folder, script.save(folder), switch.target, within=30.0)
            assert report.code == 0, report.errors
        return switch

    return run_real(main())
