"""PostgreSQL's side of a database: from the URL that operators know to what the driver wants.

``postgresql://user:password@host:5432/name?sslmode=verify-full&sslrootcert=ca.pem`` is taken as psql takes it. Connections are
tried before they are used, so a server that was restarted costs nobody a request; a statement, a lock and a transaction that
does nothing have time limits, so that none of them holds up the house.
"""

import os
import socket
import ssl
from collections.abc import Mapping
from typing import Any, Final

import asyncpg
from sqlalchemy.engine import URL
from sqlalchemy.exc import OperationalError

from switchroom.errors import Invalid
from switchroom.settings import DatabaseSettings
from switchroom.storage.owned import EVERYBODY, SETTING

_DRIVER: Final = "postgresql+asyncpg"
_OURS: Final = frozenset(
    {"sslmode", "sslrootcert", "sslcert", "sslkey", "application_name", "connect_timeout", "host", "port"}
)
_MODES: Final = ("disable", "allow", "prefer", "require", "verify-ca", "verify-full")


def translated(url: URL) -> URL:
    """Return the URL for SQLAlchemy and asyncpg. Raises Invalid for a parameter that we do not know."""
    unknown = sorted(url.query.keys() - _OURS)
    if unknown:
        message = f"the database's URL has {unknown[0]!r}: known are {', '.join(sorted(_OURS))}"
        raise Invalid(message, code="database_url")
    kept = {name: value for name, value in url.query.items() if name in {"host", "port"}}
    return url.set(drivername=_DRIVER, query=kept)


def engine_options(url: URL, settings: DatabaseSettings) -> dict[str, Any]:
    """Return what the engine is made with: its pool, and how it connects. ``url`` is as the operator wrote it."""
    return {
        "pool_size": settings.pool_size,
        "max_overflow": settings.pool_overflow,
        "pool_timeout": settings.pool_timeout,
        "pool_recycle": settings.pool_recycle,
        "pool_pre_ping": True,
        "connect_args": _connect(url, settings),
    }


def _connect(url: URL, settings: DatabaseSettings) -> dict[str, Any]:
    query = {name: value for name, value in url.query.items() if isinstance(value, str)}
    limits = {
        "application_name": query.get("application_name") or f"switchroom {socket.gethostname()} {os.getpid()}"[:63],
        "statement_timeout": _milliseconds(settings.statement_timeout),
        "lock_timeout": _milliseconds(settings.lock_timeout),
        "idle_in_transaction_session_timeout": _milliseconds(settings.idle_timeout),
        SETTING: EVERYBODY,  # a scoped transaction says for itself whose it is
        "jit": "off",  # our statements are small: planning them twice costs more than it saves
    }
    return {
        "timeout": float(query.get("connect_timeout", settings.connect_timeout)),
        "async_creator_fn": _connected,
        "server_settings": limits,
        "ssl": _tls(query),
    }


async def _connected(*arguments: object, **options: object) -> object:
    """Connect, and let a server that is not there fail as any other statement does."""
    try:
        return await asyncpg.connect(*arguments, **options)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:  # a TimeoutError is an OSError
        raise OperationalError("connecting", None, error) from error


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def _tls(query: Mapping[str, str]) -> ssl.SSLContext | str:
    """Return how to encrypt, in libpq's words: a mode, or, where files are named or the name is checked, a context."""
    mode = query.get("sslmode", "prefer")
    if mode not in _MODES:
        raise Invalid(f"sslmode={mode} of the database's URL is none of {', '.join(_MODES)}", code="database_url")
    if mode in {"disable", "allow", "prefer"} or (mode == "require" and "sslcert" not in query):
        return mode
    try:
        return _context(mode, query)
    except OSError as error:
        message = f"a certificate that the database's URL names cannot be read: {error}"
        raise Invalid(message, code="database_url") from error


def _context(mode: str, query: Mapping[str, str]) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=query.get("sslrootcert"))
    context.check_hostname = mode == "verify-full"
    if mode == "require":
        context.verify_mode = ssl.CERT_NONE
    if "sslcert" in query:
        context.load_cert_chain(query["sslcert"], query.get("sslkey"))
    return context
