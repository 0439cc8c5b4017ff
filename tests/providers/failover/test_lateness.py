"""When a provider is late."""

import pytest

from switchroom.providers.failover.lateness import LEAST, WINDOW, Patience, Took


def _took(*seconds: float) -> Took:
    took = Took()
    for each in seconds:
        took.add(each)
    return took


def test_a_few_answers_say_nothing_about_the_slowest() -> None:
    assert _took(*[0.1] * (LEAST - 1)).percentile(0.95) is None
    assert _took(*[0.1] * LEAST).percentile(0.95) == 0.1


@pytest.mark.parametrize(("share", "seconds"), [(0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)])
def test_a_percentile_is_what_so_many_did_not_exceed(share: float, seconds: float) -> None:
    assert _took(*map(float, range(100, 0, -1))).percentile(share) == seconds


def test_only_the_latest_answers_count() -> None:
    assert _took(*[9.0] * 1000, *[0.2] * WINDOW).percentile(0.99) == 0.2


def test_a_second_is_asked_when_the_first_is_later_than_its_own_p95() -> None:
    patience = Patience(first=3.0, stall=1.0, soonest=0.2, hedge=1.0)
    assert patience.late(_took(*[0.5] * 30)) == 0.5
    assert patience.late(_took(*[0.01] * 30)) == 0.2
    assert patience.late(_took(0.5)) == 1.0
    assert patience.late(_took(*[5.0] * 30)) is None
    assert Patience(3.0, 1.0, 0.2).late(_took()) is None
