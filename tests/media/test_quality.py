"""The E-model: literal loss and delay in, known ratings out."""

import pytest

from switchroom.media.arrivals import Arrivals
from switchroom.media.quality import burstiness, mouth_to_ear, opinion, rating


@pytest.mark.parametrize(("rated", "score"), [(0, 1.0), (50, 2.58), (70, 3.60), (80, 4.02), (93.2, 4.41), (100, 4.5)])
def test_a_rating_predicts_the_score_of_the_standards_table(rated: float, score: float) -> None:
    assert opinion(rated) == pytest.approx(score, abs=0.01)


@pytest.mark.parametrize("rated", [-50, 1, 6, 120])
def test_no_score_is_below_one_or_above_four_and_a_half(rated: float) -> None:
    assert 1.0 <= opinion(rated) <= 4.5


@pytest.mark.parametrize(
    ("codec", "loss", "delay", "rated"),
    [
        ("PCMU", 0.0, 0.0, 93.2),
        ("PCMA", 0.0, 0.1, 90.8),
        ("PCMU", 0.0, 0.3, 72.5),
        ("PCMU", 0.01, 0.0, 89.6),
        ("PCMU", 0.05, 0.0, 77.4),
        ("PCMU", 1.0, 0.0, 17.3),
        ("G722", 0.0, 0.0, 89.9),
        ("opus", 0.05, 0.0, 79.4),
        ("unheard of", 0.0, 0.0, 93.2),
    ],
)
def test_loss_and_delay_cost_what_the_model_says(codec: str, loss: float, delay: float, rated: float) -> None:
    assert rating(codec, loss, 1.0, delay) == pytest.approx(rated, abs=0.1)


def test_loss_in_bursts_is_worse_than_the_same_loss_at_random() -> None:
    assert rating("PCMU", 0.05, 3.0, 0.0) < rating("PCMU", 0.05, 1.0, 0.0) - 1.5


def test_single_losses_are_no_bursts() -> None:
    assert burstiness(0, 0, 0.0) == 1.0
    assert burstiness(10, 10, 0.01) == 1.0
    assert burstiness(40, 10, 0.05) == pytest.approx(3.8)


def test_the_delay_is_half_the_trip_a_packet_and_the_buffer() -> None:
    assert mouth_to_ear(0.1, 0.03) == pytest.approx(0.1)


def test_even_arrivals_have_no_jitter_and_uneven_ones_approach_theirs() -> None:
    even, uneven = Arrivals(), Arrivals()
    for i in range(500):
        even.take((0xFFFFFFF0 + 160 * i) & 0xFFFFFFFF, 8000, 100 + 0.02 * i)
        uneven.take(160 * i, 8000, 100 + 0.02 * i + (0.01 if i % 2 else 0.0))
    assert even.jitter == pytest.approx(0, abs=1e-6)
    assert uneven.jitter == pytest.approx(0.01, abs=1e-4)


def test_a_clock_that_was_set_is_no_jitter() -> None:
    arrivals = Arrivals()
    for i in range(10):
        arrivals.take(160 * i, 8000, 100 + 0.02 * i + (3600 if i > 5 else 0))
    assert arrivals.jitter == pytest.approx(0, abs=1e-6)
