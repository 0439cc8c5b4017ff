"""The tables of docs/sip.md, for the tests that hold the code against them."""

import re
from pathlib import Path

DOCUMENT = (Path(__file__).parent.parent.parent / "docs/sip.md").read_text()


def table(title: str) -> list[list[str]]:
    """Return the cells of the first table below a heading of any level."""
    found = re.search(rf"(?m)^#+ {re.escape(title)}$", DOCUMENT)
    assert found is not None, title
    section = re.split(r"\n#+ ", DOCUMENT[found.end() :])[0]
    lines = section[section.index("\n|") :].strip("\n").split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]
