"""A back-up holds everything as it was at one moment, and either database takes it."""

import asyncio
import json
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from switchroom.accounts.service import Accounts
from switchroom.catalogue.service import Catalogue
from switchroom.catalogue.trunks import Trunks
from switchroom.domains.restaurant.tables import Reservation
from switchroom.errors import Conflict, Denied, Invalid, NotFound
from switchroom.history.reader import HistoryReader
from switchroom.identity import AgentId
from switchroom.knowledge.library import Library, Shelf
from switchroom.settings import BlobSettings
from switchroom.storage.backup.archive import reading
from switchroom.storage.backup.making import Wishes, make
from switchroom.storage.backup.moving import copy_rows
from switchroom.storage.backup.restoring import Restored, check, restore, same_secret, secret_in
from switchroom.storage.backup.rows import lines_of, tables_of
from switchroom.storage.blob_store import open_blobs
from switchroom.storage.blobs import Blobs
from switchroom.storage.db import Database
from switchroom.storage.journal import Journal, cursor_of
from switchroom.storage.migrating import differences, migrate
from switchroom.storage.revisions import age
from switchroom.storage.schema import upgrade
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault
from tests.knowledge.papers import CARD
from tests.servers.databases import empty_in, url_in
from tests.servers.postgresql import Postgresql
from tests.storage.stories import TENANT, Story, stored
from tests.virtual_time import run_real

SECRET = "the installation's own secret, long enough"
PASSPHRASE = "correct horse battery"
Rows = dict[str, list[dict[str, object]]]


def quiet(_line: str) -> None:
    """Say nothing."""


async def lived_in(url: str, folder: Path) -> tuple[Database, Blobs]:
    """An installation with something of everything."""
    database, blobs = Database(url), open_blobs(BlobSettings(), folder)
    await upgrade(database)
    accounts = Accounts(database, SECRET, lambda: 1000.0)
    tenant = (await accounts.create_tenant("oak", "The Öak")).id
    await Trunks(database, Vault(SECRET), lambda: 1000.0).create(
        tenant, {"name": "Carrier", "inbound_user": "u", "inbound_password": "sesame"}
    )
    catalogue = Catalogue(database)
    await catalogue.bind("+442079460000", await catalogue.create_agent(tenant, "Ada", "flow.yaml"))
    await Library(database, lambda: 1000.0).add(
        Shelf(TENANT, AgentId("agt_1")), "House", CARD.encode(), "text/markdown"
    )
    async with database.transaction(WHOLE_HOUSE) as session:
        moment = datetime(2026, 11, 23, 19, 30, tzinfo=UTC)
        when = {"at": moment, "created_at": moment, "changed_at": moment}
        names = {"name": "Anna\n\"'", "phone": "+44", "zone": "Europe/London", "status": "booked"}
        session.add(Reservation(id="res_1", tenant_id=TENANT, call_id="c", key="k", party=4, **when, **names))
    journal = Journal(database)
    for number in range(3):
        await journal.write(Story(f"call_{number}").whole())
    await HistoryReader(journal).catch_up()
    sound = folder / "sound.wav"
    for number in range(3):
        sound.write_bytes(bytes([number]) * 5000)
        await blobs.put(f"recordings/{TENANT}/call_{number}.wav", sound)
    sound.unlink()
    return database, blobs


async def rows_in(database: Database) -> Rows:
    """Return the rows of every table, each without the order of its columns: a migration may add one elsewhere."""
    found: Rows = {}
    async with database.snapshot(WHOLE_HOUSE) as session:
        connection = await session.connection()
        for table in await connection.run_sync(tables_of):
            names = [column.name for column in table.columns]
            lines = [line async for batch in lines_of(connection, table) for line in batch]
            found[table.name] = [dict(zip(names, line, strict=True)) for line in lines]
    return found


async def restored(source: Path, database: Database, blobs: Blobs, *, force: bool = False) -> Restored:
    with reading(source) as reader:
        return await restore(reader, database, blobs, quiet, force=force)


