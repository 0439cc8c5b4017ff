"""Boxes open for whose they are, under every key that is known, and are wrapped anew without being opened."""

import base64
import json
import os
import secrets
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import select

from switchroom.catalogue.model import TrunkRow
from switchroom.errors import Unavailable
from switchroom.identity import TenantId, new_id
from switchroom.storage.db import Base, Database
from switchroom.storage.master_keys import InstallationSecret, MasterKeys
from switchroom.storage.resealing import NAMES, old_boxes, reseal, sealed_columns
from switchroom.storage.schema import upgrade
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.storage.vault import Vault
from tests.storage.stories import migrated
from tests.virtual_time import run_real

OLD, NEW, SECRET = "o" * 32, "n" * 32, "s" * 32
PASSWORD = {"password": "hunter2"}


def box_of_before(secret: str, owner: str) -> str:
    """Return a box as the first version of this program made them."""
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    key = HKDF(hashes.SHA256(), 32, salt, b"switchroom/vault").derive(secret.encode())
    closed = AESGCM(key).encrypt(nonce, json.dumps(PASSWORD).encode(), owner.encode())
    return f"v1.{base64.urlsafe_b64encode(salt + nonce + closed).decode()}"


def test_a_box_opens_for_its_owner_alone_and_shows_nothing() -> None:
    vault = Vault(SECRET)
    box = vault.seal(PASSWORD, "trk_1")
    assert vault.open(box, "trk_1") == PASSWORD
    assert "hunter2" not in box
    assert box != vault.seal(PASSWORD, "trk_1")
    for wrong in ("trk_2", ""):
        with pytest.raises(Unavailable, match="sealed under another master key"):
            vault.open(box, wrong)
    with pytest.raises(Unavailable):
        Vault(NEW).open(box, "trk_1")
    with pytest.raises(Unavailable):
        vault.open(box[:-8] + "AAAAAAA=", "trk_1")


def test_what_was_sealed_before_there_were_master_keys_opens_and_is_wrapped_unopened() -> None:
    box = box_of_before(SECRET, "trk_1")
    keys = MasterKeys(SECRET, [NEW])
    assert Vault(keys).open(box, "trk_1") == PASSWORD
    wrapped = Vault(keys).rewrapped(box)
    assert Vault(keys).is_current(wrapped)
    assert Vault(MasterKeys("x" * 32, [NEW])).open(wrapped, "trk_1") == PASSWORD


def test_an_old_key_opens_and_the_first_one_seals() -> None:
    old = Vault(MasterKeys(SECRET, [OLD])).seal(PASSWORD, "a")
    both = Vault(MasterKeys(SECRET, [NEW, OLD]))
    assert both.open(old, "a") == PASSWORD
    assert not both.is_current(old)
    assert Vault(MasterKeys(SECRET, [NEW])).open(both.rewrapped(old), "a") == PASSWORD
    with pytest.raises(Unavailable):
        Vault(MasterKeys(SECRET, [NEW])).rewrapped(old)


def test_a_running_process_takes_a_new_key_up_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "master-keys"
    running = Vault(InstallationSecret(SECRET, MasterKeys(SECRET, file=file)))
    before = running.seal(PASSWORD, "a")
    elsewhere = MasterKeys(SECRET, file=file)
    elsewhere.add()
    assert file.stat().st_mode & 0o777 == 0o600
    fresh = Vault(elsewhere).seal(PASSWORD, "b")
    assert running.open(fresh, "b") == PASSWORD
    assert running.open(before, "a") == PASSWORD
    assert not running.is_current(before)
    assert running.is_current(running.seal(PASSWORD, "c"))


def test_keys_that_others_can_read_are_not_used(tmp_path: Path) -> None:
    keys = MasterKeys(SECRET, file=tmp_path / "master-keys")
    keys.add()
    (tmp_path / "master-keys").chmod(0o644)
    with pytest.raises(Unavailable, match="chmod 600"):
        Vault(keys).seal(PASSWORD, "a")


def test_every_column_of_boxes_is_known() -> None:
    found = {(column.table.name, column.name) for column in sealed_columns()}
    assert {("trunks", "sealed"), ("mcp_servers", "sealed"), ("idempotency_keys", "body")} <= found
    every = {
        (table.name, one.name) for table in Base.metadata.sorted_tables for one in table.columns if one.name in NAMES
    }
    assert every <= found


async def furnish(database: Database, vault: Vault, count: int) -> list[str]:
    trunks = [new_id("trk") for _ in range(count)]
    async with database.transaction(WHOLE_HOUSE) as session:
        for trunk in trunks:
            box = vault.seal(PASSWORD, trunk)
            tenant = TenantId("tnt_1")
            session.add(TrunkRow(id=trunk, tenant_id=tenant, name=trunk, form={}, sealed=box, changed=0.0))
    return trunks


async def check(database: Database, vault: Vault) -> None:
    async with database.snapshot(WHOLE_HOUSE) as session:
        for row in await session.scalars(select(TrunkRow)):
            assert vault.open(row.sealed, row.id) == PASSWORD


class Stopped(Exception):
    """The process was stopped."""


@pytest.mark.databases
def test_a_rotation_that_is_stopped_leaves_everything_open_and_is_gone_on_with(tmp_path: Path) -> None:
    async def main() -> None:
        async with migrated(tmp_path) as database:
            await furnish(database, Vault(MasterKeys(SECRET, [OLD])), 250)
            both = Vault(MasterKeys(SECRET, [NEW, OLD]))

            def stop(_table: str, _boxes: int) -> None:
                raise Stopped

            for _ in range(2):
                with pytest.raises(Stopped):
                    await reseal(database, both, stop)
                await check(database, both)
            assert await old_boxes(database, both) == 50
            assert await reseal(database, both) == 50
            assert await reseal(database, both) == 0
            await check(database, Vault(MasterKeys(SECRET, [NEW])))

    run_real(main())


def test_rotate_keys_killed_in_the_middle_loses_nothing(tmp_path: Path) -> None:
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SWITCHROOM_")},
        "SWITCHROOM_DATA": str(tmp_path),
        "SWITCHROOM_SECRET": SECRET,
    }
    command = [sys.executable, "-c", "from switchroom.cli import app; app()", "rotate-keys"]
    url = f"sqlite+aiosqlite:///{tmp_path / 'switchroom.db'}"
    running = Vault(MasterKeys(SECRET, file=tmp_path / "master-keys"))

    async def with_database(step: str) -> int:
        database = Database(url)
        try:
            if step == "furnish":
                await upgrade(database)
                await furnish(database, running, 3000)
            await check(database, running)
            return await old_boxes(database, running)
        finally:
            await database.close()

    run_real(with_database("furnish"))
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None
        while not (line := program.stdout.readline()).startswith(b"trunks"):
            assert line, "it ended before it did anything"
        program.send_signal(signal.SIGKILL)
    left = run_real(with_database("check"))
    assert 0 < left < 3000
    again = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert "forget the old" in again.stdout
    assert run_real(with_database("check")) == 0
    subprocess.run([*command, "--forget-old"], env=environment, check=True, capture_output=True)
    assert len((tmp_path / "master-keys").read_text(encoding="utf-8").split()) == 1
    assert run_real(with_database("check")) == 0
