"""What is written about the program: its links lead somewhere, and a decision is found by its number."""

import re
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")


def test_every_link_between_documents_leads_to_a_file() -> None:
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    links = [(path, link) for path in documents for link in _LINK.findall(path.read_text("utf-8"))]
    assert len(links) > 50
    assert [f"{path.relative_to(ROOT)}: {link}" for path, link in links if not (path.parent / link).exists()] == []


def test_no_two_decisions_have_one_number() -> None:
    numbers = Counter(path.name[:4] for path in (ROOT / "docs/decisions").glob("*.md"))
    assert len(numbers) > 40
    assert [number for number, count in numbers.items() if count > 1] == []