@pytest.mark.databases
@pytest.mark.parametrize("name", ["house.tar", "house"])
@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
def test_what_is_restored_is_what_was_there(tmp_path: Path, postgresql: Postgresql, name: str, to: str) -> None:
    async def main() -> None:
        database, blobs = await lived_in(url_in(tmp_path), tmp_path / "here")
        target = tmp_path / name
        made = await make(database, blobs, SECRET, target, Wishes(), quiet)
        assert made.tables["call_events"] >= 39 and made.missing == []
        other = Database(
            postgresql.create(empty=True) if to == "postgresql" else f"sqlite:///{tmp_path}/there/there.db"
        )
        elsewhere = open_blobs(BlobSettings(), tmp_path / "there")
        done = await restored(target, other, elsewhere)
        assert (done.rows, done.blobs) == (sum(made.tables.values()), 3)
        assert await rows_in(other) == await rows_in(database)
        assert await age(other) == "current" and await differences(other) == []
        assert [blob async for blob in elsewhere.all("recordings")] != []
        assert (tmp_path / "there/recordings" / TENANT / "call_2.wav").read_bytes() == bytes([2]) * 5000
        for house in (database, other):
            await house.close()

    run_real(main())


@pytest.mark.databases
def test_life_goes_on_in_what_was_restored(tmp_path: Path, postgresql: Postgresql) -> None:
    async def main() -> None:
        database, blobs = await lived_in(url_in(tmp_path), tmp_path / "here")
        last = await Journal(database).last()
        async with database.transaction(WHOLE_HOUSE) as session:  # its last number was given, and is never given again
            await session.execute(text("DELETE FROM call_events WHERE number = :last"), {"last": last})
        await make(database, blobs, SECRET, tmp_path / "house.tar", Wishes(), quiet)
        for url in (postgresql.create(empty=True), f"sqlite:///{tmp_path}/there/there.db"):
            other = Database(url)
            await restored(tmp_path / "house.tar", other, open_blobs(BlobSettings(), tmp_path / "there"))
            await Journal(other).write(Story("call_9").opening())
            assert await Journal(other).last() == last + 4
            library = Library(other, lambda: 1000.0)
            await library.add(Shelf(TENANT), "More", b"# Dogs\n\nDogs are welcome on the terrace.", "text/markdown")
            shelf = Shelf(TENANT, AgentId("agt_1"))
            assert "twelve parking" in (await library.search(shelf, "Where can I park?"))[0].passage.text
            assert "terrace" in (await library.search(shelf, "Are dogs welcome?"))[0].passage.text
            found = await Trunks(other, Vault(SECRET), lambda: 1000.0).table()
            assert len(found.trunks) == 1, "its password can be opened"
            await other.close()
        await database.close()

    run_real(main())


@pytest.mark.databases
def test_what_is_written_meanwhile_is_in_it_wholly_or_not_at_all(tmp_path: Path) -> None:
    async def main() -> None:
        database, blobs = await lived_in(url_in(tmp_path), tmp_path / "here")
        journal, stop = Journal(database), asyncio.Event()
        reader = HistoryReader(journal)

        async def live() -> None:
            number = 100
            while not stop.is_set():
                await journal.write(stored(Story(f"call_{number}").whole()))
                await reader.catch_up()
                number += 1

        async with asyncio.TaskGroup() as group:
            living = group.create_task(live())
            await make(database, blobs, SECRET, tmp_path / "house", Wishes(), quiet)
            stop.set()
            await living
        other = Database(f"sqlite:///{tmp_path}/there/there.db")
        await restored(tmp_path / "house", other, open_blobs(BlobSettings(), tmp_path / "there"))
        async with other.snapshot(WHOLE_HOUSE) as session:
            cursor = await cursor_of(session, "history")
        rows = await rows_in(other)
        events = [line for line in rows["call_events"] if line["call_id"] and int(str(line["number"])) <= cursor]
        assert len(rows["voice_calls"]) == len({line["call_id"] for line in events})
        assert len([line for line in rows["call_events"] if line["call_id"]]) % 13 == 0, "a batch is in it as a whole"
        for house in (database, other):
            await house.close()

    run_real(main())


