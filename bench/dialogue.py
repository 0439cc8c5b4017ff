"""What the callers of a benchmark say and when: a minute of real speech as a telephone would send it.

The callers do not listen, so every run is the same. The agent's replies last 60 ms per letter and begin about a second after
the caller's turn, so a line can be laid at a known place of a reply: over it (an interruption, an "uh-huh", a cleared
throat) or behind it. Lines are rendered by flite, limited to 300-3400 Hz, given the noise of a line at -66 dBFS and
encoded; when each really begins and ends is measured before the noise is added.
"""

import hashlib
import json
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from switchroom.errors import Unavailable
from switchroom.media import g711
from switchroom.media.frame import RATE
from switchroom.media.resample import resample
from switchroom.media.wav import read

Kind = Literal["turn", "barge_in", "thinking", "nod", "cough", "last"]
"""``thinking`` is the first half of a turn with a pause inside; ``nod`` and ``cough`` want no answer."""

GREETING = "Hello, how can I help you?"
PER_LETTER = 0.06
ENDPOINTING = 0.5
MODEL = 0.3
PER_WORD = 0.015
VOICE = 0.15
HANG_UP = 0.1
VOICES = ("slt", "rms")

REPLIES: Mapping[str, str] = {
    "friday please": "Very well, a table for four on Friday. We have places at seven, at half past seven, and at nine.",
    "half past": "Thank you, half past seven. And what is the name, please?",
    "smith": "Thank you, Anna. Could you give me a telephone number for the booking?",
    "number": "I have four seven two nine. Would you like to sit inside, or outside on the terrace?",
    "outside": "All right, outside on the terrace. If it rains we keep a table inside for you, so please do not worry.",
    "vegetarian": "Yes, we do. There are five vegetarian dishes today.",
    "": "Yes, please go on.",
}
"""The agent's answers by keyword."""

_PLAN: tuple[tuple[Kind, str, float], ...] = (  # kind, words, seconds after what it follows
    ("turn", "A table for four on Friday please.", 0.6),
    ("barge_in", "No, half past seven would be perfect for us.", 2.5),
    ("thinking", "My name is", 1.0),
    ("turn", "Anna Smith.", 0.8),
    ("nod", "uh huh", 1.5),
    ("turn", "My number is four seven two nine.", 3.0),
    ("cough", "", 2.0),
    ("turn", "Outside, if it does not rain.", 5.0),
    ("barge_in", "Do you have anything vegetarian on the menu?", 2.5),
    ("last", "That sounds very good. Thank you, and see you on Friday.", 4.0),
)
_DRAWLED = {"uh huh"}
_OVER = {"barge_in", "nod", "cough"}  # counted from the beginning of the reply, others from its end
_ACTIVE = 10 ** (-30 / 20)  # the loudest 5 ms less 30 dB
_MARGIN = 0.05
_LEVEL = 10 ** (-20 / 20)
_NOISE = 10 ** (-66 / 20)
_WIRE = 8000

Sound = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the caller utters, from ``start`` to ``end`` in seconds of the track."""

    kind: Kind
    text: str
    start: float
    end: float

    @property
    def answered(self) -> bool:
        """Whether the agent owes a reply."""
        return self.kind in {"turn", "barge_in"}


@dataclass(frozen=True, slots=True)
class Dialogue:
    """A caller's side: PCMU at 8 kHz, and what is in it."""

    ulaw: bytes
    lines: tuple[Line, ...]

    @property
    def duration(self) -> float:
        """Seconds until the caller hangs up."""
        return len(self.ulaw) / _WIRE

    def cut(self, seconds: float) -> "Dialogue":
        """Return its beginning, hanging up in the silence or reply that is there."""
        if seconds >= self.duration:
            return self
        lines = tuple(line for line in self.lines if line.end < seconds)
        end = min([seconds, *(line.start for line in self.lines[len(lines) :])])
        return Dialogue(self.ulaw[: round(end * 50) * 160], lines)


def make(voice: str) -> Dialogue:
    """Return the dialogue in one voice, rendered once per machine. Raises Unavailable without flite."""
    here = Path(__file__).read_bytes()
    folder = Path(tempfile.gettempdir()) / "switchroom-bench"
    folder.mkdir(exist_ok=True)
    kept = folder / f"{voice}-{hashlib.sha256(here).hexdigest()[:16]}"
    sound, story = kept.with_suffix(".ul"), kept.with_suffix(".json")
    if not (sound.is_file() and story.is_file()):
        dialogue = _compose(voice)
        sound.write_bytes(dialogue.ulaw)
        story.write_text(json.dumps([asdict(line) for line in dialogue.lines]))
    return Dialogue(sound.read_bytes(), tuple(Line(**line) for line in json.loads(story.read_text())))


