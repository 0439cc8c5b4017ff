"""What an attempt's end means for the next ones."""

import pytest

from switchroom.breaker import State
from switchroom.errors import Denied, Invalid, Limited, SwitchroomError, Unavailable
from switchroom.identity import TenantId
from switchroom.providers.failover.standing import Standing
from tests.providers.failover.providers import BrittleVoice, Told
from tests.virtual_time import run


@pytest.mark.parametrize(
    ("error", "state", "rest"),
    [
        (Unavailable("down"), State.CLOSED, None),
        (Unavailable("busy", retry_after=30.0), State.OPEN, 30.0),
        (Limited("too many", retry_after=12.0), State.OPEN, 12.0),
        (Denied("the key is not good"), State.OPEN, 300.0),
        (Unavailable("the quota is spent", retryable=False), State.OPEN, 300.0),
        (Invalid("a text of a million letters"), State.CLOSED, None),
    ],
)
def test_what_a_provider_says_decides_how_long_it_is_left_alone(
    error: SwitchroomError, state: State, rest: float | None
) -> None:
    async def main() -> None:
        chain = Told().chain("tts", BrittleVoice(), BrittleVoice())
        attempt = chain.attempt()
        assert attempt is not None
        attempt.failed(error)
        breaker = chain.links[0].breaker
        assert breaker.state is state
        assert breaker.deadline == (None if rest is None else pytest.approx(rest))

    run(main())


def test_a_request_that_could_not_be_sent_says_nothing_of_the_provider() -> None:
    async def main() -> None:
        told = Told()
        chain = told.chain("stt", BrittleVoice())
        for _ in range(5):
            attempt = chain.attempt()
            assert attempt is not None
            attempt.unfit(Unavailable("it does not know French", retryable=False))
        assert chain.links[0].breaker.state is State.CLOSED
        assert len(told.events) == 5

    run(main())


def test_an_attempt_ends_once() -> None:
    async def main() -> None:
        told = Told()
        chain = told.chain("tts", BrittleVoice())
        attempt = chain.attempt()
        assert attempt is not None
        attempt.answered()
        attempt.failed(Denied("too late"))
        attempt.abandoned()
        assert chain.links[0].breaker.state is State.CLOSED
        assert not told.events

    run(main())


def test_one_tenants_failures_are_not_anothers() -> None:
    standing = Standing(most=2)
    ours, theirs = TenantId("a"), TenantId("b")
    assert standing.breaker(ours, "voices", "x") is standing.breaker(ours, "voices", "x")
    assert standing.breaker(ours, "voices", "x") is not standing.breaker(theirs, "voices", "x")
    assert standing.took("voices", "x") is standing.took("voices", "x")
    assert standing.took("voices", "x") is not standing.took("models", "x")
    forgotten = standing.breaker(ours, "voices", "x")
    standing.breaker(theirs, "models", "y")
    standing.breaker(theirs, "models", "z")
    assert standing.breaker(ours, "voices", "x") is not forgotten
