"""What carriers and telephone systems do in calls to us, each as sipp does it: the complaints about other systems are the list."""

import asyncio
from pathlib import Path

import pytest

from switchroom.ports import Held, Left, Resumed
from tests.interop.peers import sipp
from tests.interop.responder import Responder, responder
from tests.interop.script import CALLER, DIALLED, VIA, Script, request, sdp, via_of
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer


def play(folder: Path, script: Script, *options: str, patient: bool = False, host: str = "127.0.0.1") -> Responder:
    """Let sipp play the script; it must go as written. Return who was called."""

    async def main() -> Responder:
        async with asyncio.timeout(60.0), responder(patient=patient, host=host) as switch:
            report = await sipp(folder, script.save(folder), switch.target, *options, within=40.0)
            assert report.code == 0, report.errors
        return switch

    return run_real(main())


# --- hold ---------------------------------------------------------------------------------------------------------

HOLDS = {
    "sendonly": (sdp("a=sendonly", version=2), "a=recvonly"),
    "inactive": (sdp("a=inactive", version=2), "a=inactive"),
    "address_of_zeros": (sdp(version=2, connection="0.0.0.0"), "a=recvonly"),  # as before RFC 3264
    "zeros_and_inactive": (sdp("a=inactive", version=2, connection="0.0.0.0"), "a=inactive"),
}


@pytest.mark.parametrize("kind", HOLDS)
def test_hold_keeps_the_call_and_resume_brings_it_back(alone: bool, folder: Path, kind: str) -> None:
    held, answered = HOLDS[kind]
    script = Script()
    script.call()
    script.pause(0.3)
    script.send(request("INVITE", 2, body=held, inside=True))
    script.answered(2, answered)
    script.pause(0.5)
    script.send(request("INVITE", 3, body=sdp(version=3), inside=True))
    script.answered(3, "a=sendrecv")
    script.pause(0.3)
    script.hang_up(4)
    call = play(folder, script).calls[0]
    assert call.signals == [Held(), Resumed(), Left("hangup")]


# --- offers -------------------------------------------------------------------------------------------------------


def test_a_reinvite_without_sdp_gets_our_offer(alone: bool, folder: Path) -> None:
    script = Script()
    script.call()
    script.send(request("INVITE", 2, inside=True))
    script.hear(100, optional=True)
    script.taken("m=audio [0-9]+ RTP/AVP .*0")
    script.send(request("ACK", 2, body=sdp(version=2), inside=True), repeat=False)
    script.pause(0.3)
    script.hang_up(3)
    assert play(folder, script).calls[0].signals == [Left("hangup")]


def test_a_codec_that_nobody_here_speaks_is_refused_with_488(alone: bool, folder: Path) -> None:
    script = Script()
    script.send(request("INVITE", 1, body=sdp("a=rtpmap:18 G729/8000", formats="18 101"), via=via_of(1)))
    script.refused(488, 1, "Warning:")
    assert play(folder, script).calls == []


def test_a_codec_that_nobody_here_speaks_in_a_reinvite_leaves_the_call_standing(alone: bool, folder: Path) -> None:
    script = Script()
    script.call()
    body = sdp("a=rtpmap:18 G729/8000", formats="18", version=2)
    script.send(request("INVITE", 2, body=body, inside=True, via=via_of(2)))
    script.refused(488, 2)
    script.pause(0.3)
    script.hang_up(3)
    assert play(folder, script).calls[0].signals == [Left("hangup")]


def test_video_beside_audio_is_refused_and_the_call_is_taken(alone: bool, folder: Path) -> None:
    video = "m=video 40000 RTP/AVP 96\na=rtpmap:96 H264/90000"
    script = Script()
    script.send(request("INVITE", 1, body=f"{sdp()}\n{video}"))
    script.answered(1, "m=video 0 ")
    script.hang_up(2)
    assert play(folder, script).calls[0].signals == [Left("hangup")]


# --- session timers -----------------------------------------------------------------------------------------------

TIMER = ("Supported: timer, replaces", "Session-Expires: 90;refresher=uac", "Min-SE: 90")


