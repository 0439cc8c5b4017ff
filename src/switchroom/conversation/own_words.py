"""What a transcript holds besides our own words.

What the agent says may come back and be recognised. Where the sound has told that a voice is ours, every word of it that
the agent just said is taken out, and what a recogniser makes of the rest if it is little; what is left, the caller said
over it. Where the sound told nothing, because a codec on the way keeps the words and not the wave, only a long literal
run is: nobody repeats four words of a sentence that is still being said.
"""

from difflib import SequenceMatcher
from itertools import pairwise

from switchroom.conversation.words import tokens

_RUN = 4
_MOSTLY = 0.75
_SCRAPS = 2  # words


def others_words(heard: str, said: str, *, ours: bool) -> str:
    """Return the words of ``heard`` that are not of ``said``; all of it, unchanged, if none is. ``ours``: the sound was."""
    words, own = tokens(heard), tokens(said)
    matcher = SequenceMatcher(None, words, own, autojunk=False)
    blocks = [(block.a, block.a + block.size) for block in matcher.get_matching_blocks() if block.size]
    if not words or not own:
        return heard
    if ours:
        return _rest(words, blocks) if blocks else "" if len(words) <= _SCRAPS else heard
    longest = max((end - start for start, end in blocks), default=0)
    shared = sum(end - start for start, end in blocks)
    return _rest(words, blocks) if longest >= _RUN and shared >= _MOSTLY * len(words) else heard


def _rest(words: list[str], blocks: list[tuple[int, int]]) -> str:
    """Return what is between and behind what is ours, without scraps of words that were misheard."""
    edges = [(0, 0), *blocks, (len(words), len(words))]
    gaps = [words[end:start] for (_, end), (start, _) in pairwise(edges)]
    return " ".join(word for gap in gaps if len(gap) > _SCRAPS for word in gap) or " ".join(
        gaps[-1] if len(gaps[-1]) == _SCRAPS else []
    )
