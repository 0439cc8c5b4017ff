"""RTP packets, unwrapped counters, and keys as packets."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.errors import Invalid
from switchroom.media.rtp import EVENTS, DigitReceiver, RtpFault, RtpPacket, Unwrapper, digit_packets

HEADER = bytes.fromhex("80000001000000a000000007")


def event(digit: str, timestamp: int, *, ended: bool = False, duration: int = 160) -> RtpPacket:
    payload = bytes([EVENTS.index(digit), 0x80 if ended else 0]) + duration.to_bytes(2, "big")
    return RtpPacket(101, 0, timestamp, 7, payload)


def test_a_plain_packet_is_read() -> None:
    assert RtpPacket.parse(HEADER + b"voice") == RtpPacket(0, 1, 160, 7, b"voice")


def test_marker_and_payload_type_share_a_byte() -> None:
    packet = RtpPacket.parse(b"\x80\xe5" + HEADER[2:])
    assert isinstance(packet, RtpPacket)
    assert (packet.marker, packet.payload_type, packet.payload) == (True, 101, b"")


def test_csrc_extension_and_padding_are_taken_away() -> None:
    data = b"\xb2" + HEADER[1:] + bytes(8) + b"\xbe\xde\x00\x01" + bytes(4) + b"voice" + b"\x00\x00\x03"
    packet = RtpPacket.parse(data)
    assert isinstance(packet, RtpPacket)
    assert packet.payload == b"voice"


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", RtpFault.SHORT),
        (HEADER[:11], RtpFault.SHORT),
        (b"\x00" + HEADER[1:], RtpFault.VERSION),
        (b"\x80\xc8" + HEADER[2:], RtpFault.RTCP),
        (b"\x8f" + HEADER[1:] + bytes(59), RtpFault.CSRC),
        (b"\x90" + HEADER[1:] + bytes(3), RtpFault.EXTENSION),
        (b"\x90" + HEADER[1:] + b"\x00\x00\x00\x02" + bytes(7), RtpFault.EXTENSION),
        (b"\xa0" + HEADER[1:] + b"\x00", RtpFault.PADDING),
        (b"\xa0" + HEADER[1:] + b"\x03", RtpFault.PADDING),
        (b"\xa0" + HEADER[1:], RtpFault.PADDING),
    ],
)
def test_what_is_no_packet_has_a_reason(data: bytes, fault: RtpFault) -> None:
    assert RtpPacket.parse(data) is fault


@given(st.binary(max_size=200))
def test_fuzz_any_bytes_are_a_packet_or_a_reason(data: bytes) -> None:
    assert isinstance(RtpPacket.parse(data), RtpPacket | RtpFault)


@given(
    st.builds(
        RtpPacket,
        st.integers(0, 63),
        st.integers(0, 0xFFFF),
        st.integers(0, 0xFFFFFFFF),
        st.integers(0, 0xFFFFFFFF),
        st.binary(max_size=50),
        st.booleans(),
    )
)
def test_fuzz_what_is_built_is_read_back(packet: RtpPacket) -> None:
    assert RtpPacket.parse(packet.build()) == packet


def test_building_wraps_the_numbers() -> None:
    assert RtpPacket.parse(RtpPacket(0, 0x10001, 0x100000002, 3, b"").build()) == RtpPacket(0, 1, 2, 3, b"")


def test_a_counter_goes_on_where_it_wraps_and_comes_back_for_stragglers() -> None:
    counter = Unwrapper(16)
    assert [counter.unwrap(n) for n in (65534, 65535, 1, 0, 2, 65533)] == [65534, 65535, 65537, 65536, 65538, 65533]
    counter.reset()
    assert counter.unwrap(5) == 5


def test_a_key_is_told_once_although_its_end_comes_three_times() -> None:
    receiver = DigitReceiver()
    told = [receiver.receive(event("5", 1000), 0.00), receiver.receive(event("5", 1000), 0.02)]
    told += [receiver.receive(event("5", 1000, ended=True), 0.04 + 0.02 * i) for i in range(3)]
    assert told == [[], [], ["5"], [], []]
    assert receiver.deadline is None


def test_the_same_key_again_is_another_press() -> None:
    receiver = DigitReceiver()
    assert receiver.receive(event("1", 1000, ended=True), 0.0) == ["1"]
    assert receiver.receive(event("1", 3000, ended=True), 0.3) == ["1"]


def test_a_lost_end_is_made_up_for_by_time() -> None:
    receiver = DigitReceiver()
    receiver.receive(event("#", 1000), 0.0)
    receiver.receive(event("#", 1000), 0.05)
    assert receiver.deadline == pytest.approx(0.25)
    assert receiver.expire(0.25) == ["#"]
    assert receiver.receive(event("#", 1000, ended=True), 0.3) == []
    assert receiver.expire(1.0) == []


def test_the_next_key_ends_one_whose_end_was_lost() -> None:
    receiver = DigitReceiver()
    receiver.receive(event("1", 1000), 0.0)
    assert receiver.receive(event("2", 2000), 0.1) == ["1"]
    assert receiver.receive(event("1", 1000, ended=True), 0.11) == []
    assert receiver.receive(event("2", 2000, ended=True), 0.12) == ["2"]


def test_a_straggler_of_an_earlier_press_does_not_end_the_later_one() -> None:
    receiver = DigitReceiver()
    receiver.receive(event("2", 2000), 0.0)
    assert receiver.receive(event("1", 1000), 0.01) == []
    assert receiver.receive(event("2", 2000, ended=True), 0.02) == ["2"]


def test_keys_without_a_marker_are_told_apart_by_when_they_began() -> None:
    receiver = DigitReceiver()
    presses = [event("9", start, ended=ended) for start in (800, 1600, 2400) for ended in (False, True, True)]
    assert not any(packet.marker for packet in presses)
    assert [key for packet in presses for key in receiver.receive(packet, 0.0)] == ["9", "9", "9"]


def test_a_key_held_longer_than_its_duration_can_say_is_one_key() -> None:
    receiver = DigitReceiver()
    held = [event("1", 1000, duration=0xFFFF), event("1", 1000 + 0xFFFF), event("1", 1000 + 0xFFFF, ended=True)]
    assert [key for packet in held for key in receiver.receive(packet, 0.0)] == ["1"]
    held = [event("1", 200_000, duration=0xFFFE), event("1", 200_000 + 0xFFFF, ended=True)]
    assert [key for packet in held for key in receiver.receive(packet, 0.0)] == ["1", "1"]


def numbered(*packets: RtpPacket, start: int = 0xFFFE) -> list[RtpPacket]:
    """Give packets the numbers in which they were sent."""
    return [packet._replace(sequence=(start + i) & 0xFFFF) for i, packet in enumerate(packets)]


def keys(packets: list[RtpPacket]) -> str:
    receiver = DigitReceiver()
    told = "".join(key for packet in packets for key in receiver.receive(packet, 0.0))
    return told + "".join(receiver.expire(1.0))


def test_keys_that_share_a_timestamp_are_told_apart_by_what_they_are() -> None:
    presses = [event(key, 1000, ended=ended) for key in "*01" for ended in (False, True, True, True)]
    assert keys(numbered(*presses)) == "*01"


def test_the_same_key_under_the_same_timestamp_is_another_press_once_it_had_ended() -> None:
    press = [event("0", 1000), event("0", 1000, ended=True), event("0", 1000, ended=True)]
    assert keys(numbered(*press, *press)) == "00"


def test_a_timestamp_that_moves_with_every_packet_is_one_press_while_its_duration_grows() -> None:
    growing = [event("2", 1000 + 160 * i, duration=160 * i) for i in range(1, 6)]
    assert keys(numbered(*growing, event("2", 1960, duration=960, ended=True))) == "2"
    later = [packet._replace(timestamp=packet.timestamp + 4000) for packet in growing]
    assert keys(numbered(*growing, *later)) == "22"


def test_a_straggler_after_the_end_is_no_press_but_another_sequence_is() -> None:
    one, two, end = numbered(event("3", 1000), event("3", 1000), event("3", 1000, ended=True))
    assert keys([one, end, two]) == "3"
    early = numbered(event("1", 100), event("1", 100, ended=True), start=10)
    assert keys([*early, *numbered(event("2", 900, ended=True), start=12), early[0]]) == "12"
    assert keys([end, event("4", 9000, ended=True)._replace(sequence=5000)]) == "34"


def test_another_source_ends_a_press_and_begins_anew() -> None:
    first = numbered(event("5", 1000), start=500)
    second = [packet._replace(ssrc=8) for packet in numbered(event("5", 1000), event("5", 1000, ended=True), start=480)]
    assert keys([*first, *second]) == "55"


def test_what_is_no_key_is_ignored() -> None:
    receiver = DigitReceiver()
    flash = RtpPacket(101, 0, 1000, 7, b"\x10\x80\x00\xa0")
    assert receiver.receive(flash, 0.0) == []
    assert receiver.receive(flash._replace(payload=b"\x01"), 0.0) == []
    assert receiver.malformed == 1


@pytest.mark.parametrize("digit", EVENTS)
def test_what_the_sender_sends_the_receiver_understands(digit: str) -> None:
    packets = list(digit_packets(digit, RtpPacket(101, 65534, 4000, 9, b""), duration=0.1))
    assert [packet.sequence for packet in packets] == [65534, 65535, 0, 1, 2, 3, 4]
    assert [packet.marker for packet in packets] == [True] + [False] * 6
    assert {packet.timestamp for packet in packets} == {4000}
    assert [int.from_bytes(packet.payload[2:], "big") for packet in packets] == [160, 320, 480, 640, 800, 800, 800]
    receiver = DigitReceiver()
    assert [told for i, packet in enumerate(packets) for told in receiver.receive(packet, i * 0.02)] == [digit]


def test_a_letter_that_is_no_key_is_refused() -> None:
    with pytest.raises(Invalid, match="telephone key"):
        list(digit_packets("x", RtpPacket(101, 0, 0, 0, b"")))
