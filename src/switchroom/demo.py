"""The demo login: made up once per installation and kept in a file that only its owner can read."""

import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from switchroom.accounts.seed import EMAIL


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """Who may sign in to try things."""

    email: str
    password: str
    pin: str


def demo_login(data: Path) -> DemoLogin:
    """Return the login of the installation at ``data``, made now if there is none."""
    path = data / "demo-login.json"
    try:
        return DemoLogin(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        login = DemoLogin(EMAIL, secrets.token_urlsafe(9), f"{secrets.randbelow(10_000):04}")
    data.mkdir(parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(json.dumps(asdict(login)), encoding="utf-8")
    return login
