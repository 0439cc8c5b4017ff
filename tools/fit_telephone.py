"""Measure what a telephone does to the recogniser's features; writes ``src/switchroom/providers/local/telephone.npz``.

The same speech is taken as it is and through a telephone (300 to 3400 Hz, mu-law), both are turned into cepstra by
the recogniser's own front end, and the second is fitted linearly by the first, separately for each of its three
streams (cepstra, differences, differences of those).

    python tools/fit_telephone.py FOLDER...     folders of WAV or raw files, 16 kHz mono: recordings of people

flite's voices are always added. The shipped fit used the recordings in the source package of pocketsphinx 5.1.1
(test/data).
"""

import struct
import subprocess
import sys
import tempfile
import wave
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pocketsphinx

from switchroom.media.frame import RATE, Samples
from switchroom.media.g711 import decode_ulaw, encode_ulaw
from switchroom.media.resample import resample
from switchroom.providers.local.adaptation import FIT
from switchroom.providers.local.conditioning import LEVEL, condition, level

MODEL = Path(pocketsphinx.__file__).parent / "model" / "en-us"
VOICES = ("slt", "rms", "awb", "kal16")
SENTENCES = (
    "the quick brown fox jumps over the lazy dog while six thick thistles stick",
    "she sells sea shells by the shore and watches fishes chase each other",
    "judge george changed the beige garage with pleasure and vision",
    "how now brown cow going toward the boy in the yard with five loud birds",
    "pack my box with five dozen liquor jugs please yes sir",
    "thirty three thousand feathers on a thrushes throat breathe this",
)
DIMENSIONS = 13
_TAPS = np.arange(101) - 50
BAND = np.hamming(101) * (
    2 * 3400 / 8000 * np.sinc(2 * 3400 / 8000 * _TAPS) - 2 * 300 / 8000 * np.sinc(2 * 300 / 8000 * _TAPS)
)
"""A telephone's filter at 8 kHz."""

Floats = npt.NDArray[np.float64]


def read(path: Path) -> Samples:
    """Return a recording."""
    if path.suffix == ".raw":
        return np.frombuffer(path.read_bytes(), "<i2")
    with wave.open(str(path)) as sound:
        assert (sound.getframerate(), sound.getnchannels()) == (RATE, 1), f"{path} is not 16 kHz mono"
        return np.frombuffer(sound.readframes(sound.getnframes()), "<i2")


def recordings(folders: list[str], scratch: Path) -> list[Samples]:
    """Return everything there is to learn from."""
    paths = [path for folder in folders for path in sorted(Path(folder).rglob("*")) if path.suffix in {".wav", ".raw"}]
    for voice in VOICES:
        for number, sentence in enumerate(SENTENCES):
            paths.append(scratch / f"{voice}{number}.wav")
            subprocess.run(["flite", "-voice", voice, "-t", sentence, "-o", str(paths[-1])], check=True)
    return [read(path) for path in paths]


def telephone(samples: Samples) -> Samples:
    """Return the recording as a telephone gives it, aligned to the sample."""
    narrow = resample(samples, RATE, 8000)
    band = np.convolve(narrow, BAND, "same")
    band *= 3277 / max(level(band.astype(np.int16)), 1.0)
    band += np.random.Generator(np.random.PCG64(1)).standard_normal(len(band)) * 6
    there = encode_ulaw(np.clip(np.rint(band), -32768, 32767).astype(np.int16))
    return resample(decode_ulaw(there), 8000, RATE)[: len(samples)]


def levelled(samples: Samples) -> Samples:
    """Return the recording at the usual level, and otherwise as it is."""
    gain = min(
        32768 * 10 ** (LEVEL / 20) / max(level(samples), 1.0),
        30_000 / max(float(np.abs(samples.astype(int)).max()), 1.0),
    )
    same: Samples = np.rint(samples * gain).astype(np.int16)
    return same


def cepstra(samples: Samples) -> Floats:
    """Return ``[frames, 13]``, their mean taken away, from the recogniser's own front end."""
    with tempfile.TemporaryDirectory() as folder:
        dictionary = Path(folder) / "dictionary"
        dictionary.write_text("a AH\n")
        decoder = pocketsphinx.Decoder(
            hmm=str(MODEL / "en-us"),
            dict=str(dictionary),
            lm=None,
            keyphrase="a",
            cmn="batch",
            mfclogdir=folder,
            loglevel="FATAL",
        )
        decoder.start_utt()
        decoder.process_raw(samples.astype("<i2").tobytes(), full_utt=True)
        decoder.end_utt()
        del decoder
        content = next(Path(folder).glob("*.mfc")).read_bytes()
    (count,) = struct.unpack_from("<i", content)
    order = "<" if count == len(content) // 4 - 1 else ">"
    values = np.frombuffer(content, f"{order}f4", offset=4).reshape(-1, DIMENSIONS).astype(np.float64)
    centred: Floats = values - values.mean(axis=0)
    return centred


def streams(values: Floats) -> list[Floats]:
    """Return cepstra, their differences over four frames, and the differences of those over two."""
    padded = np.pad(values, ((3, 3), (0, 0)), "edge")

    def at(offset: int) -> Floats:
        return padded[3 + offset : 3 + offset + len(values)]

    return [values, at(2) - at(-2), (at(3) - at(-1)) - (at(1) - at(-3))]


def main(folders: list[str]) -> None:
    """Fit and write."""
    with tempfile.TemporaryDirectory() as scratch:
        speech = recordings(folders, Path(scratch))
    here = [streams(cepstra(levelled(samples))) for samples in speech]
    there = [streams(cepstra(condition(telephone(samples)))) for samples in speech]
    fit: dict[str, list[Floats]] = {"A": [], "b": [], "r": []}
    for stream in range(3):
        x = np.concatenate([each[stream] for each in here])
        y = np.concatenate([each[stream] for each in there])
        weights = np.linalg.lstsq(np.c_[x, np.ones(len(x))], y, rcond=None)[0]
        residue = (y - np.c_[x, np.ones(len(x))] @ weights).var(axis=0)
        fit["A"].append(weights[:DIMENSIONS].T)
        fit["b"].append(weights[DIMENSIONS])
        fit["r"].append(residue)
        print(f"stream {stream}: explained", np.round(1 - residue / y.var(axis=0), 2))
    matrices, offsets, residues = (np.array(fit[name], np.float32) for name in "Abr")
    np.savez(FIT, A=matrices, b=offsets, r=residues)


if __name__ == "__main__":
    main(sys.argv[1:])
