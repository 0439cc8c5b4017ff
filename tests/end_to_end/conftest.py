"""Callers' voices, made once per session: flite's slt, and people where a test asks for them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.recordings import NotReachable, fetched, spoken_by_a_person
from tests.interop.conftest import own_network
from tests.interop.sound import speech

Voice = Callable[[str], Path]


@pytest.fixture
def alone() -> Iterator[bool]:
    """A private network for one test, where the machine allows one."""
    with own_network() as worked:
        yield worked


@pytest.fixture(scope="session")
def voices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where what callers say is kept."""
    return tmp_path_factory.mktemp("voices")


@pytest.fixture(scope="session")
def spoken(voices: Path) -> Voice:
    """Says a line in flite's voice slt."""
    said: dict[str, Path] = {}

    def say(line: str) -> Path:
        if line not in said:
            said[line] = speech(line, voices / f"line{len(said)}.wav")
        return said[line]

    return say


@pytest.fixture(scope="session")
def person(voices: Path) -> Voice:
    """Says one of a few lines in a person's recorded voice; skips where the recordings cannot be fetched."""
    try:
        fetched()
    except NotReachable as error:
        pytest.skip(f"the recordings in pocketsphinx's source package cannot be fetched: {error}")
    return lambda line: spoken_by_a_person(line, voices)
