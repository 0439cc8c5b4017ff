"""Two media sessions that agree on SRTP, talk over real sockets, and change their minds; the ticks are called by hand."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from switchroom.media.rtp import RtpPacket
from switchroom.sip.description.offer import Agreement, Unacceptable
from switchroom.sip.description.policy import MediaPolicy, Security
from switchroom.transports.sip.media.ports import RtpPorts
from switchroom.transports.sip.media.session import MediaPlace, MediaSession
from tests.interop.ports import free_block

SOUND = bytes(range(160))


@dataclass
class Talk:
    """Who called, who answered, and a clock that only the ticks move."""

    caller: MediaSession
    callee: MediaSession
    now: float = 0.0

    def agree(self, asking: MediaSession | None = None) -> str:
        """Offer and answer; return the answer."""
        offerer = asking or self.caller
        answerer = self.callee if offerer is self.caller else self.caller
        answer = answerer.answer(offerer.offer())
        assert isinstance(answer, str)
        assert offerer.settle(answer) is None
        return answer

    def heard(self, speaker: MediaSession, hearer: MediaSession, ticks: int = 10) -> int:
        """Let one say the same 20 ms again and again; return how often the other one heard it."""
        assert speaker.stream is not None and hearer.stream is not None
        count = 0
        for _ in range(ticks):
            self.now += 0.02
            speaker.stream.speak(SOUND)
            count += hearer.stream.hear(self.now) == SOUND
        return count

    def both_hear(self) -> None:
        for speaker, hearer in ((self.caller, self.callee), (self.callee, self.caller)):
            self.heard(speaker, hearer, 3)
            assert self.heard(speaker, hearer) == 10

    def encrypted(self) -> list[float]:
        return [session.media()["encrypted"] for session in (self.caller, self.callee)]

    def refused(self) -> list[float]:
        return [session.media()["srtp_refused"] for session in (self.caller, self.callee)]

    def sources(self) -> list[int]:
        """Return the SSRC of each."""
        return [session.stream._sender.source.ssrc for session in (self.caller, self.callee) if session.stream]


@contextmanager
def talking(caller: Security = "require", callee: Security = "offer") -> Iterator[Talk]:
    """Two sessions that have agreed."""
    first = free_block(8)
    ports = RtpPorts("127.0.0.1", first, first + 7)

    def session(security: Security) -> MediaSession:
        place = MediaPlace(ports, "127.0.0.1", "127.0.0.1", MediaPolicy(security=security))
        return MediaSession(place, lambda: talk.now, lambda _: None)

    talk = Talk(session(caller), session(callee))
    talk.agree()
    try:
        yield talk
    finally:
        talk.caller.close()
        talk.callee.close()


def keys(sdp: str) -> list[str]:
    return re.findall(r"inline:(\S+)", sdp)


def without_keys(sdp: str) -> str:
    return re.sub(r"a=crypto:.*\r\n", "", sdp).replace("RTP/SAVP", "RTP/AVP")


@pytest.mark.parametrize(
    ("caller", "callee", "encrypted"),
    [
        ("never", "never", 0.0),
        ("never", "offer", 0.0),
        ("offer", "never", 0.0),
        ("offer", "offer", 1.0),
        ("offer", "require", 1.0),
        ("require", "offer", 1.0),
        ("require", "require", 1.0),
    ],
)
def test_both_hear_each_other_whatever_was_agreed(caller: Security, callee: Security, encrypted: float) -> None:
    with talking(caller, callee) as talk:
        talk.both_hear()
        assert talk.encrypted() == [encrypted, encrypted]
        assert talk.refused() == [0, 0]


def test_a_re_invite_with_the_same_key_changes_nothing() -> None:
    with talking() as talk:
        talk.both_hear()
        offer = talk.caller.offer()
        answers = [talk.callee.answer(offer) for _ in range(3)]
        assert len({tuple(keys(str(answer))) for answer in answers}) == 1
        talk.caller.settle(str(answers[-1]))
        before = talk.sources()
        held = talk.callee.answer(offer.replace("a=sendrecv", "a=sendonly"))
        assert isinstance(held, str) and talk.callee.held
        resumed = talk.callee.answer(offer)
        assert keys(str(resumed)) == keys(held) == keys(str(answers[0]))
        talk.both_hear()
        assert talk.sources() == before


@pytest.mark.parametrize("asking", ["caller", "callee"])
def test_whoever_offers_again_offers_the_key_in_use_first(asking: str) -> None:
    with talking() as talk:
        talk.both_hear()
        before, offerer = talk.sources(), getattr(talk, asking)
        first, second = keys(offerer.offer()), keys(offerer.offer())
        assert first == second
        assert keys(talk.agree(offerer)) == keys(talk.agree(offerer))
        assert talk.sources() == before
        talk.both_hear()
        assert talk.refused() == [0, 0]


@pytest.mark.parametrize("suite", ["AES_CM_128_HMAC_SHA1_32", "AEAD_AES_128_GCM"])
def test_a_suite_that_they_chose_is_offered_first_from_then_on(suite: str) -> None:
    with talking("offer", "offer") as talk:
        offer = talk.caller.offer()
        length = {"AES_CM_128_HMAC_SHA1_32": 40, "AEAD_AES_128_GCM": 38}[suite]
        theirs = re.sub(r"a=crypto:.*\r\n", "", offer) + f"a=crypto:9 {suite} inline:{'B' * length}\r\n"
        answer = talk.callee.answer(theirs)
        assert keys(str(answer))[0] == keys(talk.callee.offer())[0]
        assert f"a=crypto:1 {suite} " in talk.callee.offer()


def test_a_session_timer_that_says_the_last_description_again_changes_nothing() -> None:
    with talking() as talk:
        talk.both_hear()
        before, said = talk.sources(), talk.agree()  # the answer of the callee, under the tag of the caller's line
        reply = talk.caller.answer(said)
        assert isinstance(reply, str)
        assert talk.callee.settle(reply) is None
        assert talk.sources() == before
        talk.both_hear()
        assert talk.refused() == [0, 0]


def test_somebody_who_takes_their_place_is_answered_with_a_new_key_and_heard_from_a_new_source() -> None:
    with talking() as talk, talking() as other:
        talk.both_hear()
        before = talk.sources()[1]
        first = keys(str(talk.callee.answer(talk.caller.offer())))
        answer = str(talk.callee.answer(other.caller.offer()))
        assert keys(answer) != first
        assert other.caller.settle(answer) is None
        assert talk.sources()[1] != before
        talk.caller, mine = other.caller, talk.caller
        talk.both_hear()
        talk.caller = mine


def test_somebody_who_takes_their_place_in_an_answer_hears_a_new_source() -> None:
    with talking() as talk, talking() as other:
        talk.both_hear()
        before = talk.sources()[1]
        offer = talk.callee.offer()
        assert talk.callee.settle(str(other.caller.answer(offer))) is None
        assert talk.sources()[1] != before
        talk.caller, mine = other.caller, talk.caller
        talk.both_hear()
        talk.caller = mine


def test_keys_that_are_dropped_end_the_encryption_where_that_is_allowed() -> None:
    with talking("offer", "offer") as talk:
        first = keys(talk.agree())
        plain = talk.callee.answer(without_keys(talk.caller.offer()))
        assert isinstance(plain, str) and keys(plain) == []
        assert talk.caller.settle(plain) is None
        talk.both_hear()
        assert talk.encrypted() == [0.0, 0.0]
        again = keys(talk.agree())
        assert again != first, "a key whose count of packets is lost is not used again"
        talk.both_hear()
        assert talk.encrypted() == [1.0, 1.0]


def test_keys_that_are_dropped_are_refused_where_they_are_required_and_the_call_goes_on() -> None:
    with talking("require", "require") as talk:
        talk.both_hear()
        refused = talk.callee.answer(without_keys(talk.caller.offer()))
        assert refused == Unacceptable(488, "SRTP is required here")
        assert talk.encrypted() == [1.0, 1.0]
        talk.both_hear()


def test_a_plain_answer_to_a_call_that_requires_keys_is_none() -> None:
    with talking("offer", "offer") as talk:
        first = free_block(4)
        place = MediaPlace(
            RtpPorts("127.0.0.1", first, first + 3), "127.0.0.1", "127.0.0.1", MediaPolicy(security="require")
        )
        strict = MediaSession(place, lambda: 0.0, lambda _: None)
        answer = talk.callee.answer(without_keys(strict.offer()))
        assert strict.settle(str(answer)) == Unacceptable(488, "SRTP is required here")
        assert strict.stream is None
        strict.close()


def test_a_telephone_that_offers_both_kinds_is_offered_as_many_sections_again() -> None:
    with talking("offer", "offer") as talk:
        offer = talk.caller.offer()
        plain = without_keys(offer)
        both = plain + offer[offer.index("m=audio") :]
        answer = talk.callee.answer(both)
        assert isinstance(answer, str)
        assert talk.callee.media()["encrypted"] == 1.0
        again = talk.callee.offer()
        assert again.count("m=audio") == 2
        assert "RTP/AVP" in again and "RTP/SAVP" not in again


@pytest.mark.parametrize(("caller", "profile"), [("require", "RTP/SAVP"), ("offer", "RTP/AVP"), ("never", "RTP/AVP")])
def test_our_offer_in_a_call_has_the_profile_of_the_call(caller: Security, profile: str) -> None:
    with talking(caller, "offer") as talk:
        assert f" {profile} " in talk.callee.offer()


def test_a_stranger_without_the_key_is_neither_heard_nor_latched() -> None:
    with talking() as talk, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", 0))
        stream = talk.callee.stream
        assert stream is not None
        for i in range(20):
            stranger.sendto(RtpPacket(0, i, 160 * i, 9, SOUND).build(), ("127.0.0.1", talk.callee._local.port))
        talk.both_hear()
        assert talk.refused() == [0, 20]
        assert stream.media()["strangers"] == 0
        assert stream._latch.target != stranger.getsockname()


def test_the_last_counters_of_a_call_say_that_it_was_encrypted() -> None:
    with talking() as talk:
        talk.both_hear()
    assert talk.encrypted() == [1.0, 1.0]


@pytest.mark.parametrize("security", ["never", "offer", "require"])
def test_an_offer_is_answered_as_was_foreseen_and_only_once(security: Security) -> None:
    with talking(security, security) as talk:
        offer = talk.caller.offer()
    first = free_block(4)
    place = MediaPlace(
        RtpPorts("127.0.0.1", first, first + 3), "127.0.0.1", "127.0.0.1", MediaPolicy(security=security)
    )
    session = MediaSession(place, lambda: 0.0, lambda _: None)
    foreseen = session.foresee(offer)
    assert isinstance(foreseen, Agreement)
    assert session.answer(offer) is foreseen.sdp, "the same object: nothing was read or written again"
    again = session.answer(offer)
    assert again != foreseen.sdp, "a second offer gets an answer of its own"
    session.close()


def test_what_was_foreseen_of_one_offer_is_no_answer_to_another() -> None:
    with talking("never", "never") as talk:
        offer = talk.caller.offer()
    first = free_block(4)
    session = MediaSession(
        MediaPlace(RtpPorts("127.0.0.1", first, first + 3), "127.0.0.1", "127.0.0.1"), lambda: 0.0, lambda _: None
    )
    assert isinstance(session.foresee("v=0\r\n"), Unacceptable)
    assert isinstance(session.answer(offer), str)
    session.close()
