"""RTCP packets to and from bytes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.media.rtcp import Block, Bye, Control, Description, Report, RtcpFault, SenderInfo, parse

NUMBER = st.integers(0, 0xFFFFFFFF)
BLOCKS = st.builds(Block, NUMBER, st.integers(0, 255), st.integers(-0x800000, 0x7FFFFF), NUMBER, NUMBER, NUMBER, NUMBER)
SENDERS = st.builds(SenderInfo, st.integers(0, 2**64 - 1), NUMBER, NUMBER, NUMBER)
REPORTS = st.builds(
    Report, NUMBER, st.none() | SENDERS, st.lists(BLOCKS, max_size=31).map(lambda blocks: tuple(blocks))
)
OTHERS = st.one_of(
    st.builds(Description, NUMBER, st.text(max_size=60)),
    st.builds(Bye, st.lists(NUMBER, max_size=31).map(lambda ssrcs: tuple(ssrcs))),
)

EMPTY = bytes.fromhex("80c9000100000007")


def test_a_sender_report_has_the_layout_of_the_standard() -> None:
    block = Block(0x11, 64, -2, 0x00010005, 160, 0xAABBCCDD, 0x8000)
    data = Report(7, SenderInfo(0x0102030405060708, 9, 10, 11), (block,)).build()
    assert data.hex(" ", 4) == (
        "81c8000c 00000007 01020304 05060708 00000009 0000000a 0000000b "
        "00000011 40fffffe 00010005 000000a0 aabbccdd 00008000"
    )


def test_a_description_ends_at_a_whole_word() -> None:
    assert Description(7, "ab").build().hex(" ", 4) == "81ca0003 00000007 01026162 00000000"
    assert Description(7, "abc").build().hex(" ", 4) == "81ca0003 00000007 01036162 63000000"
    assert Description(7, "a").build().hex(" ", 4) == "81ca0002 00000007 01016100"


@given(REPORTS, st.lists(OTHERS, max_size=4))
def test_fuzz_what_is_built_is_read_again(report: Report, others: list[Control]) -> None:
    data = b"".join(packet.build() for packet in (report, *others))
    assert parse(data) == [report, *others]


@given(st.binary(max_size=200))
def test_fuzz_any_bytes_are_a_packet_or_a_fault(data: bytes) -> None:
    assert isinstance(parse(data), list | RtcpFault)


@given(REPORTS, st.lists(OTHERS, max_size=3), st.data())
def test_fuzz_a_damaged_packet_is_a_packet_or_a_fault(
    report: Report, others: list[Control], data: st.DataObject
) -> None:
    whole = bytearray(b"".join(packet.build() for packet in (report, *others)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)))
    assert isinstance(parse(bytes(whole)), list | RtcpFault)
    assert isinstance(parse(bytes(whole[:cut])), list | RtcpFault)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", RtcpFault.SHORT),
        (b"\x80\xc9\x00", RtcpFault.SHORT),
        (b"\x80\x00\x00\x01" + bytes(4), RtcpFault.KIND),
        (EMPTY + b"\x80\x00\x00\x01" + bytes(4), RtcpFault.KIND),
        (b"\x00\xc9\x00\x01" + bytes(4), RtcpFault.VERSION),
        (b"\x80\xc9\x00\x02" + bytes(4), RtcpFault.LENGTH),
        (EMPTY + b"\x80", RtcpFault.LENGTH),
        (EMPTY + b"\x80\xca\x00", RtcpFault.LENGTH),
        (b"\x81\xc9\x00\x01" + bytes(4), RtcpFault.CONTENT),
        (b"\x80\xc8\x00\x01" + bytes(4), RtcpFault.CONTENT),
        (EMPTY + b"\x82\xcb\x00\x01" + bytes(4), RtcpFault.CONTENT),
        (EMPTY + b"\x81\xca\x00\x00", RtcpFault.CONTENT),
        (EMPTY + b"\x81\xca\x00\x02" + bytes(4) + b"\x01\x09ab", RtcpFault.CONTENT),
        (EMPTY + b"\xa1\xcb\x00\x02" + bytes(4) + b"\x00\x00\x00\x00", RtcpFault.PADDING),
        (EMPTY + b"\xa1\xcb\x00\x02" + bytes(4) + b"\x00\x00\x00\x0c", RtcpFault.PADDING),
        (b"\xa0\xc9\x00\x02\x00\x00\x00\x07\x00\x00\x00\x04" + EMPTY, RtcpFault.PADDING),
    ],
)
def test_what_is_no_compound_packet_says_why(data: bytes, fault: RtcpFault) -> None:
    assert parse(data) is fault


def test_padding_is_taken_away_and_what_nobody_knows_is_passed_over() -> None:
    feedback = b"\x81\xcd\x00\x02" + bytes(8)
    bye = b"\xa1\xcb\x00\x02\x00\x00\x00\x07\x00\x00\x00\x04"
    assert parse(EMPTY + feedback + bye) == [Report(7), Bye((7,))]


def test_a_packet_of_the_application_may_come_alone() -> None:
    assert parse(bytes.fromhex("80cc0003 114da4f1 50494e47 504f4e47")) == []


def test_a_goodbye_may_give_a_reason_and_a_description_more_than_a_name() -> None:
    bye = b"\x81\xcb\x00\x02\x00\x00\x00\x07\x02hi\x00"
    about = b"\x81\xca\x00\x04\x00\x00\x00\x07\x02\x02me\x01\x03abc\x00\x00\x00"
    assert parse(EMPTY + about + bye) == [Report(7), Description(7, "abc"), Bye((7,))]
