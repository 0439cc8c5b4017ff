"""Whose packets are taken, without any socket."""

from switchroom.media.rtp import RtpPacket
from switchroom.transports.sip.media.latch import FORGET, LEARNING, ROW, Address, Latch

SIGNALLING = ("198.51.100.4", 5060)
PRIVATE = ("10.1.2.3", 4000)
PUBLIC = ("8.8.8.8", 4000)
MAPPED = ("8.8.8.8", 61000)
ELSEWHERE = ("9.9.9.9", 4000)
THIEF = ("9.9.9.8", 4000)


def latch(announced: Address = PUBLIC, *, strict: bool = False) -> Latch:
    made = Latch(SIGNALLING[0], strict=strict)
    made.announce(announced)
    made.listen(0.0)
    return made


def packet(sequence: int = 1, ssrc: int = 7) -> RtpPacket:
    return RtpPacket(0, sequence & 0xFFFF, 160 * sequence, ssrc, bytes(160))


def taken(made: Latch, source: Address, now: float, *, first: int = 1, count: int = ROW, ssrc: int = 7) -> int:
    """Send packets in a row; return how many were taken."""
    return sum(made.accepts(packet(first + i, ssrc), source, now) for i in range(count))


def test_audio_goes_to_the_announced_address_until_somebody_is_heard() -> None:
    assert Latch("198.51.100.4").target is None
    assert latch(PUBLIC).target == PUBLIC


def test_the_announced_address_is_the_party_at_once() -> None:
    made = latch(PUBLIC)
    assert made.accepts(packet(), PUBLIC, 0.0)
    assert made.target == PUBLIC


def test_another_port_of_the_same_host_is_the_party_behind_a_nat() -> None:
    made = latch(PUBLIC)
    assert made.accepts(packet(), MAPPED, 0.0)
    assert made.target == MAPPED


def test_a_private_address_in_the_sdp_lets_the_signalling_host_in_at_once() -> None:
    made = latch(PRIVATE)
    assert made.accepts(packet(), (SIGNALLING[0], 700), 0.0)
    assert made.target == (SIGNALLING[0], 700)


def test_strangers_are_counted_and_dropped() -> None:
    made = latch(PUBLIC)
    assert taken(made, ELSEWHERE, 0.0) == 0
    assert made.accepts(packet(), PUBLIC, 0.0)
    assert taken(made, ELSEWHERE, 0.1) == 0
    assert made.strangers == 2 * ROW
    assert made.target == PUBLIC


def test_a_telephone_behind_a_foreign_nat_is_the_party_after_a_row_of_packets() -> None:
    made = latch(PRIVATE)
    assert taken(made, ELSEWHERE, 1.0, count=ROW - 1) == 0
    assert made.target == PRIVATE
    assert made.accepts(packet(ROW), ELSEWHERE, 1.0)
    assert made.target == ELSEWHERE


def test_a_row_goes_on_over_the_end_of_the_numbers() -> None:
    assert taken(latch(PRIVATE), ELSEWHERE, 0.0, first=0xFFFE) == 1


def test_packets_that_are_no_row_make_nobody_the_party() -> None:
    made = latch(PRIVATE)
    assert not any(made.accepts(packet(1), ELSEWHERE, 0.0) for _ in range(20))
    assert not any(made.accepts(packet(i, ssrc=i), ELSEWHERE, 0.0) for i in range(20))
    assert not any(made.accepts(packet(2 * i), ELSEWHERE, 0.0) for i in range(20))
    assert made.target == PRIVATE


def test_who_comes_after_the_time_to_learn_is_a_stranger() -> None:
    made = latch(PRIVATE)
    assert taken(made, ELSEWHERE, LEARNING + 1, count=50) == 0


def test_the_time_to_learn_begins_with_listening_and_anew_with_each_agreement() -> None:
    made = latch(PRIVATE)
    made.announce(PRIVATE)
    made.listen(100.0)
    made.listen(105.0)
    assert taken(made, ELSEWHERE, 100.0 + LEARNING + 1) == 0
    made.announce(PRIVATE)
    made.listen(200.0)
    assert taken(made, ELSEWHERE, 200.0) == 1


