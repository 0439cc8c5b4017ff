import pytest

from switchroom.providers.local.spoken import spoken


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("See you on 2026-11-21.", "See you on November 21st 2026."),
        ("On 2026-13-01 never", "On 2026-13-01 never"),
        ("It’s £9.50 – or €1", "It's 9 pounds 50, or 1 euro"),
        ("Press # or *", "Press hash or star"),
        ("+44 20 & more", "plus 44 20 and more"),
        ("Café   Zoë", "Cafe Zoe"),
        ("At 7:30 pm, Dr. Smith.", "At 7:30 pm, Dr. Smith."),
    ],
)
def test_what_voices_read_badly_is_written_out(written: str, said: str) -> None:
    assert spoken(written) == said
