"""PocketSphinx, taught what callers say here: text and evidence out of a whole utterance.

One decoder per set of hints, built in a tenth of a second from a trigram model and a dictionary of just those words,
and kept while it is in use. An utterance is always decoded as a whole, because only then its cepstral mean is known:
on a telephone that makes the difference between three wrong words in a hundred and seventy.
"""

import tempfile
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pocketsphinx

from switchroom.media.frame import Samples
from switchroom.providers.local.adaptation import write_telephone_model
from switchroom.providers.local.arpa import trigrams
from switchroom.providers.local.pronounce import pronounce

MODEL = Path(pocketsphinx.__file__).parent / "model" / "en-us"
MOST_DECODERS = 12
"""About 10 MB each."""

SOUNDS = ("mhm", "uh huh", "mm", "hmm", "uh", "um")
"""What people utter while they listen or think; each one sentence in sixty, or names would be heard in them."""

ALWAYS = ("huh", "okay", "ok", "yeah", "yes", "no", "hello", "sorry", "wait", "stop")
"""Possible at any time, though unlikely: what people say while they listen, or to be heard."""

ROOM = 2.0
_FILLERS = "<s> SIL\n</s> SIL\n<sil> SIL\n[NOISE] +NSN+\n[SPEECH] +SPN+\n"


@dataclass(frozen=True, slots=True)
class Word:
    """A word and where it is, in frames of 10 ms; ``certainty`` is its posterior probability."""

    text: str
    start: int
    end: int
    certainty: float
    filler: bool


@dataclass(frozen=True, slots=True)
class Decoded:
    """What a decoder made of an utterance. ``certainty`` is the posterior probability of all words together."""

    words: tuple[Word, ...]
    certainty: float

    @property
    def text(self) -> str:
        """The words that are words."""
        return " ".join(word.text for word in self.words if not word.filler)


class Decoders:
    """The decoders of one worker. Knows the sentences it was taught; the least recently used are forgotten."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._sentences: OrderedDict[str, tuple[Sequence[str], Sequence[str]]] = OrderedDict()
        self._decoders: OrderedDict[tuple[str, bool], pocketsphinx.Decoder] = OrderedDict()
        self._telephone = write_telephone_model(MODEL / "en-us", folder)
        self.learn("", (), ())

    def learn(self, name: str, sentences: Sequence[str], words: Sequence[str]) -> None:
        """Remember what may be heard under ``name``."""
        self._sentences[name] = (sentences, words)
        while len(self._sentences) > 4 * MOST_DECODERS:
            self._sentences.popitem(last=False)

    def knows(self, name: str) -> bool:
        """Say whether ``name`` was taught; nothing at all is always known, and means: anything may be said."""
        return not name or name in self._sentences

    def get(self, name: str, *, narrow: bool) -> pocketsphinx.Decoder:
        """Return the decoder for ``name`` and telephone or wide-band audio."""
        key = (name, narrow)
        if key not in self._decoders:
            while len(self._decoders) >= MOST_DECODERS:
                self._decoders.popitem(last=False)
            self._decoders[key] = self._build(name, narrow=narrow)
        self._decoders.move_to_end(key)
        if name:
            self._sentences.move_to_end(name)
        return self._decoders[key]

    def decode(self, name: str, samples: Samples, *, narrow: bool) -> Decoded:
        """Return what the whole utterance says. ``samples`` are conditioned."""
        decoder = self.get(name, narrow=narrow)
        decoder.start_utt()
        decoder.process_raw(samples.astype("<i2").tobytes(), full_utt=True)
        decoder.end_utt()
        if decoder.hyp() is None:
            return Decoded((), 0.0)
        words = tuple(
            Word(
                _bare(segment.word),
                segment.start_frame,
                segment.end_frame,
                min(1.0, segment.prob),
                _is_filler(segment.word),
            )
            for segment in decoder.seg()
        )
        return Decoded(words, min(1.0, decoder.get_prob()))

    def _build(self, name: str, *, narrow: bool) -> pocketsphinx.Decoder:
        settings = {
            "hmm": str(MODEL / "en-us"),
            "cmn": "batch",
            "loglevel": "FATAL",
            **(self._telephone if narrow else {}),
        }
        sentences, words = self._sentences.get(name, ((), ()))
        if not sentences and not words:
            return pocketsphinx.Decoder(
                lm=str(MODEL / "en-us.lm.bin"), dict=str(MODEL / "cmudict-en-us.dict"), **settings
            )
        with tempfile.TemporaryDirectory(dir=self._folder) as folder:
            return pocketsphinx.Decoder(**settings, **_write_language(Path(folder), sentences, words))


def _write_language(folder: Path, sentences: Sequence[str], words: Iterable[str]) -> dict[str, str]:
    always = {word for phrase in (*SOUNDS, *ALWAYS) for word in phrase.split()}
    vocabulary = always.union(words, *(sentence.split() for sentence in sentences))
    sounds = pronounce(vocabulary, MODEL / "cmudict-en-us.dict")
    lines = [
        f"{word} {phones}" if number == 1 else f"{word}({number}) {phones}"
        for word, ways in sounds.items()
        for number, phones in enumerate(ways, 1)
    ]
    (folder / "dictionary").write_text("\n".join([*lines, ""]), encoding="utf-8")
    (folder / "fillers").write_text(_FILLERS, encoding="utf-8")
    said = [*sentences, *ALWAYS, *SOUNDS * (1 + len(sentences) // 60)]
    (folder / "model.lm").write_text(trigrams(said, sounds, ROOM), encoding="utf-8")
    return {"dict": str(folder / "dictionary"), "fdict": str(folder / "fillers"), "lm": str(folder / "model.lm")}


def _bare(word: str) -> str:
    return word.partition("(")[0]


def _is_filler(word: str) -> bool:
    return word[:1] in "<["
