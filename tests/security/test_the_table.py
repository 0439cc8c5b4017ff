"""SECURITY.md names what shows each thing it says: all of it is there."""

import re
from pathlib import Path

HOUSE = Path(__file__).parents[2]


def test_every_file_that_the_table_names_is_there() -> None:
    text = (HOUSE / "SECURITY.md").read_text()
    rows = [line for line in text.splitlines() if re.match(r"\| API\d+ ", line)]
    assert len(rows) == 10
    for row in rows:
        named = re.findall(r"`((?:tests/|test_)[\w/.]*)`", row)
        assert named, row
        folder = HOUSE
        for name in named:
            path = HOUSE / name if name.startswith("tests/") else folder / name
            assert path.exists(), f"{row.split('|')[1].strip()}: there is no {name}"
            folder = path.parent
