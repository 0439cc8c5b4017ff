"""What the command-line caller does, one step after the other.

A script file has a step per line; ``#`` begins a comment:

    say A table for four, please.      speak once the other side has fallen silent
    wav order.wav                      the same with a recording; its path counts from the script's folder
    over Sorry, one moment!            speak while the other side is speaking
    digits 2#                          press keys once the other side has fallen silent
    wait 3                             do nothing for so many seconds
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from switchroom.errors import Invalid

_KEYS = frozenset("0123456789*#ABCDabcd")


@dataclass(frozen=True, slots=True)
class SayText:
    """Speak a sentence; ``over`` the other side's, if it must not wait for its turn."""

    text: str
    over: bool = False


@dataclass(frozen=True, slots=True)
class PlayFile:
    """Play a wav file."""

    path: Path


@dataclass(frozen=True, slots=True)
class PressKeys:
    """Send digits."""

    digits: str


@dataclass(frozen=True, slots=True)
class WaitSeconds:
    """Do nothing."""

    seconds: float


Step = SayText | PlayFile | PressKeys | WaitSeconds


def steps(
    say: Sequence[str] = (), wav: Sequence[Path] = (), digits: Sequence[str] = (), script: Path | None = None
) -> tuple[Step, ...]:
    """Return the script's steps, then the sentences, the files and the digits. Raises Invalid."""
    return (
        *(read_script(script) if script is not None else ()),
        *(SayText(text) for text in say),
        *(_file(path) for path in wav),
        *(_keys(keys) for keys in digits),
    )


def read_script(path: Path) -> tuple[Step, ...]:
    """Read a script file. Raises Invalid, naming the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"cannot read the script {path}: {error}") from error
    found: list[Step] = []
    for number, line in enumerate(lines, 1):
        text = line.split(" #")[0].strip()
        if text and not text.startswith("#"):
            try:
                found.append(_step(text, path.parent))
            except Invalid as error:
                raise Invalid(f"{path}, line {number}: {error}") from error
    return tuple(found)


def _step(line: str, folder: Path) -> Step:
    verb, _, rest = line.partition(" ")
    rest = rest.strip()
    if not rest:
        raise Invalid(f"{verb!r} needs something after it")
    match verb:
        case "say" | "over":
            return SayText(rest, over=verb == "over")
        case "wav":
            return _file(folder / rest)
        case "digits":
            return _keys(rest)
        case "wait":
            return _wait(rest)
        case _:
            raise Invalid(f"{verb!r} is none of say, wav, over, digits, wait")


def _file(path: Path) -> PlayFile:
    if not path.is_file():
        raise Invalid(f"there is no file {path}")
    return PlayFile(path)


def _keys(text: str) -> PressKeys:
    digits = text.replace(" ", "")
    if not digits or not _KEYS.issuperset(digits):
        raise Invalid(f"{text!r} are not keys: use 0-9 * # A-D")
    return PressKeys(digits.upper())


def _wait(text: str) -> WaitSeconds:
    try:
        seconds = float(text)
    except ValueError:
        raise Invalid(f"{text!r} is not a number of seconds") from None
    if not 0 <= seconds <= 3600:
        raise Invalid(f"{text} seconds are not between 0 and 3600")
    return WaitSeconds(seconds)
