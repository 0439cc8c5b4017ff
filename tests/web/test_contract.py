"""The API keeps to its document."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = 4


@pytest.mark.timeout(600)
def test_every_operation_answers_as_it_is_documented_and_none_breaks() -> None:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}:{ROOT}"}
    command = [sys.executable, "-m", "tests.web.contract", str(EXAMPLES)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["wrong"] == {}
    answered = [name for name, statuses in found["statuses"].items() if any(status[0] == "2" for status in statuses)]
    assert len(answered) > len(found["statuses"]) / 2, "most operations must be asked something that they can do"
