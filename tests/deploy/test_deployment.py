"""The image, the composition of containers and the service of systemd: read as those that run them would."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import pytest
import yaml
from typer.testing import CliRunner

from switchroom.cli import app
from switchroom.settings import Settings
from tests.servers.postgresql import PASSWORD, Postgresql

HOUSE = Path(__file__).parents[2]
COMPOSE = HOUSE / "compose.yaml"

Service = Mapping[str, object]


def _services() -> dict[str, Service]:
    return cast("dict[str, Service]", yaml.safe_load(COMPOSE.read_text())["services"])


def _environment(service: Service) -> Mapping[str, str]:
    return cast("Mapping[str, str]", service.get("environment", {}))


def _variables() -> Iterator[str]:
    for service in _services().values():
        yield from _environment(service)
    yield from re.findall(r"^\s*(SWITCHROOM_\w+)=", (HOUSE / "Dockerfile").read_text(), re.M)
    yield from re.findall(
        r"^(?:Environment=)?(SWITCHROOM_\w+)=", (HOUSE / "deploy/switchroom.service").read_text(), re.M
    )
    yield from re.findall(r"^(SWITCHROOM_\w+)=", (HOUSE / "deploy/compose.env.example").read_text(), re.M)


def test_the_image_is_written_as_its_linter_wants_it() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    said = subprocess.run([linter, "Dockerfile"], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stdout) == (0, "")


def test_every_variable_that_is_set_is_a_setting() -> None:
    for variable in _variables():
        if not variable.startswith("SWITCHROOM_"):
            continue
        model: object = Settings
        for part in variable.removeprefix("SWITCHROOM_").lower().split("__"):
            fields = model.model_fields  # type: ignore[attr-defined]
            assert part in fields, f"{variable}: there is no such setting"
            model = fields[part].annotation


def test_every_command_is_one_of_ours() -> None:
    said = CliRunner().invoke(app, ["serve", "--help"]).output
    roles = set()
    for service in _services().values():
        if "build" in service:
            command = cast("list[str]", service["command"])
            assert command[:2] == ["serve", "--role"]
            roles.add(command[2])
    assert roles == {"api", "engine", "worker"}
    assert "--role" in re.sub(r"\x1b\[[0-9;]*m", "", said)


def test_no_container_has_more_than_it_needs() -> None:
    for name, service in _services().items():
        if "build" in service:
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
        for port in cast("list[str]", service.get("ports", [])):
            assert port.startswith("127.0.0.1:"), f"{name}: {port} is open to everybody"


def test_no_secret_has_a_default() -> None:
    text = COMPOSE.read_text()
    for name in ("SWITCHROOM_SECRET", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        assert f"${{{name}:?" in text
        assert f"${{{name}:-" not in text
        assert f"${{{name}}}" not in text
    for line in (HOUSE / "deploy/compose.env.example").read_text().splitlines():
        assert line.startswith("#") or not line or line.endswith("="), f"{line}: has a value"


def test_engines_on_one_host_share_no_port() -> None:
    ports: list[int] = []
    for service in _services().values():
        told = {name: int(value) for name, value in _environment(service).items() if value.isdigit()}
        if "SWITCHROOM_SIP__PORT" in told:
            ports += [told["SWITCHROOM_SIP__PORT"], told["SWITCHROOM_WEB__PORT"]]
            ports += range(told["SWITCHROOM_SIP__RTP_FIRST"], told["SWITCHROOM_SIP__RTP_LAST"] + 1)
    assert len(ports) == len(set(ports))


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="there is no systemd here")
def test_systemd_understands_the_service() -> None:
    said = subprocess.run(
        ["systemd-analyze", "verify", "deploy/switchroom.service"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=False,
    )
    complaints = [line for line in said.stderr.splitlines() if "switchroom.service" in line]
    assert [line for line in complaints if "is not executable" not in line] == []  # it is not installed here


def test_the_role_in_the_composition_is_bound_by_row_level_security(postgresql: Postgresql) -> None:
    served = _services()["postgres"]
    assert "./deploy/postgres-role.sh:/docker-entrypoint-initdb.d/role.sh:ro" in cast("list[str]", served["volumes"])
    told = {"POSTGRES_USER": "postgres", "POSTGRES_PASSWORD": "of-the-role"}
    assert _environment(served)["POSTGRES_USER"] == told["POSTGRES_USER"]
    programs = Path(postgresql.program("psql")).parent
    where = {
        "PGHOST": str(postgresql.folder),
        "PGPORT": str(postgresql.port),
        "PATH": f"{programs}:{os.environ['PATH']}",
    }
    try:
        subprocess.run([HOUSE / "deploy/postgres-role.sh"], env={**told, **where}, check=True, capture_output=True)
        rights = "SELECT rolsuper, rolbypassrls, rolpassword IS NULL FROM pg_authid WHERE rolname = '{}'"
        assert postgresql.sql(rights.format("switchroom")) == "f|f|f"
        assert postgresql.sql(rights.format("postgres")) == "t|t|t", "the superuser can still be reached by password"
        owner = "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = 'switchroom'"
        assert postgresql.sql(owner) == "switchroom"
    finally:
        postgresql.sql(f"ALTER ROLE postgres PASSWORD '{PASSWORD}'")
        postgresql.sql("DROP DATABASE IF EXISTS switchroom")
        postgresql.sql("DROP ROLE IF EXISTS switchroom")
