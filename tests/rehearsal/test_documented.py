"""The example of docs/rehearsals.md goes as it says."""

import re
from pathlib import Path

from switchroom.rehearsal.reading import parse
from switchroom.rehearsal.report import transcript
from switchroom.rehearsal.stage import rehearse
from tests.rehearsal.theatre import FLOW, part_of
from tests.virtual_time import run

DOCS = Path(__file__).parents[2] / "docs" / "rehearsals.md"
_TIME = re.compile(r"^ +[0-9]+\.[0-9]{2}  |[0-9]+\.[0-9]{2} s|[0-9]+(, [0-9]+)* ms")


def blocks(kind: str) -> list[str]:
    found = re.findall(r"^```(\w*)\n(.*?)^```$", DOCS.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return [text for name, text in found if name == kind]


def plain(lines: list[str]) -> list[str]:
    return [_TIME.sub("", line).strip() for line in lines]


def test_the_example_of_the_documentation_goes_as_it_says() -> None:
    piece = parse(blocks("yaml")[0], FLOW.parent / "rehearsals" / "full.yaml")
    shown = next(block for block in blocks("") if block.startswith("FAILED")).splitlines()[1:-1]
    told = "\n".join(transcript(run(rehearse(piece, part_of(piece))))).splitlines()
    for ours, theirs in zip(plain(told), plain(shown), strict=True):
        assert ours.startswith(theirs.removesuffix("...").rstrip()), (ours, theirs)
