import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.errors import Invalid
from switchroom.usage.prices import USUAL, Price, Prices, rate, read_prices

STARTED_MINUTE = Price(meter="call_seconds", credits=200, per=60, started=True)


@pytest.mark.parametrize(
    ("seconds", "credits_"), [(0.0, 0), (0.001, 200), (59.999, 200), (60.0, 200), (60.001, 400), (3600.0, 12_000)]
)
def test_a_begun_minute_counts_whole(seconds: float, credits_: int) -> None:
    assert rate(STARTED_MINUTE, seconds) == credits_


@pytest.mark.parametrize(("characters", "credits_"), [(0, 0), (1, 0), (2, 1), (1000, 300), (1005, 302)])
def test_other_amounts_are_rounded_half_up_once(characters: int, credits_: int) -> None:
    assert rate(Price(meter="tts_characters", credits=300, per=1000), characters) == credits_


def test_what_has_no_price_is_free() -> None:
    assert rate(None, 1e9) == 0


def test_the_price_of_a_provider_goes_before_the_price_of_its_meter() -> None:
    own = Price(meter="stt_seconds", provider="sherpa", credits=0)
    list_ = Prices(name="Ours", prices=(*USUAL.prices, own))
    assert list_.cost({("stt_seconds", "sherpa"): 600.0, ("stt_seconds", "deepgram"): 60.0}) == 80


@given(st.lists(st.floats(0, 1e4), max_size=20))
def test_paying_bit_by_bit_comes_to_the_same_as_paying_at_once(parts: list[float]) -> None:
    paid, whole = 0, 0.0
    for part in parts:
        whole = round(whole + part, 6)
        due = rate(STARTED_MINUTE, whole) - paid
        assert due >= 0
        paid += due
    assert paid == rate(STARTED_MINUTE, whole)


def test_a_minute_is_never_cheaper_than_its_begun_minute() -> None:
    assert USUAL.minute() >= 200


def test_a_list_says_what_is_wrong_with_it() -> None:
    twice = [{"meter": "call_seconds", "credits": 1}, {"meter": "call_seconds", "credits": 2}]
    with pytest.raises(Invalid, match="call_seconds is there twice"):
        read_prices({"name": "Wrong", "prices": twice})
    with pytest.raises(Invalid, match="currency"):
        read_prices({"name": "Wrong", "currency": "dollars", "prices": []})
