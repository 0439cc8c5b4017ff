"""What two sides tell each other about a stream."""

import pytest

from switchroom.media.reports import Heard, Remote, Reports, Sent, interval, ntp
from switchroom.media.rtcp import Block, Bye, Control, Description, Report, SenderInfo, parse

NOW = 1_800_000_000.0


def said(data: bytes) -> list[Control]:
    packets = parse(data)
    assert isinstance(packets, list)
    return packets


def report(data: bytes) -> Report:
    first = said(data)[0]
    assert isinstance(first, Report)
    return first


def ours() -> Reports:
    return Reports(7, 100, "me", 8000)


def heard(expected: int, received: int, ssrc: int = 9, jitter: float = 0.0) -> Heard:
    return Heard(ssrc, 500 + expected - 1, expected, received, jitter)


def test_who_sent_nothing_reports_as_a_receiver() -> None:
    assert said(ours().compose(Sent(0, 0, 0), None, NOW)) == [Report(7), Description(7, "me")]


def test_who_fell_silent_reports_as_a_receiver_after_two_reports() -> None:
    reports = ours()
    kinds = [report(reports.compose(Sent(0, packets, 0), None, NOW)).sender is not None for packets in (5, 5, 5, 9)]
    assert kinds == [True, True, False, True]


def test_a_sender_says_what_it_sent_and_when_that_was() -> None:
    assert report(ours().compose(Sent(480, 3, 480), None, NOW)).sender == SenderInfo(ntp(NOW), 480, 3, 480)
    assert ntp(0.5) == 2_208_988_800 << 32 | 1 << 31


def test_loss_is_told_since_the_last_report_and_of_the_whole() -> None:
    reports = ours()
    first = report(reports.compose(Sent(0, 0, 0), heard(100, 75, jitter=0.01), NOW)).blocks[0]
    assert first == Block(9, 64, 25, 599, 80)
    second = report(reports.compose(Sent(0, 0, 0), heard(200, 125), NOW)).blocks[0]
    assert (second.fraction, second.lost) == (128, 75)
    third = report(reports.compose(Sent(0, 0, 0), heard(300, 230), NOW)).blocks[0]
    assert (third.fraction, third.lost) == (0, 70)


def test_another_source_is_counted_from_its_own_beginning() -> None:
    reports = ours()
    reports.compose(Sent(0, 0, 0), heard(100, 100), NOW)
    assert report(reports.compose(Sent(0, 0, 0), heard(10, 5, ssrc=11), NOW)).blocks[0].fraction == 128


def test_everything_lost_does_not_overflow() -> None:
    reports = ours()
    reports.compose(Sent(0, 0, 0), heard(1, 1), NOW)
    assert report(reports.compose(Sent(0, 0, 0), heard(1001, 1), NOW)).blocks[0].fraction == 255


def test_the_last_report_of_the_other_side_is_repeated_with_its_age() -> None:
    reports = ours()
    reports.take([Report(9, SenderInfo(0x1111_2222_3333_4444, 0, 1, 1))], NOW)
    block = report(reports.compose(Sent(0, 0, 0), heard(1, 1), NOW + 1.5)).blocks[0]
    assert (block.last_report, block.delay) == (0x2222_3333, 98304)


def test_the_report_of_somebody_else_is_not_repeated_for_this_source() -> None:
    reports = ours()
    reports.take([Report(8, SenderInfo(0x1111_2222_3333_4444, 0, 1, 1))], NOW)
    block = report(reports.compose(Sent(0, 0, 0), heard(1, 1), NOW + 1.5)).blocks[0]
    assert (block.last_report, block.delay) == (0, 0)


def test_the_round_trip_is_what_the_other_side_did_not_wait() -> None:
    left, right = ours(), Reports(9, 500, "you", 8000)
    right.take(said(left.compose(Sent(0, 1, 160), None, NOW)), NOW + 0.040)
    left.take(said(right.compose(Sent(0, 0, 0), heard(1, 1, ssrc=7), NOW + 2.040)), NOW + 2.070)
    assert left.round_trip == pytest.approx(0.070, abs=0.0001)


@pytest.mark.parametrize("last", [0, 12345])
def test_a_round_trip_that_cannot_be_is_not_believed(last: int) -> None:
    reports = ours()
    reports.take([Report(9, None, (Block(7, 0, 0, 100, 0, last, 0),))], NOW)
    assert reports.round_trip is None


def test_what_they_heard_of_us_is_kept() -> None:
    reports = ours()
    reports.take([Report(9, None, (Block(7, 26, 5, 199, 80),))], NOW)
    assert reports.remote == Remote(0.05, 0.01)
    reports.take([Report(9, None, (Block(8, 255, 100, 199, 80),))], NOW)
    assert reports.remote == Remote(0.05, 0.01)
    reports.take([Report(9, None, (Block(7, 0, -3, 210, 0),))], NOW)
    assert reports.remote == Remote(0.0, 0.0)


def test_without_a_usable_number_the_fraction_counts() -> None:
    reports = ours()
    reports.take([Report(9, None, (Block(7, 64, 5, 99, 0),))], NOW)
    assert reports.remote == Remote(0.25, 0.0)


def test_who_said_goodbye_is_not_reported_on_until_heard_again() -> None:
    reports = ours()
    reports.compose(Sent(0, 0, 0), heard(1, 1), NOW)
    reports.take([Report(9), Bye((9,))], NOW)
    assert reports.gone
    assert report(reports.compose(Sent(0, 0, 0), heard(1, 1), NOW)).blocks == ()
    reports.take([Report(9)], NOW)
    assert len(report(reports.compose(Sent(0, 0, 0), heard(2, 2), NOW)).blocks) == 1


def test_our_goodbye_follows_a_last_report() -> None:
    packets = said(ours().farewell(Sent(0, 2, 320), heard(1, 1), NOW))
    assert [type(packet) for packet in packets] == [Report, Description, Bye]
    assert packets[-1] == Bye((7,))


def test_reports_are_spread_from_half_to_one_and_a_half_of_five_seconds() -> None:
    assert interval(0.0) == 2.5
    assert interval(0.999999) == pytest.approx(7.5, abs=0.001)
    assert interval(0.5, first=True) == 2.5
