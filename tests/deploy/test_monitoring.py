"""What docs/operating.md tells an operator to watch and to set is there."""

import re
from pathlib import Path

from switchroom.settings import Settings

HOUSE = Path(__file__).parents[2]
TEXT = (HOUSE / "docs/operating.md").read_text()
SOURCE = "".join(path.read_text() for path in (HOUSE / "src/switchroom").rglob("*.py"))


def test_every_figure_that_is_to_be_watched_is_one_of_ours() -> None:
    named = set(re.findall(r"`(switchroom_[a-z0-9_]+)", TEXT))
    assert len(named) > 10
    assert {name for name in named if f'"{name}"' not in SOURCE} == set()


def test_every_variable_that_is_explained_is_a_setting() -> None:
    for variable in set(re.findall(r"`SWITCHROOM_([A-Z0-9_]+[A-Z0-9])[`=]", TEXT)) - {"BACKUP_PASSPHRASE"}:
        model: object = Settings
        for part in variable.lower().split("__"):
            fields = model.model_fields  # type: ignore[attr-defined]
            assert part in fields, f"SWITCHROOM_{variable}: there is no such setting"
            model = fields[part].annotation
