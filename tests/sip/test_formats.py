"""Codecs and keys in SDP: what we offer, what we make of theirs."""

from dataclasses import replace

import pytest

from switchroom.sip.description.formats import EVENTS, FORMATS, events_for
from switchroom.sip.description.offer import Agreement, LocalAudio, Unacceptable, answer_offer, make_offer, read_answer
from switchroom.sip.description.policy import Codec, MediaPolicy
from tests.sip.test_sdp import offer

WIDE: tuple[Codec, ...] = ("opus", "G722", "PCMU", "PCMA")
OURS = LocalAudio("192.0.2.2", 20000, WIDE)


def agreed(text: str, local: LocalAudio = OURS) -> Agreement:
    found = answer_offer(text, local)
    assert isinstance(found, Agreement)
    return found


def lines(text: str) -> list[str]:
    return [line for line in text.split("\r\n") if line.startswith(("m=", "a=rtpmap", "a=fmtp"))]


def test_an_offer_has_the_policys_order_and_keys_on_every_clock() -> None:
    assert lines(make_offer(OURS)) == [
        "m=audio 20000 RTP/AVP 111 9 0 8 101 110",
        "a=rtpmap:111 opus/48000/2",
        "a=fmtp:111 maxplaybackrate=16000; sprop-maxcapturerate=16000; stereo=0; sprop-stereo=0; useinbandfec=1",
        "a=rtpmap:9 G722/8000",
        "a=rtpmap:0 PCMU/8000",
        "a=rtpmap:8 PCMA/8000",
        "a=rtpmap:101 telephone-event/8000",
        "a=fmtp:101 0-15",
        "a=rtpmap:110 telephone-event/48000",
        "a=fmtp:110 0-15",
    ]


def test_without_opus_there_are_keys_on_one_clock_only() -> None:
    assert "48000" not in make_offer(LocalAudio("192.0.2.2", 20000, ("G722", "PCMA")))


OPUS = ("a=rtpmap:96 opus/48000/2", "a=rtpmap:97 telephone-event/48000", "a=rtpmap:98 telephone-event/8000")


def test_their_number_for_opus_is_used_and_keys_are_on_its_clock() -> None:
    found = agreed(offer(*OPUS, media="audio 4 RTP/AVP 96 0 98 97"))
    assert (found.codec, found.payload) == ("opus", 96)
    assert (found.digits, found.digits_heard, found.digits_clock) == (97, 97, 48000)
    assert lines(found.sdp)[0] == "m=audio 20000 RTP/AVP 96 97"
    assert "a=rtpmap:96 opus/48000/2" in lines(found.sdp)
    assert "a=rtpmap:97 telephone-event/48000" in lines(found.sdp)


def test_keys_on_the_clock_of_g711_are_taken_beside_opus_if_there_are_no_others() -> None:
    found = agreed(offer(*OPUS, media="audio 4 RTP/AVP 96 98"))
    assert (found.digits, found.digits_clock) == (98, 8000)


def test_keys_on_the_clock_of_opus_are_nothing_beside_g711() -> None:
    assert agreed(offer(*OPUS, media="audio 4 RTP/AVP 0 97")).digits is None


def test_g722_needs_no_word_about_its_number() -> None:
    found = agreed(offer(media="audio 4 RTP/AVP 9 0"))
    assert (found.codec, found.payload) == ("G722", 9)
    assert "a=rtpmap:9 G722/8000" in found.sdp


@pytest.mark.parametrize(("clock", "heard"), [(48000, 110), (8000, 101)])
def test_keys_that_answer_ours_are_heard_under_our_numbers(clock: int, heard: int) -> None:
    text = offer("a=rtpmap:111 opus/48000/2", f"a=rtpmap:99 telephone-event/{clock}", media="audio 4 RTP/AVP 111 99")
    found = read_answer(text, OURS)
    assert isinstance(found, Agreement)
    assert (found.codec, found.digits, found.digits_heard, found.digits_clock) == ("opus", 99, heard, clock)


def test_what_the_policy_does_not_name_is_not_taken() -> None:
    narrow = LocalAudio.by(MediaPolicy(("PCMA",)), "192.0.2.2", 20000)
    assert isinstance(answer_offer(offer(*OPUS, media="audio 4 RTP/AVP 96 9 0"), narrow), Unacceptable)
    assert agreed(offer(*OPUS, media="audio 4 RTP/AVP 96 9 0 8"), narrow).codec == "PCMA"


@pytest.mark.parametrize("road", ["info", "inband"])
def test_a_policy_without_events_neither_offers_nor_takes_them(road: str) -> None:
    local = LocalAudio.by(MediaPolicy(WIDE, digits=road), "192.0.2.2", 20000)  # type: ignore[arg-type]
    assert "telephone-event" not in make_offer(local)
    found = agreed(offer(), local)
    assert found.digits is None
    assert "telephone-event" not in found.sdp


def test_every_codec_has_keys() -> None:
    for codec, spoken in FORMATS.items():
        assert events_for(codec, [(99, EVENTS[spoken.clock].key)]) == EVENTS[spoken.clock]._replace(payload=99)
        assert events_for(codec, []) is None


def test_a_policy_may_put_our_order_above_theirs_in_answers() -> None:
    theirs = offer("a=rtpmap:9 G722/8000", media="audio 4 RTP/AVP 0 8 9 101")
    policy = MediaPolicy(("G722", "PCMA", "PCMU"))
    assert agreed(theirs, LocalAudio.by(policy, "192.0.2.2", 1)).codec == "PCMU"
    ours = LocalAudio.by(replace(policy, order="ours"), "192.0.2.2", 1)
    assert agreed(theirs, ours).codec == "G722"
    assert agreed(offer(media="audio 4 RTP/AVP 0 8"), ours).codec == "PCMA"
    answered = read_answer(theirs, ours)
    assert isinstance(answered, Agreement)
    assert answered.codec == "PCMU", "in an answer they have chosen"
