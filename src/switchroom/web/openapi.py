"""Print the OpenAPI document, without opening anything: ``python -m switchroom.web.openapi``.

The console's types are made from it at every build, so a page that asks for what is not there does not compile.
"""

import json

from switchroom.web.routes import routed


def document() -> str:
    """Return the document as JSON, the same for the same routes."""
    return json.dumps(routed().openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201 - its only purpose
