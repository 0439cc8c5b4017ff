"""Whether a sound was words at all, and how sure we are of them.

The recogniser finds words in every sound, most often ``the`` in a cough. A sound is taken for words only if enough of
it is voiced and if the words are more than the little ones that nobody says alone; noise that is periodic (music)
betrays itself by words that last too long.
"""

from dataclasses import dataclass

from switchroom.media.frame import Samples
from switchroom.providers.local.decoding import Decoded
from switchroom.providers.local.voicing import Voicing, voicing

NEVER_A_WORD = 0.48
"""Mean periodicity of the loud part below which a sound is no word. Measured: coughs 0.29 to 0.42, breath and noise
0.25, clearing the throat 0.33 to 0.56; words of flite 0.68 and more, of people 0.61 and more."""

SURELY_VOICED = 0.6
"""Below it, words are believed only if there are several and the recogniser is fairly sure."""

LEAST_VOICED = 0.07
"""Seconds of voice that the shortest word has."""

LONGEST_WORD = 0.85
"""Seconds per word beyond which it is sung or played, not said, unless the recogniser is very sure."""

STEADY, VERY_STEADY = 0.9, 0.95
"""How alike moments 80 ms apart are: music 0.88 to 1.0, speech 0.24 to 0.89, but 0.94 where it is all nasals and
vowels ("my name is Anna"). So beyond the first it is music if the recogniser is not sure, beyond the second in any case."""

_FAIRLY_SURE, _VERY_SURE = 0.6, 0.9
_UNSURE = 0.25
_SHORT = 0.5
_LONG_ENOUGH_TO_BE_MUSIC = 0.8
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
    sound = voicing(samples)
    if _is_noise(sound, certainty) or _is_doubtful(sound, certainty, len(words)):
        return Judged("", 0.0)
    if frames / 100 / len(words) > LONGEST_WORD and certainty < _VERY_SURE:
        return Judged("", 0.0)
    return Judged(decoded.text, certainty)


def _is_noise(sound: Voicing, certainty: float) -> bool:
    steady = VERY_STEADY if certainty > _FAIRLY_SURE else STEADY
    return (
        sound.mean < NEVER_A_WORD
        or sound.voiced < LEAST_VOICED
        or (sound.loud > _LONG_ENOUGH_TO_BE_MUSIC and sound.steadiness > steady)
    )


def _is_doubtful(sound: Voicing, certainty: float, words: int) -> bool:
    """Say whether little voice, or a short sound, came with little certainty: a grunt, not a word."""
    if sound.mean < SURELY_VOICED and (words == 1 or certainty < _FAIRLY_SURE):
        return True
    return sound.voiced < _SHORT and certainty < _UNSURE
