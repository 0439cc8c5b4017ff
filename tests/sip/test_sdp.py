"""Session descriptions, and what an offer and an answer agree on."""

from dataclasses import replace

import pytest

from switchroom.sip.description.offer import Agreement, LocalAudio, Unacceptable, answer_offer, make_offer, read_answer
from switchroom.sip.description.sdp import SdpFault, SessionDescription, parse_sdp

OURS = LocalAudio("192.0.2.2", 20000)
THEIRS = LocalAudio("192.0.2.1", 30000)


def offer(*lines: str, host: str = "192.0.2.1", media: str = "audio 30000 RTP/AVP 0 8 101") -> str:
    head = ["v=0", "o=alice 1 1 IN IP4 192.0.2.1", "s=-", f"c=IN IP4 {host}", "t=0 0", f"m={media}"]
    return "\r\n".join([*head, "a=rtpmap:101 telephone-event/8000", *lines, ""])


def agreed(text: str, local: LocalAudio = OURS) -> Agreement:
    found = answer_offer(text, local)
    assert isinstance(found, Agreement)
    return found


def test_the_offer_names_every_codec() -> None:
    assert make_offer(OURS).split("\r\n") == [
        "v=0",
        "o=- 1 1 IN IP4 192.0.2.2",
        "s=-",
        "c=IN IP4 192.0.2.2",
        "t=0 0",
        "m=audio 20000 RTP/AVP 0 8 101",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=ptime:20",
        "a=sendrecv",
        "",
    ]


def test_the_answer_names_one_codec_and_their_digits() -> None:
    found = agreed(offer())
    assert (found.codec, found.payload, found.digits, found.host, found.port) == ("PCMU", 0, 101, "192.0.2.1", 30000)
    assert (found.rtcp_host, found.rtcp_port, found.ptime, found.direction) == ("192.0.2.1", 30001, 20, "sendrecv")
    assert "m=audio 20000 RTP/AVP 0 101\r\na=rtpmap:0 PCMU/8000" in found.sdp


def test_their_order_decides_and_their_numbers_are_used() -> None:
    text = offer("a=rtpmap:96 pcma/8000", "a=rtpmap:97 telephone-event/48000", media="audio 4 RTP/AVP 18 96 0 97")
    found = agreed(text)
    assert (found.codec, found.payload, found.digits) == ("PCMA", 96, None)


@pytest.mark.parametrize(
    ("line", "host", "direction", "held"),
    [
        ("a=sendrecv", "192.0.2.1", "sendrecv", False),
        ("a=sendonly", "192.0.2.1", "recvonly", True),
        ("a=recvonly", "192.0.2.1", "sendonly", False),
        ("a=inactive", "192.0.2.1", "inactive", True),
        ("a=sendrecv", "0.0.0.0", "recvonly", True),
        ("a=recvonly", "0.0.0.0", "inactive", True),
    ],
)
def test_hold_in_all_its_forms(line: str, host: str, direction: str, held: bool) -> None:
    found = agreed(offer(line, host=host))
    assert (found.direction, found.held) == (direction, held)
    assert f"a={direction}\r\n" in found.sdp


def test_a_direction_above_the_media_counts_too() -> None:
    text = offer().replace("t=0 0\r\n", "t=0 0\r\na=sendonly\r\n")
    assert agreed(text).direction == "recvonly"
    assert agreed(text + "a=sendrecv\r\n").direction == "sendrecv"


def test_our_own_hold_is_answered_and_holds_nobody_here() -> None:
    holding = replace(OURS, direction="sendonly")
    theirs = agreed(make_offer(holding), THEIRS)
    found = read_answer(theirs.sdp, holding)
    assert isinstance(found, Agreement)
    assert (theirs.direction, theirs.held) == ("recvonly", True)
    assert (found.direction, found.held) == ("sendonly", False)


