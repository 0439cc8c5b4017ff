"""What the pages tell people to type is read as it stands there: every ``switchroom trunk add`` makes a trunk."""

import re
import shlex
from pathlib import Path

import pytest

from switchroom.catalogue.trunk_form import TrunkForm, build, filled, lacking
from switchroom.commands.words import fields
from switchroom.identity import TenantId

DOCS = Path(__file__).parent.parent / "docs"
COMMAND = re.compile(r"^switchroom trunk add (?:[^\\\n]|\\\n)*", re.MULTILINE)
REMARK = re.compile(r" {3,}[a-z].*$")


def commands() -> list[str]:
    pages = [DOCS / "operating.md", *sorted((DOCS / "carriers").glob("*.md"))]
    return [command for page in pages for command in COMMAND.findall(page.read_text(encoding="utf-8"))]


def test_there_are_commands_to_read() -> None:
    assert len(commands()) >= 8


@pytest.mark.parametrize("command", commands())
def test_a_command_of_the_pages_makes_a_trunk(command: str) -> None:
    words = shlex.split(REMARK.sub("", command.replace("\\\n", " ")))[3:]
    name, options = words[0], list(zip(words[1::2], words[2::2], strict=True))
    said = fields(TrunkForm, (value for option, value in options if option == "--set"))
    kind = next((value for option, value in options if option == "--kind"), "generic")
    secrets = {value: "secret" for option, value in options if option == "--ask"}
    assert {option for option, _ in options} <= {"--set", "--ask", "--kind", "--tenant"}
    form = filled({"name": name, "kind": kind, **said, **secrets})
    assert lacking(form, secrets) == ""
    trunk = build("trk_1", TenantId("tnt_1"), form, secrets)
    assert (
        trunk.inbound.networks
        or trunk.registering
        or trunk.inbound.credentials
        or trunk.outbound.proxies
        or form.domain
    )
