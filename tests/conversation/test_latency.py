"""Shares of a wait add up, whatever disagreed with whatever."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.conversation.latency import OWNERS, ROAD, latency, percentile

_REACHED = {"noticed": 1.1, "transcript": 1.3, "decision": 1.5, "token": 1.8, "brain": 1.85, "voice": 2.0, "sent": 2.01}


def test_every_part_of_a_wait_has_its_owner() -> None:
    found = latency(1.0, 0.0, _REACHED, [(1.6, 1.7)])
    assert found.shares == pytest.approx(
        {"endpointing": 0.3, "stt": 0.2, "llm": 0.25, "tool": 0.1, "tts": 0.15, "wire": 0.01}
    )
    assert found.whole == pytest.approx(1.01)
    assert found.stages["decision"] == 0.5


def test_what_was_prepared_before_the_decision_costs_nothing() -> None:
    found = latency(1.0, 0.0, {**_REACHED, "token": 1.1, "brain": 1.2, "voice": 1.4, "sent": 1.52}, [(1.1, 1.15)])
    assert found.shares == pytest.approx(
        {"endpointing": 0.3, "stt": 0.2, "llm": 0.0, "tool": 0.0, "tts": 0.0, "wire": 0.02}
    )
    assert found.stages["brain"] == pytest.approx(0.2)


def test_keys_wait_for_no_transcript() -> None:
    assert latency(1.0, 0.0, {"decision": 3.0, "brain": 3.1, "sent": 3.3}).shares == pytest.approx(
        {"endpointing": 2.0, "stt": 0.0, "llm": 0.1, "tool": 0.0, "tts": 0.0, "wire": 0.2}
    )


def test_tools_that_work_at_once_count_once() -> None:
    found = latency(0.0, 0.0, {"decision": 0.0, "brain": 3.0, "sent": 3.0}, [(0.5, 2.0), (1.0, 2.5), (1.1, 1.2)])
    assert found.shares["tool"] == 2.0
    assert found.shares["llm"] == 1.0


def test_a_voice_detector_that_is_late_to_see_the_end_makes_no_negative_share() -> None:
    """livekit/agents #5669, #2606: the recogniser was done before the detector said that the voice had ended."""
    found = latency(1.0, 0.0, {**_REACHED, "noticed": 1.4})
    assert found.shares["stt"] == 0.0
    assert sum(found.shares.values()) == pytest.approx(found.whole)


def test_an_end_of_speech_from_another_turn_is_not_minutes_ago() -> None:
    """livekit/agents #6093: delays above 200 s were reported of turns that were answered at once."""
    assert latency(-250.0, 0.5, _REACHED).whole == pytest.approx(1.51)


def test_an_end_of_speech_after_the_reply_was_heard_is_no_negative_wait() -> None:
    found = latency(9.0, 0.0, _REACHED)
    assert found.whole == 0.0
    assert set(found.shares.values()) == {0.0}


_TIMES = st.floats(-300.0, 300.0)


@given(
    _TIMES,
    _TIMES,
    st.dictionaries(st.sampled_from([stage for stage, _ in ROAD]), _TIMES),
    _TIMES,
    st.lists(st.tuples(_TIMES, _TIMES), max_size=4),
)
def test_shares_are_never_negative_and_add_up_to_a_wait_no_longer_than_the_turn(
    ended: float, began: float, reached: dict[str, float], sent: float, tools: list[tuple[float, float]]
) -> None:
    found = latency(ended, began, {**reached, "sent": sent}, tools)
    assert set(found.shares) == set(OWNERS)
    assert all(share >= 0 for share in found.shares.values())
    assert sum(found.shares.values()) == pytest.approx(found.whole, abs=1e-3)
    assert 0 <= found.whole <= max(0.0, sent - began) + 1e-3
    assert all(0 <= stage <= found.whole for stage in found.stages.values())


@pytest.mark.parametrize(("share", "found"), [(0.5, 5.0), (0.95, 10.0), (0.9, 9.0), (0.99, 10.0), (0.0, 1.0)])
def test_a_percentile_is_a_value_that_occurred(share: float, found: float) -> None:
    assert percentile([float(n) for n in range(1, 11)], share) == found


def test_there_is_no_percentile_of_nothing() -> None:
    assert percentile([], 0.5) == 0.0