def test_further_media_are_refused_in_their_places() -> None:
    text = offer(
        media="video 5000 RTP/AVP 96\r\nm=audio 0 RTP/AVP 0\r\nm=audio 6 RTP/SAVP 0\r\nm=audio 30000 RTP/AVP 8"
    )
    found = agreed(text + "m=audio 7 RTP/AVP 0\r\n")
    described = parse_sdp(found.sdp)
    assert isinstance(described, SessionDescription)
    assert [media.port for media in described.media] == [0, 0, 0, 20000, 0]
    assert [media.kind for media in described.media] == ["video", "audio", "audio", "audio", "audio"]


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (offer(media="audio 30000 RTP/AVP 18 101"), 488),
        (offer(media="video 30000 RTP/AVP 0"), 488),
        (offer(media="audio 0 RTP/AVP 0"), 488),
        (offer(host="media.example.com"), 488),
        ("v=0\r\no=a 1 1 IN IP4 h\r\ns=-\r\nt=0 0\r\n", 488),
        ("", 400),
        ("hello", 400),
        ("v=0\r\ns=-\r\n", 400),
        (offer(media="audio x RTP/AVP 0"), 400),
        (offer(media="audio 70000 RTP/AVP 0"), 400),
        (offer("garbage"), 400),
    ],
)
def test_an_offer_that_cannot_be_answered(text: str, status: int) -> None:
    found = answer_offer(text, OURS)
    assert isinstance(found, Unacceptable)
    assert found.status == status


def test_rtcp_and_ptime_follow_their_wish() -> None:
    found = agreed(offer("a=rtcp:5555 IN IP4 192.0.2.77", "a=ptime:30"))
    assert (found.rtcp_host, found.rtcp_port, found.ptime) == ("192.0.2.77", 5555, 30)
    assert agreed(offer("a=rtcp:x", "a=ptime:1000")).rtcp_port == 30001


def test_an_answer_that_numbers_digits_anew_is_sent_its_way_and_heard_ours() -> None:
    answer = offer("a=rtpmap:96 telephone-event/8000", media="audio 9000 RTP/AVP 0 96")
    found = read_answer(answer, OURS)
    assert isinstance(found, Agreement)
    assert (found.digits, found.digits_heard, found.sdp) == (96, 101, "")


def test_an_answer_that_refuses_audio_is_unacceptable() -> None:
    assert isinstance(read_answer(offer(media="audio 0 RTP/AVP 0"), OURS), Unacceptable)
    assert isinstance(read_answer(offer(media="audio 9 RTP/AVP 18"), OURS), Unacceptable)
    assert isinstance(read_answer("x", OURS), Unacceptable)


def test_ipv6_is_named_as_such() -> None:
    text = make_offer(LocalAudio("2001:db8::1", 4000))
    assert "c=IN IP6 2001:db8::1" in text
    found = agreed(text)
    assert found.host == "2001:db8::1"


def test_a_description_comes_back_as_it_was() -> None:
    text = make_offer(OURS)
    assert str(parse_sdp(text)) == text
    assert parse_sdp(text.replace("\r\n", "\n")) == parse_sdp(text)
    assert isinstance(parse_sdp("v=0\r\n" + "m=audio 1 RTP/AVP 0\r\n" * 40), SdpFault)


def test_control_shares_the_port_of_media_where_they_ask_for_it() -> None:
    found = agreed(offer("a=rtcp-mux"))
    assert found.mux
    assert "a=rtcp-mux\r\n" in found.sdp
    assert not agreed(offer()).mux
    assert "rtcp-mux" not in agreed(offer()).sdp


def test_control_that_shares_a_port_goes_on_doing_so_if_they_still_agree() -> None:
    sharing = replace(OURS, mux=True)
    assert "a=rtcp-mux\r\n" in make_offer(sharing)
    for line, local, mux in (
        ("a=rtcp-mux", sharing, True),
        ("a=ptime:20", sharing, False),
        ("a=rtcp-mux", OURS, False),
    ):
        found = read_answer(offer(line), local)
        assert isinstance(found, Agreement) and found.mux is mux
