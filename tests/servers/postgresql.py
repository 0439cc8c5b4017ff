"""A PostgreSQL cluster of our own: made by initdb, unsafe in a power cut, fast.

A new database costs a copy of a template that was migrated once. A test may stop, kill and start the server: whoever stops it
starts it again.
"""

import asyncio
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from switchroom.storage.db import Database
from switchroom.storage.schema import upgrade
from tests.interop.ports import free_block
from tests.servers.programs import Running, program

PASSWORD = "not-very-secret"

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
}


class Postgresql:
    """A running server, and databases in it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="switchroom-postgresql-"))
        self.port = free_block(2)
        self._user = "postgres" if os.getuid() == 0 else None  # the server refuses to run as root
        self._made = 0
        self._initialise()
        self._running = self._started()
        try:
            self.sql("CREATE DATABASE migrated")
            asyncio.run(_migrate(self.url("migrated")))
        except BaseException:
            self.close()
            raise

    def create(self, *, empty: bool = False) -> str:
        """Return the URL of a new database, migrated to the newest revision unless it should be empty."""
        self._made += 1
        name = f"test_{self._made}"
        self.sql(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else 'migrated'} STRATEGY FILE_COPY")
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database, whoever is still connected."""
        self.sql(f"DROP DATABASE IF EXISTS {url.rpartition('/')[2]} WITH (FORCE)")

    def url(self, name: str) -> str:
        """Return what ``SWITCHROOM_DATABASE_URL`` would say."""
        return f"postgresql://postgres:{PASSWORD}@127.0.0.1:{self.port}/{name}"

    def sql(self, statement: str, database: str = "postgres") -> str:
        """Run a statement as the operator, and return what psql prints."""
        where = ["-h", str(self.folder), "-p", str(self.port), "-U", "postgres", "-d", database]
        asked = [self.program("psql"), "-X", "-q", "-A", "-t", *where, "-c", statement]
        done = subprocess.run(asked, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{statement}: {done.stderr}"
        return done.stdout.strip()

    def program(self, name: str) -> str:
        """Return the path of one of its programs."""
        return program(name, "postgresql", *_PROGRAMS)

    def start(self) -> None:
        """Start it again after ``stop`` or ``kill``. Only from the main thread."""
        self._running = self._started()

    def stop(self) -> None:
        """Stop it, closing every connection."""
        self._running.stop(signal.SIGINT)

    def kill(self) -> None:
        """End it as if the machine had died; its children follow by themselves."""
        self._running.kill()

    def close(self) -> None:
        """Stop it for good."""
        self._running.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _initialise(self) -> None:
        secret = self.folder / "password"
        secret.write_text(PASSWORD)
        if self._user is not None:
            owner = pwd.getpwnam(self._user)
            for path in (self.folder, secret):
                os.chown(path, owner.pw_uid, owner.pw_gid)
        asked = [self.program("initdb"), "-D", str(self.folder / "data"), "-U", "postgres", "--pwfile", str(secret)]
        ways = ["--auth-local=trust", "--auth-host=scram-sha-256", "--no-sync", "--encoding=UTF8", "--locale=C.UTF-8"]
        groups: list[str] | None = [] if self._user else None
        done = subprocess.run(
            [*asked, *ways],
            capture_output=True,
            text=True,
            check=False,
            cwd=self.folder,
            user=self._user,
            group=self._user,
            extra_groups=groups,
        )
        assert done.returncode == 0, done.stderr

    def _started(self) -> Running:
        chosen = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
        where = ["-D", str(self.folder / "data"), "-p", str(self.port), "-k", str(self.folder)]
        return Running([self.program("postgres"), *where, *chosen], self.folder / "log", self._answers, self._user)

    def _answers(self) -> bool:
        asked = [self.program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(asked, check=False).returncode == 0


async def _migrate(url: str) -> None:
    database = Database(url)
    try:
        await upgrade(database)
    finally:
        await database.close()
