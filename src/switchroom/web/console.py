"""The console: the files that ``ui/`` was built into, at ``/console/``.

Every address below it that is no file answers with the one page, which then shows what the address names. Built files carry their
hash in their name, so a browser may keep them for ever; the page itself is never kept, for it names them and carries a nonce: the
style elements that the page makes are let in by it, and no others.
"""

import secrets
from pathlib import Path

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, HTMLResponse, Response

from switchroom.errors import NotFound, Unavailable
from switchroom.web.guard import policy

router = APIRouter(prefix="/console", include_in_schema=False)

FOLDER = Path(__file__).parent / "static" / "console"

_NONCE = "{{nonce}}"
_FOR_EVER = "public, max-age=31536000, immutable"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}


def is_built() -> bool:
    """Tell whether there is a console to show."""
    return (FOLDER / "index.html").is_file()


@router.get("/assets/{name}")
async def asset(name: str, request: Request) -> Response:
    """A built file, compressed where the browser takes that."""
    path = FOLDER / "assets" / name
    if Path(name).name != name or not path.is_file():
        raise NotFound(f"the console has no file {name}: load the page again, there may be a newer one")
    headers = {"cache-control": _FOR_EVER, "vary": "accept-encoding"}
    small = path.with_name(f"{name}.gz")
    if "gzip" in request.headers.get("accept-encoding", "") and small.is_file():
        return FileResponse(small, media_type=_TYPES.get(path.suffix), headers={**headers, "content-encoding": "gzip"})
    return FileResponse(path, media_type=_TYPES.get(path.suffix), headers=headers)


@router.get("")
@router.get("/{_address:path}")
async def page(_address: str = "") -> Response:
    """The one page there is. Raises Unavailable where it has not been built."""
    if not is_built():
        message = (
            "the console has not been built: run `make console`, which says what is missing; /calls works without it"
        )
        raise Unavailable(message, code="console_not_built")
    nonce = secrets.token_urlsafe(16)
    text = (FOLDER / "index.html").read_text(encoding="utf-8").replace(_NONCE, nonce)
    return HTMLResponse(text, headers={"content-security-policy": policy(style_nonce=nonce)})
