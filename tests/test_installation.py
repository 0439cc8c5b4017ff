"""What an installation makes up for itself."""

import os
import resource
from pathlib import Path

import pytest
from pydantic import ValidationError

from switchroom.installation import allow_files, demo_login, kept_secret
from switchroom.settings import Settings


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