def reply_to(text: str) -> str:
    """Return what the agent answers."""
    said = text.lower()
    return next((reply for keyword, reply in REPLIES.items() if keyword in said), REPLIES[""])


def _compose(voice: str) -> Dialogue:
    lines: list[Line] = []
    sounds: list[tuple[float, Sound]] = []
    began, ended = 0.0, len(GREETING) * PER_LETTER  # the reply before, if nothing cuts it short
    random = np.random.default_rng(7)
    for kind, text, after in _PLAN:
        sound = _cough(random) if kind == "cough" else _say(text, voice)
        start = (began if kind in _OVER else ended) + after
        line = Line(kind, text, start, start + len(sound) / _WIRE - 2 * _MARGIN)
        lines.append(line)
        sounds.append((start - _MARGIN, sound))
        if line.answered:
            began = line.end + ENDPOINTING + MODEL + VOICE + 0.05
            ended = began + len(reply_to(text)) * PER_LETTER
        elif kind == "thinking":
            ended = line.end
    return Dialogue(_transmit(sounds, lines[-1].end + HANG_UP, random), tuple(lines))


def _transmit(sounds: list[tuple[float, Sound]], seconds: float, random: np.random.Generator) -> bytes:
    track = random.standard_normal(-(-round(seconds * _WIRE) // 160) * 160) * _NOISE
    for start, sound in sounds:
        at = round(start * _WIRE)
        piece = track[at : at + len(sound)]
        piece += sound[: len(piece)]
    return g711.encode_ulaw(np.clip(track * 32767, -32768, 32767).astype(np.int16)).tobytes()


def _say(text: str, voice: str) -> Sound:
    """Return ``text`` with a margin of silence at both ends."""
    if shutil.which("flite") is None:
        raise Unavailable("flite is not installed, so there are no callers: apt install flite")
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        pace = ["--setf", f"duration_stretch={1.5 if text in _DRAWLED else 1.0}"]
        subprocess.run(["flite", "-voice", voice, *pace, "-t", text, "-o", file.name], check=True)
        samples = resample(read(Path(file.name).read_bytes()), RATE, _WIRE)
    return _trimmed(_limited(samples / 32768.0))


def _cough(random: np.random.Generator) -> Sound:
    """Return a cleared throat of 0.63 s: two bursts of a voice that rattles at about 75 Hz, half of it breath."""
    time = np.arange(round(0.63 * _WIRE)) / _WIRE
    bursts = np.interp(time, [0, 0.03, 0.2, 0.27, 0.31, 0.5, 0.63], [0, 1, 0.8, 0.1, 0.9, 0.7, 0])
    cycles = np.cumsum(75 + 8 * np.sin(2 * np.pi * 3 * time) + 6 * random.standard_normal(len(time))) / _WIRE
    pulses = np.diff(np.floor(cycles), prepend=0.0)
    ringing = np.arange(120) / _WIRE
    tones = [
        np.exp(-ringing * np.pi * width) * np.cos(2 * np.pi * pitch * ringing)
        for pitch, width in ((620, 90), (1250, 120), (2500, 200))
    ]
    throat = np.sum(tones, axis=0)
    source = pulses * 4 + random.standard_normal(len(time)) * 0.35
    return _trimmed(_limited(np.convolve(source, throat)[: len(time)] * bursts))


def _limited(sound: Sound) -> Sound:
    """Return it as a telephone line passes it: 300 to 3400 Hz."""
    padded = np.concatenate([np.zeros(800), sound, np.zeros(800)])
    spectrum = np.fft.rfft(padded)
    pitch = np.fft.rfftfreq(len(padded), 1 / _WIRE)
    spectrum *= np.clip((pitch - 250) / 50, 0, 1) * np.clip((3450 - pitch) / 50, 0, 1)
    return np.fft.irfft(spectrum, len(padded))


def _trimmed(sound: Sound) -> Sound:
    """Return what is between the true onset and the true end, and a margin, at the usual level."""
    frames = sound[: len(sound) // 40 * 40].reshape(-1, 40)
    loudness = np.sqrt(np.mean(frames**2, axis=1))
    active = np.flatnonzero(loudness >= loudness.max() * _ACTIVE)
    margin = round(_MARGIN * _WIRE)
    first, last = int(active[0]) * 40, int(active[-1] + 1) * 40
    level = np.sqrt(np.mean(sound[first:last] ** 2))
    padded = np.concatenate([np.zeros(margin), sound, np.zeros(margin)])
    return np.asarray(padded[first : last + 2 * margin] * (_LEVEL / level * 0.7), np.float64)