@pytest.mark.parametrize("method", ["INVITE", "UPDATE"])
def test_a_session_timer_is_refreshed_by_the_caller(alone: bool, folder: Path, method: str) -> None:
    script = Script()
    script.send(request("INVITE", 1, *TIMER, body=sdp()))
    script.answered(1, "Session-Expires: 90;refresher=uac")
    for number in (2, 3):
        script.pause(0.2)
        body = sdp() if method == "INVITE" else ""
        script.send(request(method, number, *TIMER, body=body, inside=True))
        if method == "INVITE":
            script.answered(number, "Session-Expires: 90;refresher=uac")
        else:
            script.hear(200, "Session-Expires: 90;refresher=uac")
    script.hang_up(4)
    assert play(folder, script).calls[0].signals == [Left("hangup")]


def test_a_session_timer_that_is_too_short_is_told_the_least(alone: bool, folder: Path) -> None:
    script = Script()
    script.send(request("INVITE", 1, "Supported: timer", "Session-Expires: 30", body=sdp(), via=via_of(1)))
    script.refused(422, 1, "Min-SE: 90")
    script.send(request("INVITE", 2, *TIMER, body=sdp()))
    script.answered(2, "Session-Expires: 90")
    script.hang_up(3)
    assert play(folder, script).calls[0].signals == [Left("hangup")]


# --- races and repeats --------------------------------------------------------------------------------------------


def test_a_repeated_invite_is_one_call_with_one_answer(alone: bool, folder: Path) -> None:
    invite = request("INVITE", 1, body=sdp(), via=via_of(1))
    script = Script()
    script.send(invite, repeat=False)
    script.hear(100)
    script.hear(180)
    script.taken()
    script.send(invite, repeat=False)
    script.pause(0.8)  # until the ACK comes the 200 is said again, which sipp passes over
    script.send(request("ACK", 1, inside=True), repeat=False)
    script.hang_up(2)
    switch = play(folder, script)
    assert len(switch.calls) == 1
    assert switch.endpoint.counters()["sent"] >= 5, "100, 180, 200 twice, 200 to BYE"


def test_an_ack_that_comes_three_times_changes_nothing(alone: bool, folder: Path) -> None:
    script = Script()
    script.call()
    for _ in range(2):
        script.send(request("ACK", 1, inside=True), repeat=False)
    script.pause(0.3)
    script.hang_up(2)
    assert play(folder, script).calls[0].signals == [Left("hangup")]


def test_a_cancel_after_the_answer_changes_nothing(alone: bool, folder: Path) -> None:
    script = Script()
    script.send(request("INVITE", 1, body=sdp(), via=via_of(1)))
    script.hear(100, optional=True)
    script.hear(180, optional=True)
    script.taken()
    script.send(request("CANCEL", 1, via=via_of(1)), repeat=False)
    script.hear(200, "CSeq: 1 CANCEL")
    script.send(request("ACK", 1, inside=True), repeat=False)
    script.pause(0.3)
    script.hang_up(2)
    assert play(folder, script).calls[0].signals == [Left("hangup")]


def test_a_reinvite_before_our_answer_is_acknowledged_is_glare(alone: bool, folder: Path) -> None:
    script = Script()
    script.send(request("INVITE", 1, body=sdp()))
    script.hear(100, optional=True)
    script.hear(180, optional=True)
    script.taken()
    script.send(request("INVITE", 2, body=sdp(version=2), inside=True, via=via_of(2)), repeat=False)
    script.refused(491, 2)
    script.send(request("ACK", 1, inside=True), repeat=False)
    script.pause(0.3)
    script.hang_up(3)
    assert play(folder, script).calls[0].signals == [Left("hangup")]


def test_a_request_out_of_order_is_refused_and_the_call_stands(alone: bool, folder: Path) -> None:
    script = Script()
    script.call()
    script.send(request("OPTIONS", 10, inside=True))
    script.hear(200, "Allow:")
    script.send(request("INFO", 5, inside=True))
    script.hear(500)
    script.hang_up(11)
    assert play(folder, script).calls[0].signals == [Left("hangup")]


def test_a_bye_for_no_call_gets_481(alone: bool, folder: Path) -> None:
    script = Script()
    script.send(request("BYE", 1).replace(f"To: <{DIALLED}>", f"To: <{DIALLED}>;tag=nobody"))
    script.hear(481)
    assert play(folder, script).calls == []


# --- pings and odd shapes -----------------------------------------------------------------------------------------


def test_an_options_ping_is_answered(alone: bool, folder: Path) -> None:
    script = Script()
    script.send(request("OPTIONS", 1, "Accept: application/sdp"))
    script.hear(200, "Allow: INVITE", "Accept: application/sdp")
    play(folder, script)


