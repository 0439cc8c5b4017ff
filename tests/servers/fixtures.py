"""The fixtures: servers are started by the first test that asks, and stopped after the last."""

import os
from collections.abc import Iterator

import pytest

from tests.servers.databases import KINDS, of_this_test
from tests.servers.postgresql import Postgresql
from tests.servers.redis import Redis
from tests.servers.s3 import S3
from tests.servers.smtp import Smtp

_CHOSEN = os.environ.get("SWITCHROOM_TEST_DATABASE", "")


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Postgresql]:
    """A PostgreSQL server; ``create()`` gives a database."""
    server = Postgresql()
    yield server
    server.close()


@pytest.fixture(scope="session")
def _redis() -> Iterator[Redis]:
    server = Redis()
    yield server
    server.close()


@pytest.fixture
def redis(_redis: Redis) -> Redis:
    """A Redis server with nothing in it."""
    _redis.command("FLUSHALL")
    return _redis


@pytest.fixture(scope="session")
def s3() -> Iterator[S3]:
    """An S3-compatible server; ``bucket()`` gives a bucket."""
    server = S3()
    yield server
    server.close()


@pytest.fixture(scope="session")
def _smtp() -> Iterator[Smtp]:
    server = Smtp()
    server.start()
    yield server
    server.close()


@pytest.fixture
def smtp(_smtp: Smtp) -> Smtp:
    """A mail server that was given nothing yet."""
    _smtp.mails.clear()
    _smtp.refuses = ""
    return _smtp


@pytest.fixture(autouse=True)
def database_kind(request: pytest.FixtureRequest) -> Iterator[str]:
    """On which database the test runs; ``url_in`` names it."""
    kind = str(getattr(request, "param", _CHOSEN or KINDS[0]))
    if kind == "postgresql":
        of_this_test.use(request.getfixturevalue("postgresql"))
    yield kind
    of_this_test.clear()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Let a test that is marked so run on every kind of database, or on the one that the environment names."""
    marker = metafunc.definition.get_closest_marker("databases")
    if marker is not None:
        kinds = [kind for kind in marker.args or KINDS if kind == (_CHOSEN or kind)]
        metafunc.parametrize("database_kind", kinds, indirect=True)
