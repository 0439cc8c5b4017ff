"""What must not be in the process is not, whatever imports it."""

import subprocess
import sys

import pytest

LOOK = """
import asyncio
from switchroom.providers.choices import Choice
from {module} import load

{run}
with open("/proc/self/maps") as maps:
    loaded = maps.read()
print([name for name in ("libx264", "libx265", "libavcodec", "local_inference", "espeak") if name in loaded])
"""


def _seen(module: str, run: str) -> str:
    code = LOOK.format(module=module, run=run)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    return done.stdout.strip()


@pytest.mark.parametrize("plugin", ["deepgram", "openai", "elevenlabs"])
def test_a_plugin_brings_neither_gpl_encoders_nor_models_that_are_not_for_us(plugin: str) -> None:
    run = f"asyncio.run(load(Choice('x', '{plugin}', key='k'), 'TTS'))"
    assert _seen("switchroom.providers.vendors.plugins", run) == "[]"


def test_faster_whisper_brings_no_gpl_encoders() -> None:
    code = (
        "from switchroom.providers.withheld import withhold; withhold('av'); import faster_whisper; "
        "print([name for name in ('libx264', 'libavcodec', 'espeak') if name in open('/proc/self/maps').read()])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "[]"
