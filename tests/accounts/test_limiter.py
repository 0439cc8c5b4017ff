import pytest

from switchroom.accounts.limiter import Limiter
from switchroom.errors import Limited


def test_the_third_failure_locks_and_every_further_one_twice_as_long() -> None:
    limiter = Limiter(free=3, lock=10.0)
    assert [limiter.failed("ann", now) for now in (0.0, 1.0, 2.0, 20.0, 60.0)] == [0.0, 0.0, 10.0, 20.0, 40.0]


def test_a_locked_key_is_told_how_long_and_no_other_key_is() -> None:
    limiter = Limiter(free=1, lock=10.0)
    limiter.failed("ann", 0.0)
    with pytest.raises(Limited) as caught:
        limiter.check("ann", 4.0)
    assert caught.value.retry_after == 6.0
    limiter.check("ann", 10.0)
    limiter.check("bob", 4.0)


def test_a_lock_has_a_longest() -> None:
    limiter = Limiter(free=1, lock=10.0, longest=60.0)
    assert max(limiter.failed("ann", float(now)) for now in range(2000)) == 60.0


def test_success_and_a_quiet_day_forgive() -> None:
    limiter = Limiter(free=2, lock=10.0, forget=100.0)
    limiter.failed("ann", 0.0)
    limiter.succeeded("ann")
    assert limiter.failed("ann", 1.0) == 0.0
    assert limiter.failed("ann", 102.0) == 0.0


def test_memory_is_bounded_and_the_oldest_failure_goes_first() -> None:
    limiter = Limiter(free=1, lock=1000.0, keys=2)
    for now, key in enumerate(("ann", "bob", "cid")):
        limiter.failed(key, float(now))
    limiter.check("ann", 5.0)
    with pytest.raises(Limited):
        limiter.check("bob", 5.0)
