"""``switchroom bans``: asks the running program who is not heard at its SIP port, or has a source heard again.

The program keeps its bans in memory, so they are asked for over its API, with a token that only who can read the
installation's secret can make.
"""

import json
import time
import urllib.error
import urllib.request
from typing import Literal
from urllib.parse import quote

from switchroom.accounts.tokens import Identity, issue
from switchroom.errors import Denied, NotFound, Unavailable
from switchroom.identity import TenantId, UserId
from switchroom.installation import secret_of
from switchroom.settings import Settings

_PATIENCE = 10.0
_DIRECTLY = urllib.request.build_opener(urllib.request.ProxyHandler({}))
_OPERATOR = Identity(UserId("operator"), TenantId(""), "admin")


def list_bans(settings: Settings) -> list[str]:
    """Return a line per ban. Raises Unavailable, Denied."""
    found = json.loads(_ask(settings, "GET", ""))["bans"]
    return [f"{ban['source']:<40} {ban['reason']:<20} until {ban['until']}" for ban in found]


def lift_ban(settings: Settings, source: str) -> None:
    """Have a source heard again. Raises NotFound, Unavailable, Denied."""
    _ask(settings, "DELETE", f"/{quote(source, safe='')}")


def _ask(settings: Settings, method: Literal["GET", "DELETE"], path: str) -> str:
    secret = secret_of(settings)
    token = issue(_OPERATOR, "operator", secret, time.time())
    host = "127.0.0.1" if settings.web.host in ("0.0.0.0", "::") else settings.web.host  # noqa: S104 - compared, not bound
    url = f"http://{host}:{settings.web.port}/api/v1/security/bans{path}"
    request = urllib.request.Request(url, method=method, headers={"Authorization": f"Bearer {token}"})
    try:
        with _DIRECTLY.open(request, timeout=_PATIENCE) as answer:
            content: bytes = answer.read()
    except urllib.error.HTTPError as error:
        if error.code == 404:
            raise NotFound("that source is not banned") from error
        raise Denied(f"the program at {url} does not take our word: is it another installation's?") from error
    except OSError as error:
        raise Unavailable(f"Switchroom does not run at {url}: {error}") from error
    return content.decode()
