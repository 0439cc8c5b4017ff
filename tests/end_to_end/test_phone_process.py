"""The program as a process: it is told to stop, it is killed, and it keeps what callers say out of its logs."""

import asyncio
import signal
from pathlib import Path

import numpy as np
import pytest

from switchroom.history.service import Call
from switchroom.media.wav import parse
from switchroom.roles.records import keeping_records
from tests.end_to_end.conftest import Voice
from tests.end_to_end.guest import hears
from tests.end_to_end.house import settings
from tests.end_to_end.program import serving
from tests.interop.peers import Baresip, BaresipSetup, CallNotMade
from tests.interop.sound import audible
from tests.virtual_time import run_real

pytestmark = [pytest.mark.peer, pytest.mark.speech]


async def remembered(data: Path) -> tuple[Call, list[str]]:
    """Return the only call that a new process finds in ``data``, and what was said in it."""
    async with keeping_records(settings(data)) as records:
        [entry] = [entry for entry in await records.journal.after(0) if entry.topic == "voice.call.started"]
        history = records.history
        lines = await history.transcript(entry.call, entry.tenant)
        return await history.call(entry.call, entry.tenant), [line.text for line in lines]


def test_told_to_stop_it_refuses_calls_and_finishes_the_one_that_runs(
    alone: bool, tmp_path: Path, spoken: Voice
) -> None:
    line = spoken("can I book a table please")

    async def main() -> None:
        async with (
            serving(tmp_path) as program,
            Baresip(tmp_path / "one") as phone,
            Baresip(tmp_path / "other") as other,
        ):
            await phone.dial(program.uri)
            await hears(phone, 0.5)
            program.process.send_signal(signal.SIGTERM)
            await program.prints("stopping")
            with pytest.raises(CallNotMade, match=r"480|503"):
                await other.dial(program.uri)
            await phone.falls_silent(after=1.0)
            greeted = audible(phone.heard())
            await phone.say(line)
            await hears(phone, greeted + 0.5, within=20.0)
            await phone.hang_up()
            assert await program.ends() == 0, program.printed()
        call, said = await remembered(tmp_path)
        assert (call.state, call.error, call.reason) == ("ended", "", "caller_hangup")
        assert "can i book a table please" in said

    run_real(main())


def test_told_twice_to_stop_it_does_not_wait_for_the_call(alone: bool, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(tmp_path) as program, Baresip(tmp_path / "phone") as phone:
            await phone.dial(program.uri)
            await hears(phone, 0.5)
            program.process.send_signal(signal.SIGTERM)
            await program.prints("stopping")
            program.process.send_signal(signal.SIGTERM)
            await phone.until("CALL_CLOSED")
            await program.ends(within=10.0)
        call, _ = await remembered(tmp_path)
        assert (call.state, call.error, call.reason) == ("ended", "", "drained")

    run_real(main())


def test_killed_in_a_call_it_finds_the_call_failed_and_its_recording_playable(alone: bool, tmp_path: Path) -> None:
    async def main() -> None:
        async with serving(tmp_path) as program, Baresip(tmp_path / "phone") as phone:
            await phone.dial(program.uri)
            await hears(phone, 2.0)
            workers = program.workers()
            assert len(workers) >= 2
            program.process.kill()
            assert await program.ends() == -signal.SIGKILL
            await program.bury(workers)
        call, _ = await remembered(tmp_path)
        assert (call.state, call.error) == ("ended", "engine_restarted")
        [recording] = (tmp_path / "recordings").rglob("*.wav")
        data = recording.read_bytes()
        form = parse(data)
        sound = np.frombuffer(data[form.start : form.start + form.size], "<i2").reshape(-1, 2)
        assert len(sound) >= form.rate
        assert audible(sound[:, 1]) > 0.5

    run_real(main())


def test_nothing_that_callers_say_or_are_called_is_logged(alone: bool, tmp_path: Path, spoken: Voice) -> None:
    line = spoken("I would like to book a table for four people")

    async def main() -> None:
        quiet = {"SWITCHROOM_LOG_FORMAT": "json", "SWITCHROOM_LOG_LEVEL": "debug"}
        async with serving(tmp_path, **quiet) as program:
            async with Baresip(tmp_path / "phone", BaresipSetup(user="canary4711")) as phone:
                await phone.dial(program.uri)
                await phone.falls_silent(after=0.7)
                greeted = audible(phone.heard())
                await phone.say(line)
                await hears(phone, greeted + 0.4, within=20.0)
                with pytest.raises(CallNotMade):
                    await phone.dial(program.uri.replace("demo", "nobody"))
                await phone.press("73", apart=0.15)
                await asyncio.sleep(0.5)
            program.process.terminate()
            assert await program.ends() == 0
        printed = program.printed()
        call, said = await remembered(tmp_path)
        assert "canary4711" in call.caller
        assert any("book a table for four" in words for words in said)
        assert '"event"' in printed, "there is a log"
        assert "canary4711" not in printed
        sentences = [words for words in said if words.count(" ") > 1]  # of what was cut short, a word proves nothing
        assert not [words for words in sentences if words.lower() in printed.lower()]
        assert "book a table for" not in printed.replace("Try it:", "")

    run_real(main())
