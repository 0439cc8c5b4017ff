"""The pages of carriers and PBXs say commands that work: each is read from its page and carried out."""

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from switchroom.catalogue.trunk_form import TrunkForm, filled, lacking
from switchroom.commands.trunk_desk import add, opened
from switchroom.commands.words import fields
from switchroom.settings import SipSettings
from tests.commands.test_trunk_desk import installation
from tests.virtual_time import run_real

PAGES = sorted((Path(__file__).parent.parent / "docs" / "carriers").glob("*.md"))
_BLOCK = re.compile(r"```\n(switchroom trunk add.*?)```", re.DOTALL)


def commands(page: Path) -> list[list[str]]:
    """Return the words of every ``switchroom trunk add`` of a page."""
    return [shlex.split(block.replace("\\\n", " ")) for block in _BLOCK.findall(page.read_text(encoding="utf-8"))]


def values(words: list[str]) -> dict[str, object]:
    """Return the fields that a command gives; what it asks for is answered."""
    assert words[:3] == ["switchroom", "trunk", "add"]
    assert words[4] == "--kind"
    said = list(zip(words[6::2], words[7::2], strict=True))
    assert {option for option, _ in said} <= {"--set", "--ask"}, said
    given = fields(TrunkForm, (value for option, value in said if option == "--set"))
    asked = {value: "a secret" for option, value in said if option == "--ask"}
    return {"name": words[3], "kind": words[5], **given, **asked}


def test_every_page_has_a_command() -> None:
    assert len(PAGES) == 8
    assert all(commands(page) for page in PAGES if page.name != "README.md")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_the_commands_of_a_page_work(page: Path, tmp_path: Path) -> None:
    async def main() -> None:
        printed: list[str] = []
        for number, words in enumerate(commands(page)):  # they are alternatives
            folder = tmp_path / str(number)
            folder.mkdir()
            async with opened(await installation(folder), "demo") as desk:
                await add(desk, values(words), printed.append)
        assert not [line for line in printed if "nowhere yet" in line]

    run_real(main())


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_secret_is_forgotten_on_a_page(page: Path) -> None:
    for words in commands(page):
        given = values(words)
        form = filled(given)
        assert lacking(form, given) == ""
        assert not form.user or "password" in given


def test_every_field_and_setting_that_the_pages_name_exists() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for name in re.findall(r"--(?:set|ask) \"?(\w+)", text):
        assert name in TrunkForm.model_fields
    for name in re.findall(r"SWITCHROOM_SIP__(\w+)", text):
        assert name.lower() in SipSettings.model_fields


@pytest.mark.peer
@pytest.mark.skipif(shutil.which("kamailio") is None, reason="kamailio is not installed")
def test_kamailio_takes_the_file_of_its_page(tmp_path: Path) -> None:
    page = next(page for page in PAGES if page.stem == "kamailio")
    text = page.read_text(encoding="utf-8")
    (found,) = re.findall(r"```kamailio\n(.*?)```", text, re.DOTALL)
    (listed,) = re.findall(r"```\n(1 sip:.*?)```", text, re.DOTALL)
    (tmp_path / "dispatcher.list").write_text(listed)
    rules = tmp_path / "kamailio.cfg"
    rules.write_text(found.replace("/etc/kamailio", str(tmp_path)).replace("203.0.113.10", "127.0.0.1"))
    checked = subprocess.run(
        ["kamailio", "-c", "-f", str(rules)], capture_output=True, text=True, check=False, timeout=60
    )
    assert checked.returncode == 0, checked.stderr
