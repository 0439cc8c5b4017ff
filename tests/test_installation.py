"""What an installation makes up for itself."""

import os
import resource
from pathlib import Path
from stat import S_IMODE

import pytest
from pydantic import ValidationError

from switchroom.errors import Conflict
from switchroom.installation import allow_files, demo_login, keep_secret, kept_secret, master_keys, secret_of
from switchroom.settings import Settings
from switchroom.storage.backup.sealing import seal, unseal
from switchroom.storage.db import Database
from switchroom.storage.master_keys import together
from switchroom.storage.vault import Vault
from tests.virtual_time import run_real


def test_a_secret_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    data = tmp_path / "new" / "var"
    secret = kept_secret(data)
    assert len(secret) >= 32
    assert kept_secret(data) == secret
    assert kept_secret(tmp_path / "other") != secret
    assert (data / "secret").stat().st_mode & 0o077 == 0


def test_an_empty_secret_signs_nothing(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0o600)
    secret = kept_secret(tmp_path)
    assert len(secret) >= 32
    assert kept_secret(tmp_path) == secret


def test_a_demo_login_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    login = demo_login(tmp_path)
    assert demo_login(tmp_path) == login
    assert len(login.pin) == 4
    assert (tmp_path / "demo-login.json").stat().st_mode & 0o077 == 0


def test_a_demo_login_that_cannot_be_read_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "demo-login.json").write_text("{broken")
    assert demo_login(tmp_path) == demo_login(tmp_path)


def test_a_short_secret_is_refused() -> None:
    with pytest.raises(ValidationError, match="SWITCHROOM_SECRET is too short") as refused:
        Settings(secret="canary")
    assert "canary" not in str(refused.value)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(os.environ, "SWITCHROOM_SIP__PORT", "5070")
    monkeypatch.setitem(os.environ, "SWITCHROOM_DATA", "elsewhere")
    settings = Settings()
    assert settings.sip.port == 5070
    assert settings.url == "sqlite+aiosqlite:///elsewhere/switchroom.db"


def test_as_many_files_may_be_open_as_the_system_allows() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 300), hard))
        allow_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > 300
        allow_files()
        assert resource.getrlimit(resource.RLIMIT_NOFILE)[1] == hard
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_what_was_sealed_under_a_rotated_key_is_opened_after_a_restore(tmp_path: Path) -> None:
    old = Settings(data=tmp_path / "old")
    secret = secret_of(old)
    master_keys(old, secret).add()
    box = Vault(secret_of(old)).seal({"password": "sesame"}, "trk_1")
    new = Settings(data=tmp_path / "new")
    keep_secret(new, unseal(seal(together(secret_of(old)), "a long passphrase"), "a long passphrase"))
    assert Vault(secret_of(new)).open(box, "trk_1") == {"password": "sesame"}
    assert (tmp_path / "new" / "master-keys").stat().st_mode & 0o077 == 0


def test_the_keys_of_another_installation_do_not_take_the_place_of_ours(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    master_keys(settings, secret_of(settings)).add()
    with pytest.raises(Conflict, match="master keys"):
        keep_secret(settings, f"{secret_of(settings)}\n{'k' * 40}")


def test_nobody_else_on_the_machine_looks_into_the_data(tmp_path: Path) -> None:
    data = tmp_path / "data"
    secret_of(Settings(data=data, secret=""))
    assert S_IMODE(data.stat().st_mode) == 0o700

    async def opened() -> None:
        database = Database(f"sqlite+aiosqlite:///{tmp_path / 'beside' / 'switchroom.db'}")
        await database.close()

    run_real(opened())
    assert S_IMODE((tmp_path / "beside").stat().st_mode) == 0o700
