"""The circuit breaker: its table row by row, and what holds whatever happens."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from switchroom import breaker
from switchroom.breaker import (
    TABLE,
    Abandoned,
    Answered,
    Asked,
    Breaker,
    Decision,
    Failed,
    Input,
    Kind,
    Rest,
    State,
)

REST = Rest(failures=3, first=5.0, longest=40.0, furthest=100.0)


def _in(state: State) -> Breaker:
    """Return a breaker brought to ``state`` by what happens to it, at time 10."""
    found = Breaker(REST)
    if state is State.CLOSED:
        return found
    found.handle(Failed(retry_after=4.0 if state is not State.OPEN else 50.0), 0.0)
    if state in (State.HALF_OPEN, State.PROBING):
        found.expire(5.0)
    if state is State.PROBING:
        assert found.handle(Asked(), 6.0) == [Decision.ADMIT]
    assert found.state is state
    return found


INPUTS: dict[Kind, Input] = {
    Kind.ASKED: Asked(),
    Kind.ANSWERED: Answered(),
    Kind.FAILED: Failed(),
    Kind.TRIPPED: Failed(final=True),
    Kind.ABANDONED: Abandoned(),
}


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("kind", INPUTS)
def test_each_row_of_the_table_is_what_happens(state: State, kind: Kind) -> None:
    found = _in(state)
    then, decision = TABLE.get((state, kind), (state, None))
    assert found.handle(INPUTS[kind], 10.0) == ([] if decision is None else [decision])
    assert found.state is then


def test_the_table_in_the_docstring_is_the_table() -> None:
    lines = [line.strip() for line in (breaker.__doc__ or "").splitlines()]
    top = next(line for line in lines if line.startswith("state "))
    starts = {kind: top.index(kind.name) for kind in Kind}
    ends = [*sorted(starts.values())[1:], 200]
    written = {}
    for line in lines:
        if line.partition(" ")[0] not in State.__members__:
            continue
        state = State[line.partition(" ")[0]]
        for (kind, start), end in zip(starts.items(), ends, strict=True):
            words = line[start:end].replace(",", "").split()
            if words:
                decision = Decision[words[0].upper()] if words[0].islower() else None
                then = State[words[-1]] if words[-1].isupper() else state
                written[state, kind] = then, decision
    assert written == TABLE


def test_failures_in_a_row_open_it_and_an_answer_between_them_does_not() -> None:
    found = Breaker(REST)
    for _ in range(5):
        found.handle(Failed(), 0.0)
        found.handle(Failed(), 0.0)
        found.handle(Answered(), 0.0)
    assert found.state is State.CLOSED
    for _ in range(3):
        found.handle(Failed(), 1.0)
    assert (found.state, found.deadline) == (State.OPEN, 6.0)


def test_each_rest_is_twice_as_long_up_to_the_longest() -> None:
    found, now, rests = Breaker(REST), 0.0, []
    for _ in range(3):
        found.handle(Failed(), now)
    for _ in range(5):
        assert found.deadline is not None
        rests.append(found.deadline - now)
        now = found.deadline
        assert found.handle(Asked(), now) == [Decision.ADMIT]
        found.handle(Failed(), now)
    assert rests == [5.0, 10.0, 20.0, 40.0, 40.0]
    assert found.deadline is not None
    now = found.deadline
    found.handle(Asked(), now)
    found.handle(Answered(), now)
    found.handle(Failed(final=False), now)
    assert found.state is State.CLOSED


@pytest.mark.parametrize(("said", "until"), [(7.5, 17.5), (0.5, 10.5), (1e6, 110.0)])
def test_retry_after_is_honoured(said: float, until: float) -> None:
    found = Breaker(REST)
    found.handle(Failed(retry_after=said), 10.0)
    assert found.deadline == until
    assert found.handle(Asked(), until - 0.01) == [Decision.REFUSE]
    assert found.handle(Asked(), until) == [Decision.ADMIT]


def test_a_later_retry_after_counts_and_an_earlier_one_does_not() -> None:
    found = Breaker(REST)
    found.handle(Failed(retry_after=20.0), 0.0)
    found.handle(Failed(retry_after=5.0), 1.0)
    assert found.deadline == 20.0
    found.handle(Failed(retry_after=30.0), 2.0)
    assert found.deadline == 32.0


HAPPENING = some.one_of(
    some.just(Asked()),
    some.just(Answered()),
    some.builds(Failed, some.none() | some.floats(0, 500), some.booleans()),
    some.just(Abandoned()),
)


@given(some.lists(some.tuples(HAPPENING, some.floats(0, 60)), max_size=60))
def test_whatever_happens_it_is_never_shut_for_ever_and_one_request_tries_it(story: list[tuple[Input, float]]) -> None:
    found, now, probing = Breaker(REST), 0.0, False
    for happened, wait in story:
        now += wait
        found.expire(now)
        before = found.state
        decided = found.handle(happened, now)
        assert bool(decided) == isinstance(happened, Asked)
        assert (found.deadline is not None) == (found.state is State.OPEN)
        if found.deadline is not None:
            assert now <= found.deadline <= now + REST.furthest
        if before is State.PROBING and isinstance(happened, Asked):
            assert decided == [Decision.REFUSE]
        probing = found.state is State.PROBING
    if probing:
        found.handle(Abandoned(), now)
    assert found.handle(Asked(), now + REST.furthest) == [Decision.ADMIT]