def test_compact_folded_and_shouted_headers_make_a_call(alone: bool, folder: Path) -> None:
    lines = [
        f"INVITE {DIALLED} SIP/2.0",
        VIA.replace("Via: ", "v: "),
        f"f:{CALLER}",
        f"t:   <{DIALLED}>",
        "i: [call_id]",
        "CSEQ : 1 INVITE",
        "m:<sip:sipp@[local_ip]:[local_port];transport=[transport]>;expires=60",
        "max-forwards:70",
        "s: A call",
        "[fold]whose subject goes on",
        "k: timer , replaces",
        "SuBjEcT2: " + "x" * 3000,
        "X-Nothing:",
        "c: application/sdp",
        "l: [len]",
        "",
        sdp(),
    ]
    script = Script()
    script.send("\n".join(lines))
    script.answered(1)
    script.hang_up(2)
    call = play(folder, script, "-key", "fold", " \t").calls[0]
    assert call.signals == [Left("hangup")]


TWILIO = (
    "Record-Route: <sip:[local_ip]:[local_port];r2=on;lr;twnat=sip:[local_ip]:[local_port]>",
    "Record-Route: <sip:[local_ip]:[local_port];lr;ftag=28287602_c3356d0b_25b6eb5e>",
    "User-Agent: Twilio Gateway",
    "Diversion: <sip:+15550100@public-vip.us1.twilio.com>;reason=unconditional",
    "Allow: INVITE,ACK,CANCEL,BYE,REFER,NOTIFY,OPTIONS",
    "X-Twilio-AccountSid: AC00000000000000000000000000000000",
    "X-Twilio-CallSid: CA00000000000000000000000000000000",
    "Call-Info: <sip:127.0.0.1>;method=NOTIFY;Event=telephone-event;Duration=1000",
)
TELNYX = (
    "Record-Route: <sip:[local_ip]:[local_port];lr;ftag=4cXmU7Zcr58aK;did=5d1.0d31>",
    "P-Asserted-Identity: <sip:+15550123@[local_ip]>",
    'Remote-Party-ID: "+15550123" <sip:+15550123@[local_ip]>;party=calling;screen=yes;privacy=off',
    "Supported: path, replaces",
    "Allow: INVITE, ACK, BYE, CANCEL, OPTIONS, MESSAGE, INFO, UPDATE, REGISTER, REFER, NOTIFY, PUBLISH, SUBSCRIBE",
    "Allow-Events: talk, hold, conference, presence, as-feature-event, dialog, line-seize, call-info, sla",
    "Content-Disposition: session",
    "X-Telnyx-Session-ID: 00000000-0000-0000-0000-000000000000",
    "P-Charging-Vector: icid-value=abc;icid-generated-at=127.0.0.1",
)
MANY_CODECS = (
    "a=rtpmap:96 opus/48000/2",
    "a=fmtp:96 useinbandfec=1",
    "a=rtpmap:9 G722/8000",
    "a=rtpmap:18 G729/8000",
    "a=fmtp:18 annexb=no",
    "a=rtpmap:0 PCMU/8000",
    "a=fmtp:101 0-16",
    "a=ptime:20",
    "a=maxptime:20",
    "a=rtcp:40001",
    "a=sendrecv",
)


@pytest.mark.parametrize(
    ("lines", "formats"), [(TWILIO, "0 101"), (TELNYX, "0 9 18 8 96 101")], ids=["twilio", "telnyx"]
)
def test_a_carriers_own_shape_of_invite_makes_a_call(
    alone: bool, folder: Path, lines: tuple[str, ...], formats: str
) -> None:
    script = Script()
    script.send(request("INVITE", 1, *lines, body=sdp(*MANY_CODECS, formats=formats)))
    script.answered(1, "Record-Route:", "m=audio")
    script.pause(0.3)
    script.hang_up(2)
    call = play(folder, script).calls[0]
    assert call.signals == [Left("hangup")]
    assert call.leg.encoding.label == "PCMU"


def test_a_call_over_ipv6(alone: bool, folder: Path) -> None:
    script = Script()
    script.call(body=sdp(connection="::1"))
    script.pause(0.3)
    script.hang_up(2)
    call = play(folder, script, "-i", "::1", "-mi", "::1", host="::1").calls[0]
    assert call.signals == [Left("hangup")]
    assert call.leg.media()["sent"] > 5
