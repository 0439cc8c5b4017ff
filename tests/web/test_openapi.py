"""The OpenAPI document without a running program."""

import json
import subprocess
import sys

from switchroom.web.openapi import document


def test_the_document_can_be_had_without_opening_anything() -> None:
    printed = subprocess.run(
        [sys.executable, "-m", "switchroom.web.openapi"], capture_output=True, text=True, check=True
    ).stdout
    paths = json.loads(printed)["paths"]
    assert "/api/v1/calls/{call_id}/transcript" in paths
    assert "/calls" not in paths  # a page, not for programs


def test_the_document_is_the_same_every_time() -> None:
    assert document() == document()


def test_every_reference_in_the_document_leads_somewhere() -> None:
    whole = json.loads(document())

    def references(part: object) -> list[str]:
        if isinstance(part, list):
            return [found for one in part for found in references(one)]
        if not isinstance(part, dict):
            return []
        own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
        return own + [found for one in part.values() for found in references(one)]

    def leads(reference: str) -> bool:
        found = whole
        for step in reference.removeprefix("#/").split("/"):
            if step not in found:
                return False
            found = found[step]
        return True

    assert [reference for reference in references(whole) if not leads(reference)] == []
