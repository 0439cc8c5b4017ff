"""``switchroom knowledge``: run as a person runs it, on an installation of their own."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from switchroom.cli import app
from tests.commands.test_trunk_desk import installation
from tests.knowledge.papers import CARD
from tests.virtual_time import run_real


def test_files_are_added_asked_listed_and_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = run_real(installation(tmp_path))
    monkeypatch.setenv("SWITCHROOM_DATA", str(settings.data))
    file = tmp_path / "card.md"
    file.write_text(CARD, encoding="utf-8")

    def said(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(app, ["knowledge", *arguments])
        assert result.exit_code == status, result.output
        return result.output

    assert "there are no documents yet" in said("list")
    assert said("add", str(file)) == "card: 4 passages\n"
    assert "card.md" in said("list")
    assert "[1] card, The Oak > Parking\nThere are twelve" in said("search", "where can I park")
    assert "does not know" in said("search", "quarks")
    assert "nothing.md cannot be read" in said("add", str(tmp_path / "nothing.md"), status=1)
    assert "has no agent 'nobody'" in said("list", "--agent", "nobody", status=1)
    assert said("remove", "card") == "card is gone\n"
    assert "there is no document 'card' here" in said("remove", "card", status=1)
