"""Real servers for tests, started at most once a run and only when a test asks for them.

    def test_...(postgresql: Postgresql) -> None:      url = postgresql.create()          a new, migrated database
    def test_...(redis: Redis) -> None:                redis.url, emptied before each test
    def test_...(s3: S3) -> None:                      s3.endpoint, s3.bucket(), any keys
    def test_...(smtp: Smtp) -> None:                  smtp.host, smtp.port, smtp.mails, emptied before each test

``@pytest.mark.databases`` (or ``pytestmark = pytest.mark.databases``) runs a test once on SQLite and once on PostgreSQL: the test
opens what ``tests.servers.databases.url_in(folder)`` names, as ``tests.storage.stories.migrated(folder)`` does.
``databases("sqlite")`` is for what one of them alone can do.
``SWITCHROOM_TEST_DATABASE=postgresql`` in the environment lets every test that asks ``url_in`` run on PostgreSQL.

The servers are our own: a temporary folder, a free port on loopback, gone with the run. A database that the system runs is never
touched. PostgreSQL and Redis come as Debian packages (``PEERS`` in the Makefile), the others from ``requirements-dev.lock``.
"""
