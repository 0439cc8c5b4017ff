"""What an installation makes up once and keeps in files that only its owner can read: a secret, a demo login."""

import json
import resource
import secrets
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from switchroom.accounts.seed import EMAIL
from switchroom.errors import Conflict
from switchroom.settings import Settings
from switchroom.storage.master_keys import InstallationSecret, MasterKeys

FILES = 65_536


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
    _keep(path, json.dumps(asdict(login)))
    return login


def secret_of(settings: Settings) -> str:
    """Return the secret of an installation, the one it was given, else the one it keeps, with its master keys."""
    secret = settings.secret or kept_secret(settings.data)
    return InstallationSecret(secret, master_keys(settings, secret))


def master_keys(settings: Settings, secret: str) -> MasterKeys:
    """Return what secrets of others are sealed under: keys of the environment, else of a file below data, else ``secret``."""
    given = [key.get_secret_value() for key in (settings.master_key, *settings.old_master_keys)]
    return MasterKeys(str(secret), given, settings.data / "master-keys")


def kept_secret(data: Path) -> str:
    """Return the secret of the installation at ``data``, made now if there is none."""
    path = data / "secret"
    if path.exists() and (kept := path.read_text(encoding="utf-8").strip()):  # empty: we were stopped while writing it
        return kept
    secret = secrets.token_urlsafe(32)
    _keep(path, secret)
    return secret


def keep_secret(settings: Settings, opens: str) -> None:
    """Let ``opens``, a secret and its master keys, a line each, be the installation's from now on.

    Raises Conflict if it has another secret or other keys already.
    """
    secret, *keys = opens.splitlines()
    held = settings.data / "master-keys"
    if keys and held.exists() and held.read_text(encoding="utf-8").split() != keys:
        raise Conflict(
            f"this installation has master keys already, and they are others: take {held} away first", code="secret"
        )
    path = settings.data / "secret"
    there = settings.secret or (path.read_text(encoding="utf-8").strip() if path.exists() else "")
    if there and there != secret:
        raise Conflict("this installation has a secret already, and it is another: take it away first", code="secret")
    if not there:
        _keep(path, secret)
    if keys and not held.exists():
        _keep(held, "\n".join(keys) + "\n")


def allow_files() -> None:
    """Let the process open as many files as the system allows it, in reason: a call takes two sockets, a telephone by TLS one."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with suppress(OSError, ValueError):  # what the system does not allow is not vital
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _keep(path: Path, content: str) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    path.write_text(content, encoding="utf-8")