def test_a_thief_does_not_displace_a_telephone_that_talks() -> None:
    made = latch(PRIVATE)
    taken(made, ELSEWHERE, 0.0)
    for second in range(1, 60):
        assert made.accepts(packet(100 + second), ELSEWHERE, float(second))
        assert taken(made, THIEF, second + 0.5, first=10 * second, ssrc=99) == 0
    assert made.target == ELSEWHERE


def test_a_thief_does_not_get_the_audio_of_a_telephone_that_fell_silent() -> None:
    for telephone in (PUBLIC, MAPPED):
        made = latch(PUBLIC)
        made.accepts(packet(), telephone, 0.0)
        assert taken(made, THIEF, FORGET + 1, count=500, ssrc=99) == 0
    made = latch(PRIVATE)
    taken(made, ELSEWHERE, 0.0)
    assert taken(made, THIEF, FORGET + 1, count=500, ssrc=99) == 0
    assert made.target == ELSEWHERE


def test_a_telephone_that_changes_its_network_goes_on_where_it_stopped() -> None:
    made = latch(PUBLIC)
    taken(made, PUBLIC, 0.0, first=1)
    assert taken(made, ELSEWHERE, 1.0, first=ROW + 1) == 0
    assert taken(made, ELSEWHERE, 1.0 + FORGET, first=2 * ROW + 1) == 1
    assert made.target == ELSEWHERE


def test_numbers_from_before_are_no_going_on() -> None:
    made = latch(PUBLIC)
    taken(made, PUBLIC, 0.0, first=100)
    assert taken(made, ELSEWHERE, FORGET + 1, first=90) == 0
    assert taken(made, ELSEWHERE, FORGET + 1, first=30_000) == 0


def test_the_party_displaces_a_stranger_who_was_quicker() -> None:
    made = latch(PRIVATE)
    taken(made, ELSEWHERE, 0.0)
    assert taken(made, (SIGNALLING[0], 700), 0.1) == 1
    assert taken(made, ELSEWHERE, 0.2, count=50) == 0
    assert taken(made, PRIVATE, 0.3) == 1
    assert made.target == PRIVATE


def test_a_nat_may_give_the_party_a_new_port_once_the_old_one_is_silent() -> None:
    made = latch(PUBLIC)
    assert made.accepts(packet(), MAPPED, 0.0)
    assert taken(made, ("8.8.8.8", 61001), 0.1) == 0
    assert taken(made, ("8.8.8.8", 61001), 0.1 + FORGET) == 1
    assert made.target == ("8.8.8.8", 61001)


def test_a_foreign_nat_may_give_a_new_port_too() -> None:
    made = latch(PRIVATE)
    taken(made, ELSEWHERE, 0.0)
    assert taken(made, (ELSEWHERE[0], 61001), LEARNING + 1, ssrc=99) == 1


def test_a_re_invite_that_moves_the_media_forgets_who_was_latched() -> None:
    made = latch(PUBLIC)
    assert made.accepts(packet(), PUBLIC, 0.0)
    made.announce(("8.8.4.4", 5000))
    assert made.target == ("8.8.4.4", 5000)
    assert taken(made, PUBLIC, 0.1, first=2, count=50) == 0
    assert made.accepts(packet(), ("8.8.4.4", 5000), 0.1)


def test_a_strict_latch_takes_nobody_who_is_not_named() -> None:
    made = latch(PRIVATE, strict=True)
    assert taken(made, ELSEWHERE, 0.0, count=50) == 0
    assert made.accepts(packet(), SIGNALLING, 0.0)
    assert taken(made, ELSEWHERE, FORGET + 1, first=2, count=50) == 0
    assert made.target == SIGNALLING


def test_a_crowd_of_candidates_does_not_push_out_who_has_the_longest_row() -> None:
    made = latch(PRIVATE)
    assert taken(made, ELSEWHERE, 0.0, count=2) == 0
    for i in range(3):
        for port in range(1, 101):
            assert not made.accepts(packet(ssrc=port), (THIEF[0], port), 0.0)
        assert made.accepts(packet(3 + i), ELSEWHERE, 0.0) is (3 + i == ROW)


def test_nobody_is_the_party_before_an_address_is_announced() -> None:
    made = Latch(SIGNALLING[0])
    made.listen(0.0)
    assert taken(made, SIGNALLING, 0.0) == 0
