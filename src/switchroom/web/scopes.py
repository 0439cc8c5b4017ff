"""What an API key must be allowed for a request: one table for the whole application, so that no route can forget to ask.

    path begins with              to read         to change
    /api/v1/calls, /agent-monitor calls:read      calls:write
    /api/v1/voicemails            calls:read      calls:write
    /agent/process                -               agent:process
    /mcp                          mcp             mcp
    /api/auth/me                  any             -
    /api/auth, /api/v1/auth       nobody's: API keys are made by people
    everything else               admin:read      admin:write

What is asked by POST and changes nothing counts as reading.
"""

from switchroom.accounts.api_keys import Scope, allows
from switchroom.accounts.tokens import Identity
from switchroom.errors import Denied
from switchroom.web.roles import ONLY_ASKS, SAFE

_BY_PATH: tuple[tuple[str, Scope, Scope], ...] = (
    ("/api/v1/calls", "calls:read", "calls:write"),
    ("/api/v1/voicemails", "calls:read", "calls:write"),
    ("/agent-monitor", "calls:read", "calls:write"),
    ("/agent/process", "agent:process", "agent:process"),
    ("/mcp", "mcp", "mcp"),
    ("/", "admin:read", "admin:write"),
)


def authorise(who: Identity, method: str, path: str) -> None:
    """Raise Denied if who asks has a key that is not for this."""
    reads = method in SAFE or path in ONLY_ASKS
    if who.scopes is None or (reads and path == "/api/auth/me"):
        return
    if _is_below(path, "/api/v1/auth") or _is_below(path, "/api/auth"):
        raise Denied("an API key cannot do this: sign in", code="scope")
    scope = next(read if reads else write for prefix, read, write in _BY_PATH if _is_below(path, prefix))
    demand(who, scope)


def demand(who: Identity, scope: Scope) -> None:
    """Raise Denied unless who asks may do what needs ``scope``."""
    if not allows(who, scope):
        raise Denied(f"this API key is not allowed {scope}: make one that is", code="scope")


def _is_below(path: str, prefix: str) -> bool:
    return prefix == "/" or path == prefix or path.startswith(f"{prefix}/")
