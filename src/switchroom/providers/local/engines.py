"""Which speech engines this machine has."""

import ctypes.util
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from typing import Literal

from switchroom.errors import Unavailable
from switchroom.providers.local.espeak import PROGRAM, Espeak
from switchroom.providers.local.flite import VOICES, Flite

INSTALL = "install libflite1 (better) or espeak-ng: apt-get install libflite1"


@dataclass(frozen=True, slots=True)
class Engine:
    """One engine that was found. ``detail`` is for people: voices, where it is."""

    name: str
    role: Literal["recogniser", "voice"]
    version: str
    detail: str = ""


def find_engines() -> tuple[Engine, ...]:
    """Look for recognisers and voices; the first of each role is the one that ``auto`` takes. Runs programs: takes about 0.1 s."""
    found = [_pocketsphinx(), _flite(), _espeak()]
    return tuple(engine for engine in found if engine is not None)


def choose(name: str) -> Flite | Espeak:
    """Return the voice engine ``name``, or for ``auto`` the best there is. Raises Unavailable, which says what to install."""
    problems = []
    for kind in (Flite, Espeak):
        if name in {"auto", kind.name}:
            try:
                return kind()
            except OSError as error:
                problems.append(str(error))
    raise Unavailable(f"no voice ({'; '.join(problems) or f'unknown engine {name!r}'}): {INSTALL}", retryable=False)


def _pocketsphinx() -> Engine | None:
    try:
        return Engine("pocketsphinx", "recogniser", metadata.version("pocketsphinx"), "English")
    except metadata.PackageNotFoundError:
        return None


def _flite() -> Engine | None:
    if ctypes.util.find_library("flite") is None:
        return None
    voices = [voice for voice in VOICES if ctypes.util.find_library(f"flite_cmu_us_{voice}") is not None]
    return Engine("flite", "voice", "2", "voices " + ", ".join(voices)) if voices else None


def _espeak() -> Engine | None:
    program = shutil.which(PROGRAM)
    if program is None:
        return None
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=5, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError):
        return None
    version = next((word for word in said.stdout.split() if word[:1].isdigit()), "")
    return Engine(PROGRAM, "voice", version, program)
