"""The call's table, over the whole product of states and inputs."""

from itertools import product

import pytest

from switchroom.calls.call import TRANSITIONS, Call, CallInput, CallState, IllegalCallInput


@pytest.mark.parametrize(("state", "what"), list(product(CallState, CallInput)))
def test_a_call_does_what_its_table_says(state: CallState, what: CallInput) -> None:
    call = Call()
    call.state = state
    expected = TRANSITIONS[state].get(what)
    assert call.allows(what) is (expected is not None)
    if expected is None:
        with pytest.raises(IllegalCallInput, match=f"{state.value} cannot {what.value}"):
            call.apply(what)
        assert call.state is state
    else:
        call.apply(what)
        assert call.state is expected


@pytest.mark.parametrize("state", [state for state in CallState if state is not CallState.ENDED])
def test_every_state_can_be_left_by_ending(state: CallState) -> None:
    assert TRANSITIONS[state][CallInput.END] is CallState.ENDED
