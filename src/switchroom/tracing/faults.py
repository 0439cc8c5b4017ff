"""Errors on their way to Sentry: what was logged as one, with its stack, and nothing that is personal.

Its library is loaded only where a DSN is set, patches nothing, and sends from a thread of its own. Of an exception that is not ours
only its kind goes along: its words may be somebody's.
"""

import sys
from importlib.metadata import version
from typing import cast

from sentry_sdk import Client
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn, event_from_exception
from structlog.typing import EventDict

from switchroom.errors import Invalid, SwitchroomError

_OWN = frozenset({"event", "level", "timestamp", "exc_info", "module"})


class Reporter:
    """Reports errors that were logged; ``close`` sends what waits, for a few seconds at most."""

    def __init__(self, dsn: str, role: str) -> None:
        """Raises Invalid for a DSN that is none."""
        try:
            self._client = Client(
                dsn=dsn,
                release=f"switchroom@{version('switchroom')}",
                default_integrations=False,
                auto_enabling_integrations=False,
                include_local_variables=False,
                max_request_body_size="never",
                server_name=role,
                before_send=_impersonal,
            )
        except BadDsn as error:
            raise Invalid("SWITCHROOM_SENTRY_DSN is no DSN: copy it from the settings of the project") from error
        self._role = role
        self.close = self._client.close

    def __call__(self, fields: EventDict) -> None:
        """Report one; never waits."""
        event: Event = {
            "level": "error",
            "logger": str(fields.get("module", "")),
            "logentry": {"formatted": str(fields.get("event", ""))},
            "extra": {name: str(value) for name, value in fields.items() if name not in _OWN},
            "tags": {"role": self._role},
        }
        hint: Hint = {}
        if (raised := _exception_of(fields.get("exc_info"))) is not None:
            found, hint = event_from_exception(raised, client_options=self._client.options)
            event["exception"] = found["exception"]
        self._client.capture_event(event, hint)


def _exception_of(info: object) -> BaseException | None:
    match info:
        case BaseException():
            return info
        case (_, BaseException() as error, _):
            return error
        case True:
            return sys.exception()
        case _:
            return None


def _impersonal(event: Event, hint: Hint) -> Event:
    """Drop the words of exceptions that are not ours."""
    raised = hint.get("exc_info")
    ours = isinstance(raised[1], SwitchroomError) if raised else False
    values = cast("dict[str, list[dict[str, object]]]", event.get("exception", {})).get("values", [])
    for value in values:
        if not ours or value.get("type") not in _KINDS:
            value["value"] = ""
    return event


_KINDS: frozenset[str] = frozenset(
    {SwitchroomError.__name__, *(kind.__name__ for kind in SwitchroomError.__subclasses__())}
)
