import pytest

from switchroom.events.catalogue import Event, LegAdded, LegLeft
from switchroom.identity import CallId, EventId, LegId, TenantId
from switchroom.web.lines import LineQuality, line_qualities


def journal(*media: dict[str, float] | None) -> list[Event]:
    """Return the events of legs of which these are the last words, None for one that is still there."""
    shared = {"id": EventId("evt"), "tenant": TenantId("tnt"), "call": CallId("call"), "sequence": 1, "at": 0.0}
    events: list[Event] = []
    for number, last in enumerate(media):
        leg = LegId(f"leg_{number}")
        events.append(LegAdded(**shared, leg=leg, party="x", encoding="PCMA"))  # type: ignore[arg-type]
        if last is not None:
            events.append(LegLeft(**shared, leg=leg, media=last))  # type: ignore[arg-type]
    return events


@pytest.mark.parametrize(
    ("score", "verdict"),
    [(4.4, "good"), (4.0, "good"), (3.9, "fair"), (3.6, "fair"), (3.2, "poor"), (3.0, "bad"), (1.0, "bad")],
)
def test_a_score_is_told_in_a_word(score: float, verdict: str) -> None:
    (quality,) = line_qualities(journal({"mos": score}))
    assert quality == LineQuality("PCMA", encrypted=False, verdict=verdict, score=score, details=())


def test_what_was_not_measured_is_not_told() -> None:
    (quality,) = line_qualities(journal({"jitter": 0.0123, "encrypted": 1.0}))
    assert quality == LineQuality("PCMA", encrypted=True, verdict="", score=0.0, details=("jitter 12 ms",))


def test_a_line_that_is_still_there_or_carried_nothing_is_left_out() -> None:
    assert [quality.score for quality in line_qualities(journal(None, {}, {"mos": 4.2}))] == [4.2]
