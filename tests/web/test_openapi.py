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
