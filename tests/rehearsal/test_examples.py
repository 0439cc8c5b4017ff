"""The rehearsals that come with the demo agent, each held in virtual time."""

import asyncio
from pathlib import Path

import pytest

from switchroom.rehearsal.cast import Cast
from switchroom.rehearsal.reading import load
from switchroom.rehearsal.report import Held, details
from switchroom.rehearsal.stage import rehearse
from tests.virtual_time import run

FOLDER = Path(__file__).parents[2] / "examples" / "rehearsals"
FILES = sorted(FOLDER.glob("*.yaml"))

CAST = Cast()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_demo_agent_as_rehearsed(path: Path) -> None:
    piece = load(path)
    result = run(rehearse(piece, asyncio.run(CAST.part(piece.rehearsal, path))))
    assert result.passed, details(Held(str(path), piece.rehearsal.rehearsal, 0.0, result))
