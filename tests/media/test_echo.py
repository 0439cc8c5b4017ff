"""Whether what is heard is what we sent, on echoes of real speech and on other voices."""

import numpy as np
import pytest

from switchroom.media.echo import FARTHEST, Likeness, liken
from switchroom.media.frame import RATE
from tests.media.echoes import OURS, THEIRS, Path, Sound, heard, returned, spoken, wide
from tests.media.speech import needs_flite

pytestmark = [needs_flite, pytest.mark.speech]
_AT, _LONG = 1.8, 0.3


def compared(line: Sound, sent: Sound, at: float = _AT, known: int | None = None, length: float = _LONG) -> Likeness:
    """Compare the last ``length`` before ``at``."""
    end = round(at * RATE)
    before = end - round((length + FARTHEST) * RATE)
    return liken(wide(line)[end - round(length * RATE) : end], wide(sent)[before:end], known)


@pytest.mark.parametrize("path", ["conference", "hybrid", "loudspeaker"])
@pytest.mark.parametrize(("delay", "level"), [(0.03, -6.0), (0.12, -12.0), (0.25, -20.0), (0.4, -24.0)])
def test_an_echo_is_found_with_its_delay(path: Path, delay: float, level: float) -> None:
    sent = spoken(OURS[0])
    found = compared(heard(returned(sent, path, delay, level)), sent)
    assert found.share > 0.5
    assert found.delay / 8000 == pytest.approx(delay, abs=0.015)
    again = compared(heard(returned(sent, path, delay, level)), sent, at=1.4, known=found.delay, length=0.12)
    assert again.share > 0.5


@pytest.mark.parametrize("text", THEIRS)
@pytest.mark.parametrize("voice", ["rms", "awb", "kal16"])
@pytest.mark.parametrize("at", [1.6, 2.0, 2.4])
def test_another_voice_is_no_echo(text: str, voice: str, at: float) -> None:
    sent = spoken(OURS[0])
    near = np.concatenate([np.zeros(round(1.2 * 8000)), spoken(text, voice)])
    assert compared(heard(near), sent, at).share < 0.4


@pytest.mark.parametrize("level", [-10.0, -20.0])
def test_a_caller_who_speaks_over_the_echo_is_no_echo(level: float) -> None:
    sent = spoken(OURS[0])
    near = np.concatenate([np.zeros(round(1.4 * 8000)), spoken(THEIRS[0], "rms")])
    assert compared(heard(returned(sent, "hybrid", 0.1, level), near), sent).share < 0.4


def test_of_silence_nothing_is_said() -> None:
    silence = np.zeros(4 * 8000)
    assert compared(silence, spoken(OURS[0])) == compared(spoken(OURS[0]), silence) == Likeness()
