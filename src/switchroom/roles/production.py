"""What an installation on the internet must not be started with."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from switchroom.errors import Invalid
from switchroom.settings import Settings

VARIED = 10
"""So many different characters a secret has at least: fewer are a placeholder."""

_PLACEHOLDERS = ("change", "example", "secret", "password", "switchroom", "default")


def check(settings: Settings) -> None:
    """Raise Invalid, with everything that is wrong, if these settings are for trying and the installation is not."""
    if not settings.production:
        return
    found = list(_wrong(settings))
    if found:
        raise Invalid(f"this is a production (SWITCHROOM_PRODUCTION): {'; '.join(found)}", code="not_for_production")


def _wrong(settings: Settings) -> Iterator[str]:
    if settings.demo:
        yield "set SWITCHROOM_DEMO=false, the demo lets anybody talk to its agent"
    if settings.log_personal:
        yield "set SWITCHROOM_LOG_PERSONAL=false, the logs would hold what callers say"
    if not settings.secret:
        yield "set SWITCHROOM_SECRET, or it is lost with the machine: openssl rand -base64 48"
    elif is_placeholder(settings.secret):
        yield "SWITCHROOM_SECRET is a placeholder: openssl rand -base64 48"
    if (urlsplit(settings.database_url).password or "x" * VARIED).lower() in _PLACEHOLDERS:
        yield "the password in SWITCHROOM_DATABASE_URL is a placeholder"
    if settings.sip.strangers == "all":
        yield "set SWITCHROOM_SIP__STRANGERS=private or none, or robots ring day and night"


def is_placeholder(secret: str) -> bool:
    """Tell whether a secret was copied from an example or made by leaning on a key."""
    lower = secret.lower()
    return len(set(secret)) < VARIED or any(word in lower for word in _PLACEHOLDERS)
