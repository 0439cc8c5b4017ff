"""The doctor's findings."""

import socket
from pathlib import Path

import pytest

from switchroom.doctor import examine
from switchroom.settings import EngineSettings, Settings, SipSettings, WebSettings
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
        database_url="sqlite+aiosqlite:////proc/nowhere/switchroom.db",
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
