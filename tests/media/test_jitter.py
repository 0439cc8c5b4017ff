"""The jitter buffer, by literal scenarios: what is pushed at which tick, and what each tick hears."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.media.frame import TICK, Encoding
from switchroom.media.jitter import JitterBuffer
from switchroom.media.rtp import RtpPacket

SILENT = b"\xff"


def packet(number: int, *, ssrc: int = 7, sequence: int | None = None, ticks: int = 1, clock: int = 1000) -> RtpPacket:
    """The ``number``-th packet of a stream; each of its bytes is its number."""
    own = 65530 + number if sequence is None else sequence
    timestamp = (clock + 160 * ticks * number) & 0xFFFFFFFF
    return RtpPacket(0, own & 0xFFFF, timestamp, ssrc, bytes([number % 256]) * 160 * ticks)


def play(arrivals: dict[int, list[RtpPacket]], ticks: int, buffer: JitterBuffer | None = None) -> list[int | None]:
    """Push packets at their ticks; return the first byte that each tick hears."""
    buffer = buffer or JitterBuffer(Encoding.PCMU)
    heard: list[int | None] = []
    for tick in range(ticks):
        for each in arrivals.get(tick, []):
            buffer.push(each, tick * TICK)
        content = buffer.pop(tick * TICK)
        assert content is None or len(content) == 160
        heard.append(None if content is None else content[0])
    return heard


def test_a_steady_stream_is_played_one_tick_late() -> None:
    assert play({i: [packet(i)] for i in range(6)}, 7) == [None, 0, 1, 2, 3, 4, 5]


def test_nothing_is_heard_before_the_first_packet() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    assert play({}, 3, buffer) == [None, None, None]
    assert buffer.counters.concealed == 0


def test_a_packet_that_comes_one_tick_late_is_still_in_time() -> None:
    arrivals = {0: [packet(0)], 1: [packet(1)], 3: [packet(2), packet(3)], 4: [packet(4)]}
    assert play(arrivals, 6) == [None, 0, 1, 2, 3, 4]


def test_a_lost_packet_is_concealed_and_counted() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    arrivals = {i: [packet(i)] for i in range(6) if i != 3}
    assert play(arrivals, 7, buffer) == [None, 0, 1, 2, None, 4, 5]
    assert (buffer.counters.lost, buffer.counters.concealed, buffer.counters.received) == (1, 1, 5)


def test_packets_out_of_order_are_put_in_order() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    arrivals = {0: [packet(0)], 1: [packet(2), packet(1)], 2: [], 3: [packet(3)]}
    assert play(arrivals, 5, buffer) == [None, 0, 1, 2, 3]
    assert (buffer.counters.reordered, buffer.counters.lost) == (1, 0)


def test_a_packet_after_its_tick_is_late() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    arrivals = {0: [packet(0)], 1: [packet(2)], 2: [packet(3)], 3: [packet(1)], 4: [packet(4)]}
    assert play(arrivals, 6, buffer) == [None, 0, None, 2, 3, 4]
    assert (buffer.counters.late, buffer.counters.lost) == (1, 0)


def test_a_packet_that_comes_twice_is_played_once() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    assert play({i: [packet(i), packet(i)] for i in range(4)}, 6, buffer) == [None, 0, 1, 2, 3, None]
    assert (buffer.counters.duplicate, buffer.counters.received) == (4, 4)


def test_sequence_and_timestamp_wrap_around() -> None:
    arrivals = {i: [packet(i, clock=0xFFFFFFFF - 500)] for i in range(12)}
    assert play(arrivals, 13) == [None, *range(12)]


@pytest.mark.parametrize("ticks", [2, 3])
def test_long_packets_are_cut_into_ticks(ticks: int) -> None:
    arrivals = {i * ticks: [packet(i, ticks=ticks)] for i in range(5)}
    heard = play(arrivals, 5 * ticks + 1)
    assert [each for each in heard if each is not None] == [i for i in range(5) for _ in range(ticks)]


def test_ten_millisecond_packets_are_joined() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    heard = []
    for tick in range(4):
        for half in (0, 1):
            number = 2 * tick + half
            buffer.push(RtpPacket(0, number, 80 * number, 7, bytes([number]) * 80), tick * TICK)
        heard.append(buffer.pop(tick * TICK))
    assert heard == [None] + [bytes([2 * i]) * 80 + bytes([2 * i + 1]) * 80 for i in range(3)]


def test_half_a_cell_that_is_missing_is_silent() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    for number in (0, 2, 3):
        buffer.push(RtpPacket(0, number, 80 * number, 7, bytes([number]) * 80), number * TICK / 2)
    assert buffer.pop(0.04) == bytes([0]) * 80 + SILENT * 80


def test_thirty_millisecond_packets_are_heard_without_a_gap() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    heard = b""
    sent = 0
    for tick in range(60):
        while sent * 0.03 <= tick * TICK:
            buffer.push(RtpPacket(0, sent, 240 * sent, 7, bytes([sent + 1]) * 240), tick * TICK)
            sent += 1
        heard += buffer.pop(tick * TICK) or b""
    first = heard.index(b"\x02")
    expected = b"".join(bytes([i]) * 240 for i in range(2, sent))
    assert heard[first:].startswith(expected[: 240 * 30])


def test_silence_that_is_not_sent_is_no_loss() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    arrivals = {i: [packet(i)] for i in range(3)}
    arrivals |= {i: [packet(i, sequence=65530 + i - 100)] for i in range(103, 106)}
    heard = play(arrivals, 108, buffer)
    assert heard[:4] == [None, 0, 1, 2]
    assert heard[103:107] == [None, 103, 104, 105]
    assert buffer.counters.lost == buffer.counters.late == 0


def test_a_stall_and_its_burst_lose_nothing_and_leave_no_standing_queue() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    arrivals = {i: [packet(i)] for i in range(500)}
    arrivals[60] = [packet(i) for i in range(50, 61)]
    for i in range(50, 60):
        arrivals[i] = []
    heard = [each for each in play(arrivals, 500, buffer) if each is not None]
    assert heard[:61] == list(range(61))
    assert buffer.delay <= 0.06
    assert buffer.counters.dropped >= 8


def test_what_is_dropped_is_silence_if_there_is_any() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    loud = {i for i in range(400) if i % 8 < 6}
    arrivals = {}
    for i in range(400):
        each = packet(i)
        arrivals[i] = [each._replace(payload=(b"\x10" if i in loud else SILENT) * 160)]
    arrivals[60] = [arrivals[i][0] for i in range(55, 61)]
    for i in range(55, 60):
        arrivals[i] = []
    heard = play(arrivals, 410, buffer)
    assert buffer.counters.dropped >= 3
    assert heard.count(0x10) >= len(loud) - 1


def test_a_fast_clock_leaves_no_standing_queue() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    sent = 0
    for tick in range(3000):
        while sent * TICK * 0.995 <= tick * TICK:  # one packet too many every four seconds
            buffer.push(packet(sent), tick * TICK)
            sent += 1
        buffer.pop(tick * TICK)
    assert buffer.delay <= 0.06
    assert buffer.counters.lost == buffer.counters.late == 0


def test_a_slow_clock_is_concealed_now_and_then() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    heard = 0
    sent = 0
    for tick in range(3000):
        while sent * TICK * 1.005 <= tick * TICK:
            buffer.push(packet(sent), tick * TICK)
            sent += 1
        heard += buffer.pop(tick * TICK) is not None
    assert sent - heard <= 3
    assert buffer.counters.concealed <= 17


def test_jitter_deepens_the_buffer_and_calm_makes_it_shallow_again() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    delays = [0, 2, 1, 3, 0, 1, 3, 2, 0, 0]  # ticks
    arrivals: dict[int, list[RtpPacket]] = {}
    for i in range(500):
        arrivals.setdefault(i + delays[i % 10], []).append(packet(i))
    for i in range(500, 1000):
        arrivals.setdefault(i, []).append(packet(i))
    heard = play({tick: each for tick, each in arrivals.items() if tick < 500}, 500, buffer)
    assert heard[100:].count(None) <= 2
    assert 0.04 <= buffer.delay <= 0.14
    for tick in range(500, 1000):
        for each in arrivals[tick]:
            buffer.push(each, tick * TICK)
        buffer.pop(tick * TICK)
    assert buffer.delay <= 0.04


def test_a_new_source_is_believed_at_its_second_packet() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    arrivals = {i: [packet(i)] for i in range(4)}
    arrivals |= {i: [packet(i, ssrc=8, clock=900_000, sequence=100 + i)] for i in range(4, 9)}
    assert play(arrivals, 10, buffer) == [None, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    assert buffer.counters.restarts == 1
    assert buffer.counters.lost == 0


def test_a_stray_packet_changes_nothing() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    arrivals = {i: [packet(i)] for i in range(6)}
    arrivals[2].append(packet(99, ssrc=1234))
    arrivals[4].append(packet(99, sequence=30_000))
    assert play(arrivals, 7, buffer) == [None, 0, 1, 2, 3, 4, 5]
    assert buffer.counters.restarts == 0


def test_a_jump_of_the_sequence_begins_a_new_stream() -> None:
    arrivals = {i: [packet(i)] for i in range(3)}
    arrivals |= {i: [packet(i, sequence=20_000 + i)] for i in range(3, 8)}
    assert play(arrivals, 9) == [None, 0, 1, 2, 3, 4, 5, 6, 7]


@pytest.mark.parametrize("clock", [5_000_000, 0x90000000])
def test_a_timestamp_that_jumps_does_not_make_us_deaf(clock: int) -> None:
    arrivals = {i: [packet(i, clock=1_000_000_000)] for i in range(3)}
    arrivals |= {i: [packet(i, clock=clock)] for i in range(3, 9)}
    assert play(arrivals, 10)[-4:] == [5, 6, 7, 8]


def test_keys_in_the_same_stream_are_not_lost_packets() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    for i in range(6):
        if i in (2, 3):
            buffer.observe(packet(i))
        else:
            buffer.push(packet(i), i * TICK)
        buffer.pop(i * TICK)
    assert buffer.counters.lost == 0


def test_an_empty_packet_is_counted_and_no_more() -> None:
    buffer = JitterBuffer(Encoding.PCMU)
    buffer.push(packet(0)._replace(payload=b""), 0.0)
    assert buffer.pop(0.0) is None
    assert buffer.counters.empty == 1


@given(
    st.lists(
        st.tuples(
            st.integers(0, 3),  # ticks that pass before it
            st.integers(0, 0xFFFF) | st.integers(0, 40),  # sequence
            st.integers(0, 0xFFFFFFFF) | st.integers(0, 6400),  # timestamp
            st.integers(0, 1),  # SSRC
            st.integers(0, 700),  # bytes
        ),
        max_size=80,
    ),
    st.sampled_from(Encoding),
)
def test_fuzz_whatever_is_pushed_each_tick_gets_its_bytes_or_nothing(
    packets: list[tuple[int, int, int, int, int]], encoding: Encoding
) -> None:
    buffer = JitterBuffer(encoding)
    now = 0.0
    for ticks, sequence, timestamp, ssrc, size in packets:
        for _ in range(ticks):
            now += TICK
            content = buffer.pop(now)
            assert content is None or len(content) == encoding.payload_size
        buffer.push(RtpPacket(0, sequence, timestamp, ssrc, bytes(size)), now)
        assert buffer.delay <= 2.5
        assert buffer.counters.lost >= 0
