"""Reports between two real pairs of sockets; the ticks are called by hand."""

import socket

import pytest

from switchroom.media.rtcp import Bye, Control, Description, Report, parse
from switchroom.transports.sip.media.stream import Terms
from tests.transports.sip.test_stream import SOUND, Side, talk, wire

REPORT = Report(1).build() + Description(1, "stranger").build()
TICKS = 400  # longer than the longest wait for a report


def reported(side: Side) -> list[list[Control]]:
    """Return what came to a side's control port, instead of the side reading it."""
    found: list[list[Control]] = []
    while True:
        try:
            packets = parse(side.sockets.rtcp.recv(2048))
        except BlockingIOError:
            return found
        assert isinstance(packets, list)
        found.append(packets)


def both_talk(left: Side, right: Side, ticks: int = TICKS, start: float = 0.0) -> None:
    for i in range(ticks):
        for side in (left, right):
            side.stream.speak(SOUND)
            side.stream.hear(start + i * 0.02)


def test_a_side_reports_what_it_sent_and_what_it_heard() -> None:
    with wire() as (left, right):
        for i in range(TICKS):
            left.stream.speak(SOUND)
            right.stream.speak(SOUND)
            left.stream.hear(i * 0.02)
        first = reported(right)[0][0]
        assert isinstance(first, Report) and first.sender is not None
        assert 0 < first.sender.packets <= TICKS
        assert first.sender.octets == 160 * first.sender.packets
        assert len(first.blocks) == 1
        assert (first.blocks[0].fraction, first.blocks[0].lost) == (0, 0)


def test_both_sides_learn_how_far_apart_they_are_and_what_the_other_heard() -> None:
    with wire() as (left, right):
        both_talk(left, right, ticks=1200)
        for side in (left, right):
            media = side.stream.media()
            assert 0 <= media["round_trip"] < 10
            assert media["remote_loss"] == 0
        # Nobody waits for real here: what should be 20 ms apart comes at once, and the kernel's stamps show it.
        assert 0 < left.stream.media()["remote_jitter"] < 0.1
        assert 0 < right.stream.media()["jitter"] < 0.1


def test_what_is_lost_on_the_way_is_told_to_who_sent_it() -> None:
    with wire() as (left, right):
        for i in range(1200):
            left.stream.speak(SOUND)
            if i % 10 == 9:  # the packet that was just sent is lost
                right.sockets.rtp.recv(2048)
            right.stream.speak(SOUND)
            right.stream.hear(i * 0.02)
            left.stream.hear(i * 0.02)
        assert right.stream.media()["lost"] == pytest.approx(120, abs=1)
        assert left.stream.media()["remote_loss"] == pytest.approx(0.1, abs=0.02)
        assert right.stream.media()["remote_loss"] == 0


def test_a_report_is_a_sign_of_life() -> None:
    with wire() as (left, right):
        right.stream.hear(0.0)
        assert right.stream.deaf_for(30.0) == 30.0
        left.sockets.rtcp.sendto(Report(1).build(), ("127.0.0.1", right.sockets.port + 1))
        right.stream.hear(30.0)
        assert right.stream.deaf_for(30.0) == 0.0


@pytest.mark.parametrize("garbage", [b"", b"x", b"\x80\xc9\x00\x07", b"\x82\xcb\x00\x01" + bytes(4)])
def test_garbage_on_the_control_port_is_counted_and_no_sign_of_life(garbage: bytes) -> None:
    with wire() as (left, right):
        right.stream.hear(0.0)
        left.sockets.rtcp.sendto(garbage, ("127.0.0.1", right.sockets.port + 1))
        right.stream.hear(30.0)
        assert right.stream.deaf_for(30.0) == 30.0
        assert right.stream.media()["malformed"] == 1


def test_a_stream_that_ends_says_goodbye() -> None:
    with wire() as (left, right):
        talk(left, right, ticks=3)
        left.stream.hear(0.0)
        left.stream.close()
        assert isinstance(reported(right)[-1][-1], Bye)


def test_a_stream_that_never_was_says_nothing() -> None:
    with wire() as (left, right):
        left.stream.close()
        assert reported(right) == []


def test_with_mux_everything_flows_through_one_port() -> None:
    with wire() as (left, right):
        for side, other in ((left, right), (right, left)):
            side.stream.aim(
                Terms(
                    ("127.0.0.1", other.sockets.port),
                    side.stream.terms.codec,
                    0,
                    events=101,
                    events_heard=101,
                    mux=True,
                )
            )
        both_talk(left, right, ticks=1200)
        for side in (left, right):
            assert side.stream.media()["malformed"] == 0
            assert side.stream.media()["remote_loss"] == 0
            assert side.stream.media()["packets"] == pytest.approx(1200, abs=2)
            assert reported(side) == []


def test_with_mux_a_stranger_reports_nothing() -> None:
    with wire() as (left, right), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        right.stream.aim(Terms(("127.0.0.1", left.sockets.port), right.stream.terms.codec, 0, mux=True))
        right.stream.hear(0.0)
        stranger.sendto(REPORT, ("127.0.0.1", right.sockets.port))
        right.stream.hear(30.0)
        assert right.stream.deaf_for(30.0) == 30.0
        assert right.stream.media()["strangers"] == 1


def test_without_mux_a_report_on_the_media_port_is_no_media() -> None:
    with wire() as (left, right):
        left.sockets.rtp.sendto(REPORT, ("127.0.0.1", right.sockets.port))
        right.stream.hear(0.0)
        assert right.stream.media()["malformed"] == 1


def test_a_clean_call_has_the_best_score_there_is() -> None:
    with wire() as (left, right):
        assert "mos" not in right.stream.media()
        talk(left, right, ticks=50)
        media = right.stream.media()
        assert media["loss"] == 0
        assert media["mos"] == pytest.approx(4.40, abs=0.03)


@pytest.mark.parametrize(("pattern", "worst", "best"), [("x.........", 3.3, 3.6), ("xxxxx" + 45 * ".", 3.0, 3.3)])
def test_the_score_falls_with_loss_and_further_if_it_comes_in_bursts(pattern: str, worst: float, best: float) -> None:
    with wire() as (left, right):
        for i in range(500):
            left.stream.speak(SOUND)
            if pattern[i % len(pattern)] == "x" and i > 10:
                right.sockets.rtp.recv(2048)
            right.stream.hear(i * 0.02)
        media = right.stream.media()
        assert media["loss"] == pytest.approx(0.1, abs=0.015)
        assert worst < media["mos"] < best
