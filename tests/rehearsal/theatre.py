"""Rehearsals written in a test: their text, and the demo agent's flow with parts of it replaced."""

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from switchroom.rehearsal.cast import Cast, Part
from switchroom.rehearsal.reading import Piece, parse
from switchroom.rehearsal.stage import Result, rehearse
from tests.virtual_time import run

FLOW = Path(__file__).parents[2] / "examples" / "restaurant.yaml"
_CAST = Cast()


@cache
def _flow(folder: Path, changes: tuple[tuple[str, str], ...]) -> Path:
    text = FLOW.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text, f"the flow has no {before!r} to break"
        text = text.replace(before, after)
    path = folder / f"flow{len(list(folder.iterdir()))}.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def held(text: str, folder: Path, changes: Mapping[str, str] | None = None) -> Result:
    """Hold the rehearsal in ``text``, with ``changes`` made to the demo agent's flow."""
    flow = _flow(folder, tuple((changes or {}).items()))
    piece = parse(f"rehearsal: of a test\nagent: {flow}\nnow: 2026-11-24T15:00\n{text}", folder / "test.yaml")
    return run(rehearse(piece, part_of(piece)))


def part_of(piece: Piece) -> Part:
    """Return whom a rehearsal is about."""
    return asyncio.run(_CAST.part(piece.rehearsal, piece.path))
