"""The house rules about tenants find what breaks them, and let the rest be."""

import runpy
from pathlib import Path

import pytest

RULES = runpy.run_path("tools/house_rules.py")

EVERYBODY = "from switchroom.storage.scope import WHOLE_HOUSE\n"
NOBODYS = 'class Row(Base):\n    __tablename__ = "rows"\n    id: Mapped[str]\n'
OWNED = NOBODYS + "    tenant_id: Mapped[str]\n"
CURSORS = NOBODYS.replace("rows", "journal_cursors")


@pytest.mark.parametrize(
    ("path", "text", "count"),
    [
        ("src/switchroom/web/pages.py", EVERYBODY, 1),
        ("src/switchroom/storage/journal.py", EVERYBODY, 0),
        ("tests/web/site.py", EVERYBODY, 0),
        ("src/switchroom/catalogue/model.py", NOBODYS, 1),
        ("src/switchroom/catalogue/model.py", OWNED, 0),
        ("src/switchroom/catalogue/model.py", CURSORS, 0),
    ],
)
def test_who_looks_at_everybody_and_what_belongs_to_nobody_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, text: str, count: int
) -> None:
    monkeypatch.chdir(tmp_path)
    file = Path(path)
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert len(list(RULES["findings"](file))) == count


def test_every_exception_is_still_a_file() -> None:
    assert [path for path in RULES["WHOLE_HOUSE"] if not Path(path).exists()] == []
