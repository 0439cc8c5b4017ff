"""What is checked in below docs is what the program says of itself today."""

from pathlib import Path

import pytest

from switchroom.web.documents import documents

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", ["openapi.json", "asyncapi.json", "events.md"])
def test_a_document_is_as_new_as_the_program(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == documents()[name], "it is stale: run `make documents`"
