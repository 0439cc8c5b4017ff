"""The espeak-ng program, for machines without flite.

Its licence is the GPL: it is run as a program of its own, text in and sound out through pipes, and never loaded into
ours.
"""

import shutil
import subprocess
from collections.abc import Callable

import numpy as np

from switchroom.media.frame import Samples

Give = Callable[[Samples, int], bool]

PROGRAM = "espeak-ng"
DEFAULT_VOICE = "en-us"
_WORDS_PER_MINUTE = 165
_HEADER = 44  # of the WAV file that it writes; the length in it is not to be believed
_TOO_LONG = 20.0


class Espeak:
    """Speaks sentence by sentence. Raises OSError if there is no such program."""

    name = "espeak-ng"

    def __init__(self) -> None:
        found = shutil.which(PROGRAM)
        if found is None:
            raise OSError("there is no espeak-ng: install espeak-ng or libflite1")
        self._program = found

    def choose(self, name: str) -> str:
        """Return the voice to use for ``name``; espeak-ng itself replaces one it does not have."""
        return (
            name
            if name.replace("-", "").replace("+", "").isalnum() and name[:2] in {"en", "gm", "us"}
            else DEFAULT_VOICE
        )

    def say(self, text: str, voice: str, speed: float, give: Give) -> None:
        """Speak ``text``, handing it to ``give`` as a whole: it takes 25 ms. Raises OSError."""
        command = [self._program, "--stdin", "--stdout", "-v", voice, "-s", str(round(_WORDS_PER_MINUTE * speed))]
        try:
            done = subprocess.run(  # noqa: S603
                command, input=text.encode(), capture_output=True, timeout=_TOO_LONG, check=True
            )
        except subprocess.SubprocessError as error:
            raise OSError("espeak-ng failed") from error
        rate = int.from_bytes(done.stdout[24:28], "little")
        sound = done.stdout[_HEADER:]
        give(np.frombuffer(sound[: len(sound) // 2 * 2], "<i2").astype(np.int16), rate)
