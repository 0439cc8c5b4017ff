"""How values look on a page: the template engine and its filters."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

_REASONS = {
    "caller_hangup": "caller hung up",
    "agent_hangup": "agent ended it",
    "transfer": "transferred",
    "timeout": "longest duration reached",
    "error": "failed",
    "busy": "busy",
    "no_answer": "no answer",
    "rejected": "rejected",
    "drained": "ended for a restart",
    "": "",
}


@dataclass(frozen=True, slots=True)
class Shown:
    """How the product is called on a page, and where its logo and colours are."""

    name: str = "Switchroom"
    logo: str = "/static/icon.svg"
    css: str = "/brand.css"


def moment(at: float | datetime | None) -> str:
    """Return a moment as an element that the page rewrites in the reader's own time zone."""
    if at is None:
        return ""
    when = (at if isinstance(at, datetime) else datetime.fromtimestamp(at, UTC)).astimezone(UTC)
    return Markup('<time datetime="{}">{}</time>').format(
        when.isoformat(timespec="seconds"), when.strftime("%Y-%m-%d %H:%M UTC")
    )


def duration(seconds: float | None) -> str:
    """Return seconds as ``m:ss``."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02}"


def offset(seconds: float) -> str:
    """Return a place in a recording as ``m:ss.d``."""
    minutes, rest = divmod(max(0.0, seconds), 60)
    return f"{int(minutes)}:{rest:04.1f}"


def caller(address: str) -> str:
    """Return a SIP address as people write it: a phone number without the host that it came through."""
    bare = address.removeprefix("sips:").removeprefix("sip:")
    user, _, host = bare.partition("@")
    if host == "anonymous.invalid":  # RFC 3323 §4.1.1.3
        return user
    return user if user.removeprefix("+").isdecimal() else bare


def reason(code: str) -> str:
    """Return why a call ended, in words."""
    return _REASONS.get(code, code.replace("_", " "))


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "html"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        {"moment": moment, "duration": duration, "offset": offset, "caller": caller, "reason": reason}
    )
    environment.globals["version"] = version("switchroom")
    return environment


_ENVIRONMENT = _environment()


def page(request: Request, template: str, values: Mapping[str, object], *, status: int = 200) -> HTMLResponse:
    """Return a page. ``viewer`` may be among the values: who is signed in."""
    brand = getattr(request.state, "brand", Shown())
    text = _ENVIRONMENT.get_template(template).render(
        {"viewer": None, "path": request.url.path, "brand": brand, **values}
    )
    return HTMLResponse(text, status)
