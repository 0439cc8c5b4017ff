"""What a call's audio was, as the journal tells it: its codec, its quality, and keys that are nothing but sound."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from switchroom.events.catalogue import DigitPressed, LegAdded, LegLeft, ReplySpoken, TurnEnded
from switchroom.media.dtmf import tones
from switchroom.media.frame import RATE as WIDE
from switchroom.media.resample import resample
from switchroom.settings import SipSettings
from tests.end_to_end.conftest import Voice
from tests.end_to_end.house import opened
from tests.interop.peers import Baresip, BaresipSetup
from tests.interop.ports import free_block
from tests.interop.sound import RATE, save, silence
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]


def wide(line: Path, path: Path) -> Path:
    """Turn a file into one that a wideband phone can play."""
    subprocess.run(["sox", str(line), "-r", str(WIDE), str(path)], check=True)
    return path


def test_a_wideband_call_is_understood_and_its_quality_is_kept(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    line = wide(spoken("can I book a table please"), tmp_path / "line.wav")
    quiet = wide(silence(tmp_path / "quiet.wav", seconds=60), tmp_path / "wide.wav")
    setup = BaresipSetup(codecs="G722,PCMU", rate=WIDE, source=quiet)

    async def main() -> None:
        async with (
            asyncio.timeout(90.0),
            opened(tmp_path / "data") as house,
            Baresip(tmp_path / "phone", setup) as phone,
        ):
            await phone.dial(house.uri)
            assert (await house.witness.until(LegAdded)).encoding == "G722"
            await house.witness.until(ReplySpoken)
            await phone.say(line)
            assert (await house.witness.until(TurnEnded)).text == "can i book a table please"
            await house.witness.until(ReplySpoken)
            await phone.hang_up()
            left = await house.witness.until(LegLeft)
            over = await house.over()
            assert left.media["packets"] > 200
            assert left.media["loss"] < 0.2  # a machine that is busy reads late
            assert 2 < left.media["mos"] <= 4.5
            assert 0 <= left.media["jitter"] < 1
            [kept] = [entry for entry in await house.journal(over.call) if entry.topic == "leg.left"]
            assert kept.data["media"] == left.media

    run_real(main())


def test_keys_that_are_only_sound_are_heard_where_the_policy_says_so(alone: bool, tmp_path: Path) -> None:
    keys = save(resample(tones("4729", pause=0.3), WIDE, RATE), tmp_path / "keys.wav")
    padded = tmp_path / "padded.wav"
    subprocess.run(["sox", str(keys), str(padded), "pad", "0.2", "60"], check=True)
    first = free_block(40)
    sip = SipSettings(host="127.0.0.1", port=0, rtp_first=first, rtp_last=first + 39, digits="inband")

    async def main() -> None:
        async with (
            asyncio.timeout(60.0),
            opened(tmp_path / "data", sip=sip) as house,
            Baresip(tmp_path / "phone") as phone,
        ):
            await phone.dial(house.uri)
            await house.witness.until(ReplySpoken)
            await phone.say(padded)
            pressed = [await house.witness.until(DigitPressed) for _ in "4729"]
            assert [(key.digit, key.how) for key in pressed] == [(key, "inband") for key in "4729"]
            await phone.hang_up()
            await house.over()

    run_real(main())