def test_a_back_up_of_an_older_version_is_brought_up_to_date(tmp_path: Path, postgresql: Postgresql) -> None:
    async def main() -> None:
        old = Database(f"sqlite:///{tmp_path}/old.db")
        await migrate(old, "0012")
        async with old.transaction(WHOLE_HOUSE) as session:
            for values in ("('t2', 'firm', 'Firm', NULL, '{}', 1)", "('t1', 'child', 'Child', 't2', '{}', 1)"):
                columns = "id, slug, name, parent_id, brand, created"
                await session.execute(text(f"INSERT INTO tenants ({columns}) VALUES {values}"))
        blobs = open_blobs(BlobSettings(), tmp_path / "blobs")
        made = await make(old, blobs, SECRET, tmp_path / "old.tar", Wishes(), quiet)
        assert made.revision == "0012"
        for url in (postgresql.create(empty=True), f"sqlite:///{tmp_path}/there.db"):
            new = Database(url)
            await restored(tmp_path / "old.tar", new, blobs)
            assert await age(new) == "current"
            assert {str(line["slug"]) for line in (await rows_in(new))["tenants"]} >= {"child", "firm"}
            await new.close()
        await old.close()

    run_real(main())


def test_sqlite_becomes_postgresql(tmp_path: Path, postgresql: Postgresql) -> None:
    async def main() -> None:
        database, _ = await lived_in(f"sqlite:///{tmp_path}/here.db", tmp_path / "here")
        other = Database(postgresql.create())
        assert await copy_rows(database, other, tmp_path, quiet) > 60
        assert await rows_in(other) == await rows_in(database)
        with pytest.raises(Conflict):
            await copy_rows(database, other, tmp_path / "again", quiet)
        for house in (database, other):
            await house.close()

    run_real(main())


def aside_in(folder: Path) -> Path:
    return next(folder.glob("test.db.before_restore_*"))


@pytest.mark.databases
def test_an_installation_in_use_is_refused_or_set_aside(tmp_path: Path, database_kind: str) -> None:
    async def main() -> None:
        database, blobs = await lived_in(url_in(tmp_path), tmp_path / "here")
        await make(database, blobs, SECRET, tmp_path / "house.tar", Wishes(), quiet)
        with pytest.raises(Conflict, match="in use"):
            await restored(tmp_path / "house.tar", database, blobs)
        async with database.transaction(WHOLE_HOUSE) as session:
            await session.execute(text("UPDATE tenants SET name = 'Later' WHERE slug = 'oak'"))
        await restored(tmp_path / "house.tar", database, blobs, force=True)
        names = {str(line["name"]) for line in (await rows_in(database))["tenants"]}
        assert "The Öak" in names and "Later" not in names
        if database_kind == "postgresql":
            async with database.snapshot(WHOLE_HOUSE) as session:
                kept = await session.scalar(
                    text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'before_restore%'")
                )
                found = await session.scalar(text(f"SELECT name FROM {kept}.tenants WHERE slug = 'oak'"))
        else:
            aside = Database(f"sqlite:///{aside_in(tmp_path)}")
            async with aside.snapshot(WHOLE_HOUSE) as session:
                found = await session.scalar(text("SELECT name FROM tenants WHERE slug = 'oak'"))
            await aside.close()
        assert found == "Later"
        await database.close()

    run_real(main())


