"""Whether a sound was words at all, and how sure we are of them.

The recogniser finds words in every sound, most often ``the`` in a cough. A sound is taken for words only if enough of
it is voiced and if the words are more than the little ones that nobody says alone; noise that is periodic (music)
betrays itself by words that last too long.
"""

from dataclasses import dataclass

from switchroom.media.frame import Samples
from switchroom.providers.local.decoding import Decoded
from switchroom.providers.local.voicing import Voicing, voicing

LEAST_PERIODIC = 0.58
"""Mean periodicity of the loud part below which a sound is no word: coughs 0.29 to 0.42, clearing the throat 0.33 to
0.56, breath and noise 0.25, words 0.69 and more."""

LEAST_VOICED = 0.07
"""Seconds of voice that the shortest word has."""

LONGEST_WORD = 0.62
"""Seconds per word beyond which it is sung or played, not said."""

_SLOW_BUT_SURE = 0.9
_LITTLE = frozenset(
    {"a", "an", "the", "at", "of", "in", "on", "for", "to", "and", "but", "or", "that", "can", "i'm", "it's", "under"}
)


@dataclass(frozen=True, slots=True)
class Judged:
    """The text to believe; empty for a noise."""

    text: str
    confidence: float


def judge(decoded: Decoded, samples: Samples) -> Judged:
    """Return what to believe of ``decoded``, heard in ``samples`` (not conditioned)."""
    words = [word for word in decoded.words if not word.filler]
    if not words or all(word.text in _LITTLE for word in words):
        return Judged("", 0.0)
    frames = sum(word.end - word.start + 1 for word in words)
    certainty = sum(word.certainty * (word.end - word.start + 1) for word in words) / frames
    seconds_per_word = frames / 100 / len(words)
    if seconds_per_word > LONGEST_WORD and certainty < _SLOW_BUT_SURE:
        return Judged("", 0.0)
    if _is_noise(voicing(samples)):
        return Judged("", 0.0)
    return Judged(decoded.text, certainty)


def _is_noise(sound: Voicing) -> bool:
    return sound.mean < LEAST_PERIODIC or sound.voiced < LEAST_VOICED
