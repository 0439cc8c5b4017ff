from hypothesis import given
from hypothesis.strategies import floats, integers

from switchroom.hooks.schedule import LONGEST, SPAN, SPREAD, next_attempt, wait

MIDDLE = 0.5


def test_waits_grow_as_the_table_says() -> None:
    assert [wait(failed, MIDDLE) for failed in range(1, 9)] == [5, 20, 80, 320, 1280, 5120, 20480, 21600]


def test_a_delivery_is_tried_for_three_days_and_then_given_up() -> None:
    attempts = [0.0]
    while (due := next_attempt(len(attempts), 0.0, attempts[-1], MIDDLE)) is not None:
        attempts.append(due)
    assert SPAN - LONGEST * (1 + SPREAD) < attempts[-1] <= SPAN
    assert len(attempts) == 18


@given(integers(1, 1000), floats(0, 1, exclude_max=True))
def test_a_wait_is_a_fifth_longer_or_shorter_at_most(failed: int, chance: float) -> None:
    middle = wait(failed, MIDDLE)
    assert middle * (1 - SPREAD) <= wait(failed, chance) <= middle * (1 + SPREAD)


def test_a_receiver_that_says_when_is_not_asked_sooner_but_a_day_at_most() -> None:
    assert wait(1, MIDDLE, 90.0) == 90.0
    assert wait(3, MIDDLE, 1.0) == 80.0
    assert wait(1, MIDDLE, -5.0) == 5.0
    assert wait(1, MIDDLE, 1e12) == 86400.0


def test_a_wait_beyond_the_three_days_is_none() -> None:
    assert next_attempt(1, 0.0, SPAN - 4.0, MIDDLE) is None
    assert next_attempt(1, 0.0, SPAN - 5.0, MIDDLE) == SPAN
