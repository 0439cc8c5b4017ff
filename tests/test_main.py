"""How the parts are joined."""

import subprocess
import sys
from pathlib import Path

import pytest

from switchroom.errors import Unavailable
from switchroom.roles.records import keeping_records
from switchroom.settings import Settings
from tests.virtual_time import run_real


def test_a_database_that_is_none_is_named_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "switchroom.db").write_bytes(b"not a database" * 100)

    async def main() -> None:
        with pytest.raises(Unavailable, match=r"the database cannot be used: .*not a database; `switchroom doctor`"):
            async with keeping_records(Settings(data=tmp_path, database_url="")):
                pass

    run_real(main())


def test_what_a_single_process_does_not_use_is_not_loaded() -> None:
    asks = "import sys, switchroom.main; print([name for name in ('redis', 'asyncpg') if name in sys.modules])"
    told = subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
