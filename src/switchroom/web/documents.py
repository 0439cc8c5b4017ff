"""Write the documents that are made from the program: ``python -m switchroom.web.documents`` (``make documents``).

They are checked in, so that a change of a route or an event is seen in the change that makes it; a test fails when they are stale.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from switchroom.hooks.kinds import Kind, kinds
from switchroom.web import asyncapi, openapi

_PAGE = """# Events

Everything that happens, by topic. [webhooks.md](webhooks.md) says how it is told to others; `GET /api/v1/events` has the schemas,
and so has [asyncapi.json](asyncapi.json). What is *in italics* is personal: left out of webhooks unless asked for. Topics with
~ reach live pages and sockets alone, and are not journaled. This page is made by `make documents`.

| topic | what happened | says |
|---|---|---|
"""


def documents() -> Mapping[str, str]:
    """Return what each file below ``docs`` should hold."""
    return {
        "openapi.json": openapi.document(),
        "asyncapi.json": asyncapi.document(),
        "events.md": _PAGE + "".join(map(_line, kinds())),
    }


def _line(kind: Kind) -> str:
    words = kind.description.split("\n\n")[0].replace("\n", " ").replace("``", "`").replace("|", "\\|")
    properties = kind.schema["properties"]
    assert isinstance(properties, Mapping)
    said = ", ".join(f"*{name}*" if name in kind.personal else name for name in properties)
    topic = f"`{kind.topic}`{' ~' if kind.ephemeral else ''}{f' (version {kind.version})' if kind.version > 1 else ''}"
    return f"| {topic} | {words} | {said} |\n"


if __name__ == "__main__":
    for name, text in documents().items():
        (Path(sys.argv[1] if len(sys.argv) > 1 else "docs") / name).write_text(text, encoding="utf-8")
