"""Which roles can be run with which settings, and what each serves."""

from pathlib import Path
from typing import get_args

import pytest

from switchroom.errors import Invalid
from switchroom.roles.running import opened
from switchroom.settings import Role, Settings
from switchroom.web.routes import routed
from tests.virtual_time import run_real


@pytest.mark.parametrize("role", [role for role in get_args(Role) if role != "all"])
def test_a_part_of_the_program_refuses_sqlite_and_says_what_to_set(tmp_path: Path, role: Role) -> None:
    async def main() -> None:
        with pytest.raises(Invalid, match=f"the role '{role}' .*: set SWITCHROOM_DATABASE_URL to PostgreSQL"):
            async with opened(Settings(data=tmp_path, database_url="", role=role)):
                pass

    run_real(main())
    assert not list(tmp_path.iterdir()), "nothing was begun"


def paths(role: Role) -> set[str]:
    return set(routed(role=role).openapi()["paths"])


def test_an_engine_and_a_worker_serve_their_health_and_no_api() -> None:
    health = {"/health/live", "/health/ready", "/metrics"}
    bans = {"/api/v1/security/bans", "/api/v1/security/bans/{source}"}  # they are the engine's own
    assert paths("worker") == health
    assert paths("engine") == health | bans
    assert paths("api") == paths("all") > paths("engine")
