"""The doctor's findings."""

import socket
from pathlib import Path

import pytest
from sqlalchemy import text

from switchroom.commands.doctor import CHECKS, Finding, examine
from switchroom.settings import EngineSettings, Settings, SipSettings, WebSettings
from switchroom.storage.db import Database
from switchroom.storage.schema import upgrade
from switchroom.storage.scope import WHOLE_HOUSE
from tests.interop.ports import free_block
from tests.virtual_time import run_real


def _settings(folder: Path, port: int, **changes: object) -> Settings:
    given: dict[str, object] = {
        "data": folder,
        "sip": SipSettings(host="127.0.0.1", port=port),
        "web": WebSettings(port=port + 1),
        **changes,
    }
    return Settings(**given)  # type: ignore[arg-type]


@pytest.mark.speech
def test_a_sound_installation_has_nothing_to_mend(tmp_path: Path) -> None:
    said: list[str] = []
    assert run_real(examine(_settings(tmp_path, free_block(4)), said.append)) == 0
    text = "\n".join(said)
    assert "a sentence was spoken" in text
    assert said[-1] == "Everything needed is there."


@pytest.mark.speech
def test_each_finding_says_what_to_do(tmp_path: Path) -> None:
    port = free_block(4)
    (tmp_path / "secret").write_text("x" * 40)
    (tmp_path / "secret").chmod(0o644)
    settings = _settings(
        tmp_path,
        port,
        sip=SipSettings(host="127.0.0.1", port=port, rtp_first=30000, rtp_last=30020),
        engine=EngineSettings(max_calls=50),
        database_url=f"sqlite+aiosqlite:///{tmp_path}/secret/switchroom.db",
    )
    said: list[str] = []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(("127.0.0.1", port))
        assert run_real(examine(settings, said.append)) == 1
    text = "\n".join(said)
    assert f"SIP over UDP: 127.0.0.1:{port} cannot be had" in text
    assert "hold 10 calls, 50 are allowed" in text
    assert "check SWITCHROOM_DATABASE_URL" in text
    assert "chmod 600" in text
    assert said[-1] == "3 to mend."


def _looked_at(title: str, settings: Settings) -> list[Finding]:
    return run_real(CHECKS[title](settings))


def test_what_the_first_start_makes_is_not_made_by_looking(tmp_path: Path) -> None:
    settings = _settings(tmp_path / "data", 5060)
    for title in ("Database", "Credentials"):
        (finding,) = _looked_at(title, settings)
        assert finding.state == "hint"
        assert "not there yet" in finding.what
    assert not (tmp_path / "data").exists()


def test_a_secret_that_is_there_is_said_to_sign_the_sessions(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0o600)
    assert [finding.state for finding in _looked_at("Credentials", _settings(tmp_path, 5060))] == ["ok"]


@pytest.mark.parametrize(
    ("revision", "state", "what"),
    [(None, "ok", "up to date"), ("0001", "hint", "older version"), ("9999", "problem", "newer version")],
)
def test_a_database_is_compared_and_left_as_it_is(tmp_path: Path, revision: str | None, state: str, what: str) -> None:
    async def main() -> None:
        settings = _settings(tmp_path, 5060)
        database = Database(settings.url)
        await upgrade(database)
        if revision is not None:
            async with database.transaction(WHOLE_HOUSE) as session:
                await session.execute(text("update alembic_version set version_num = :it"), {"it": revision})
        first = (await CHECKS["Database"](settings))[0]
        assert (first.state, what in first.what) == (state, True)
        async with database.snapshot(WHOLE_HOUSE) as session:
            stored = await session.scalar(text("select version_num from alembic_version"))
        assert revision in (None, stored)
        await database.close()

    run_real(main())


def test_an_empty_database_gets_no_tables_by_looking(tmp_path: Path) -> None:
    settings = _settings(tmp_path, 5060)
    (tmp_path / "switchroom.db").touch()
    for _ in range(2):
        (finding,) = _looked_at("Database", settings)
        assert (finding.state, finding.remedy) == ("hint", "its tables are made at the first start")