def test_the_secret_is_inside_only_when_it_is_sealed(tmp_path: Path) -> None:
    async def main() -> None:
        database, blobs = await lived_in(f"sqlite:///{tmp_path}/here.db", tmp_path / "here")
        await make(database, blobs, SECRET, tmp_path / "without", Wishes(), quiet)
        await make(database, blobs, SECRET, tmp_path / "with.tar", Wishes(passphrase=PASSPHRASE), quiet)
        with pytest.raises(Invalid, match="too short"):
            await make(database, blobs, SECRET, tmp_path / "short", Wishes(passphrase="short"), quiet)
        await database.close()

    run_real(main())
    with reading(tmp_path / "without") as reader:
        assert same_secret(reader, SECRET) and not same_secret(reader, "another")
        with pytest.raises(NotFound):
            secret_in(reader, PASSPHRASE)
    with reading(tmp_path / "with.tar") as reader:
        assert secret_in(reader, PASSPHRASE) == SECRET
        with pytest.raises(Denied):
            secret_in(reader, "another passphrase")
    assert all(SECRET.encode() not in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert (tmp_path / "with.tar").stat().st_mode & 0o077 == 0
    assert (tmp_path / "without").stat().st_mode & 0o077 == 0


def whole(folder: Path) -> Path:
    """A small back-up in a folder."""

    async def main() -> None:
        database, blobs = await lived_in(f"sqlite:///{folder}/here.db", folder / "here")
        await make(database, blobs, SECRET, folder / "house", Wishes(), quiet)
        await database.close()

    run_real(main())
    return folder / "house"


def test_a_back_up_that_was_touched_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    house = whole(tmp_path)
    blob = house / "blobs/recordings" / TENANT / "call_1.wav"
    blob.write_bytes(b"other")

    async def main() -> None:
        with reading(house) as reader:
            with pytest.raises(Invalid, match="call_1"):
                await check(reader, quiet)
        database = Database(f"sqlite:///{tmp_path}/there.db")
        with pytest.raises(Invalid):
            await restored(house, database, open_blobs(BlobSettings(), tmp_path / "there"))
        assert await age(database) == "empty"
        await database.close()
        blob.unlink()
        with reading(house) as reader:
            with pytest.raises(Invalid, match="lacks"):
                await check(reader, quiet)

    run_real(main())


@pytest.mark.parametrize("spoil", ["cut", "no tar", "newer", "revision"])
def test_what_is_no_back_up_of_ours_is_said_to_be_none(tmp_path: Path, spoil: str) -> None:
    house = whole(tmp_path)
    manifest = house / "manifest.json"
    said = json.loads(manifest.read_text())
    match spoil:
        case "newer":
            manifest.write_text(json.dumps(said | {"format": 2}))
        case "revision":
            manifest.write_text(json.dumps(said | {"revision": "9999"}))
        case "no tar":
            house = tmp_path / "house.tar"
            house.write_bytes(b"hello")
        case _:
            tar = tmp_path / "house.tar"
            with tarfile.open(tar, "w") as file:
                file.add(house, "")
            tar.write_bytes(tar.read_bytes()[:5000])
            house = tar

    async def main() -> None:
        with reading(house) as reader:
            await check(reader, quiet)

    with pytest.raises(Invalid):
        run_real(main())


def test_one_that_is_broken_off_leaves_nothing_behind(tmp_path: Path) -> None:
    async def main() -> None:
        database, blobs = await lived_in(f"sqlite:///{tmp_path}/here.db", tmp_path / "here")

        def breaks(_line: str) -> None:
            raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            await make(database, blobs, SECRET, tmp_path / "house.tar", Wishes(), breaks)
        await make(database, blobs, SECRET, tmp_path / "house.tar", Wishes(), quiet)
        with pytest.raises(Conflict, match="is there already"):
            await make(database, blobs, SECRET, tmp_path / "house.tar", Wishes(), quiet)
        await database.close()

    run_real(main())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["here", "here.db", "house.tar"]


def test_blobs_that_are_only_listed_are_looked_for(tmp_path: Path) -> None:
    async def main() -> None:
        database, blobs = await lived_in(f"sqlite:///{tmp_path}/here.db", tmp_path / "here")
        made = await make(database, blobs, SECRET, tmp_path / "house", Wishes("listed"), quiet)
        assert not any(name.startswith("blobs/") for name in made.parts)
        await blobs.delete(f"recordings/{TENANT}/call_1.wav")
        other = Database(empty_in(tmp_path))
        done = await restored(tmp_path / "house", other, blobs)
        assert (done.blobs, done.lost) == (0, (f"recordings/{TENANT}/call_1.wav",))
        for house in (database, other):
            await house.close()

    run_real(main())
