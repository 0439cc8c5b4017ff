"""Their side of a stream: silence that was announced, and silence that was not."""

from hypothesis import given
from hypothesis import strategies as st

from switchroom.media import opus
from switchroom.media.codec import Codec
from switchroom.media.rtp import EVENTS, RtpPacket
from switchroom.transports.sip.media.receiver import COMFORT_NOISE, Receiver
from switchroom.transports.sip.media.terms import Terms

VOICE = b"\x80" * 160


def receiver() -> Receiver:
    return Receiver(Terms(("192.0.2.1", 4000), Codec.PCMU, 0, events=101, events_heard=101), lambda _: None)


def voice(number: int) -> RtpPacket:
    return RtpPacket(0, number, 160 * number, 7, VOICE)


def test_silence_that_was_announced_is_neither_lost_nor_concealed() -> None:
    party = receiver()
    for i in range(10):
        party.take(voice(i), i * 0.02, i * 0.02)
        party.pop(i * 0.02)
    party.take(RtpPacket(COMFORT_NOISE, 10, 1600, 7, b"\x41"), 0.2, 0.2)
    before = party.media()
    quiet = [party.pop(0.2 + i * 0.02) for i in range(50)]
    assert quiet.count(None) == 0
    assert VOICE not in quiet[2:]
    assert party.media()["concealed"] == before["concealed"]
    party.take(RtpPacket(0, 11, 1600 + 50 * 160, 7, VOICE, marker=True), 1.2, 1.2)
    party.take(RtpPacket(0, 12, 1600 + 51 * 160, 7, VOICE), 1.22, 1.22)
    assert VOICE in [party.pop(1.22 + i * 0.02) for i in range(3)]
    assert party.media()["lost"] == 0


def test_silence_that_nobody_announced_is_missing() -> None:
    party = receiver()
    party.take(voice(0), 0.0, 0.0)
    assert [party.pop(0.02 * i) for i in range(5)].count(None) == 4
    assert party.media()["concealed"] > 0


PACKETS = st.builds(
    RtpPacket,
    st.sampled_from([0, 8, 9, 13, 101, 111]) | st.integers(0, 127),
    st.integers(0, 0xFFFF) | st.integers(0, 40),
    st.integers(0, 0xFFFFFFFF) | st.integers(0, 20).map(lambda step: 960 * step),
    st.integers(1, 3),
    st.binary(max_size=400),
    st.booleans(),
)


@given(
    st.sampled_from([Codec.PCMU, Codec.G722, *([Codec.OPUS] if opus.library() else [])]),
    st.sampled_from([Codec.PCMA, Codec.G722, *([Codec.OPUS] if opus.library() else [])]),
    st.lists(PACKETS, max_size=30),
)
def test_fuzz_whatever_comes_is_20_ms_or_nothing(first: Codec, then: Codec, packets: list[RtpPacket]) -> None:
    keys: list[str] = []
    party = Receiver(Terms(("192.0.2.1", 4000), first, 111, events=101, events_heard=101), keys.append)
    for i, packet in enumerate(packets):
        if i == len(packets) // 2:
            party.aim(Terms(("192.0.2.1", 4000), then, 111, events=101, events_heard=101))
        if party.knows(packet.payload_type):
            party.take(packet, i * 0.01, i * 0.01)
        heard = party.pop(i * 0.01)
        assert heard is None or len(heard) == party.encoding.payload_size
    assert all(key in EVENTS for key in keys)
    assert party.media()["lost"] >= 0
    assert 1 <= party.quality(0.0).get("mos", 1.0) <= 4.5
