"""What a browser's description needs to have, and what is answered and offered to it."""

import re
from dataclasses import replace

import pytest

from switchroom.sip.description.offer import (
    Agreement,
    LocalAudio,
    Unacceptable,
    answer_offer,
    make_offer,
    read_answer,
)
from switchroom.sip.description.webrtc import SOMEWHERE, Role, WebSide

SHA = ":".join(["AB"] * 32)
OTHER = ":".join(["CD"] * 32)
OURS = WebSide("ourfrag", "o" * 32, OTHER)
LOCAL = LocalAudio("192.0.2.1", 20000, ("opus", "PCMU"), web=OURS)
OFFER = f"""v=0
o=- 46117 2 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0
a=extmap-allow-mixed
a=msid-semantic: WMS
m=audio 9 UDP/TLS/RTP/SAVPF 111 63 9 0 8 13 110 126
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=candidate:1 1 udp 2113937151 3a1c.local 50000 typ host generation 0
a=ice-ufrag:qZ7F
a=ice-pwd:uPGGNQ6jQB5iKwQ2m0hNzHqo
a=ice-options:trickle
a=fingerprint:sha-256 {SHA}
a=setup:actpass
a=mid:0
a=sendrecv
a=rtcp-mux
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
a=rtpmap:63 red/48000/2
a=rtpmap:9 G722/8000
a=rtpmap:0 PCMU/8000
a=rtpmap:110 telephone-event/48000
a=rtpmap:126 telephone-event/8000
""".replace("\n", "\r\n")


def agreed(offer: str = OFFER, local: LocalAudio = LOCAL) -> Agreement:
    found = answer_offer(offer, local)
    assert isinstance(found, Agreement), found
    return found


def test_a_browser_is_answered_with_one_candidate_and_our_fingerprint() -> None:
    found = agreed()
    assert found.web is not None
    assert (found.web.ufrag, found.web.fingerprints, found.web.role) == ("qZ7F", frozenset({SHA}), "passive")
    assert (found.codec, found.payload, found.digits, found.mux) == ("opus", 111, 110, True)
    assert (found.host, found.held, found.keys) == (SOMEWHERE, False, None)
    above, section = found.sdp.split("m=", 1)
    assert "a=ice-lite\r\n" in above and "a=group:BUNDLE 0\r\n" in above
    assert section.startswith("audio 20000 UDP/TLS/RTP/SAVPF 111 110\r\n")
    for line in (
        "mid:0",
        "rtcp-mux",
        "ice-ufrag:ourfrag",
        f"ice-pwd:{'o' * 32}",
        "candidate:1 1 udp 2130706431 192.0.2.1 20000 typ host",
        "end-of-candidates",
        f"fingerprint:sha-256 {OTHER}",
        "setup:passive",
    ):
        assert section.count(f"a={line}\r\n") == 1, line


def test_what_stands_above_the_section_is_heard_too() -> None:
    lines = [line for line in OFFER.split("\r\n") if re.match(r"a=(ice-ufrag|ice-pwd|fingerprint|setup)", line)]
    rest = OFFER
    for line in lines:
        rest = rest.replace(line + "\r\n", "")
    assert agreed(rest.replace("t=0 0\r\n", "t=0 0\r\n" + "".join(f"{line}\r\n" for line in lines))).web == agreed().web


@pytest.mark.parametrize(
    ("line", "instead"),
    [
        ("a=ice-ufrag:qZ7F", "a=ice-ufrag:q"),
        ("a=ice-pwd:uPGGNQ6jQB5iKwQ2m0hNzHqo", "a=x:y"),
        ("a=rtcp-mux", "a=x:y"),
        (f"a=fingerprint:sha-256 {SHA}", f"a=fingerprint:sha-1 {SHA[:59]}"),
        (f"a=fingerprint:sha-256 {SHA}", "a=fingerprint:sha-256 AB"),
        ("a=setup:actpass", "a=setup:holdconn"),
        ("a=msid-semantic: WMS", "a=ice-lite"),
    ],
)
def test_a_section_that_lacks_what_it_takes_is_refused(line: str, instead: str) -> None:
    assert line in OFFER
    found = answer_offer(OFFER.replace(line, instead), LOCAL)
    assert isinstance(found, Unacceptable)
    assert found.status == 488


@pytest.mark.parametrize(
    ("said", "role", "answered"),
    [
        ("actpass", None, "passive"),
        ("active", None, "passive"),
        ("passive", None, "active"),
        ("actpass", "active", "active"),
    ],
)
def test_the_role_in_dtls_follows_theirs_and_stays(said: str, role: Role | None, answered: Role) -> None:
    local = replace(LOCAL, web=replace(OURS, role=role))
    found = agreed(OFFER.replace("setup:actpass", f"setup:{said}"), local)
    assert found.web is not None and found.web.role == answered
    assert f"a=setup:{answered}\r\n" in found.sdp


def test_who_is_no_browser_is_neither_offered_it_nor_taken_with_it() -> None:
    plain = replace(LOCAL, web=None)
    assert "SAVPF" not in make_offer(plain)
    assert isinstance(answer_offer(OFFER, plain), Unacceptable)


def test_what_never_allows_of_srtp_says_nothing_of_browsers() -> None:
    assert agreed(local=replace(LOCAL, security="never")).web is not None
    assert agreed(local=replace(LOCAL, security="require")).web is not None


def test_our_offer_is_answered_by_a_browser() -> None:
    offer = make_offer(LOCAL)
    assert "UDP/TLS/RTP/SAVPF" in offer and "a=setup:actpass" in offer and "a=rtcp-mux" in offer
    found = read_answer(OFFER.replace("actpass", "active"), LOCAL)
    assert isinstance(found, Agreement)
    assert found.web is not None and found.web.role == "passive"
    assert found.mux


@pytest.mark.parametrize("protocol", ["RTP/AVP", "RTP/SAVP"])
def test_an_answer_without_dtls_to_an_offer_of_it_is_no_answer(protocol: str) -> None:
    assert isinstance(read_answer(OFFER.replace("UDP/TLS/RTP/SAVPF", protocol), LOCAL), Unacceptable)


def test_a_call_that_has_it_does_not_fall_back_to_plain_audio() -> None:
    before = agreed()
    later = replace(LOCAL, protocol=before.protocol)
    plain = OFFER.replace("UDP/TLS/RTP/SAVPF", "RTP/AVP").replace("c=IN IP4 0.0.0.0", "c=IN IP4 192.0.2.9")
    assert isinstance(answer_offer(plain, LOCAL), Agreement)
    assert isinstance(answer_offer(plain, later), Unacceptable)


def test_video_beside_the_audio_is_refused_in_its_place() -> None:
    video = "m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=rtcp-mux\r\n"
    sdp = agreed(OFFER.replace("BUNDLE 0", "BUNDLE 0 1") + video).sdp
    assert "a=group:BUNDLE 0\r\n" in sdp
    assert sdp.endswith("m=video 0 UDP/TLS/RTP/SAVPF 96\r\n")


def test_hold_is_said_by_direction_alone() -> None:
    found = agreed(OFFER.replace("a=sendrecv", "a=sendonly"))
    assert found.direction == "recvonly"
    assert not agreed().held
    assert agreed(OFFER.replace("a=sendrecv", "a=inactive")).held
