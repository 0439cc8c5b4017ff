"""An encrypted call to the program as operators run it: the agent is heard, and its keys are kept nowhere."""

import asyncio
import base64
from pathlib import Path

import pytest

from switchroom.ports import HangUp, Left, Signal
from switchroom.settings import SipSettings
from switchroom.sip.description.policy import MediaPolicy
from switchroom.transports.sip.endpoint import Dialling, SipEndpoint
from tests.end_to_end.program import serving
from tests.interop.ports import free_block
from tests.virtual_time import run_real

pytestmark = [pytest.mark.speech]


async def talk(endpoint: SipEndpoint, uri: str) -> tuple[list[bytes], float]:
    """Listen for three seconds; return the keys of both sides and how much was heard."""
    leg = await endpoint.dial(Dialling(uri, policy=MediaPolicy(security="require")))
    gone = asyncio.Event()

    def report(signal: Signal) -> None:
        if isinstance(signal, Left):
            gone.set()

    leg.attach(report)
    sockets = leg._session._sockets
    assert sockets is not None and sockets.pair is not None
    keys = [sockets.pair.ours.material, sockets.pair.theirs.material]
    clock, heard = asyncio.get_running_loop().time, 0
    for _ in range(150):
        heard += leg.hear(clock()) is not None
        leg.speak(b"\xff" * 160, clock())
        await asyncio.sleep(0.02)
    assert leg.media()["encrypted"] == 1.0
    await leg.do(HangUp())
    await gone.wait()
    return keys, heard


def test_an_encrypted_call_is_heard_and_its_keys_are_neither_logged_nor_kept(tmp_path: Path) -> None:
    async def main() -> tuple[str, list[bytes]]:
        first = free_block(12)
        endpoint = SipEndpoint(
            SipSettings(host="127.0.0.1", port=0, rtp_first=first, rtp_last=first + 11), lambda _: None
        )
        quiet = {"SWITCHROOM_LOG_FORMAT": "json", "SWITCHROOM_LOG_LEVEL": "debug", "SWITCHROOM_LOG_PERSONAL": "true"}
        async with asyncio.timeout(120.0), serving(tmp_path, **quiet) as program:
            await endpoint.open()
            loop = asyncio.get_running_loop()
            endpoint_task = loop.create_task(endpoint.run())
            try:
                keys, heard = await talk(endpoint, program.uri)
            finally:
                endpoint_task.cancel()
                await asyncio.wait([endpoint_task])
            assert heard > 100
            program.process.terminate()
            assert await program.ends() == 0
            return program.printed(), keys

    printed, keys = run_real(main())
    assert "srtp keys travel over sip without tls" in printed, "the log has something to say of the call"
    kept = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert any(file.suffix == ".db" for file in kept)
    for key in keys:
        shapes = (key, base64.b64encode(key), key.hex().encode(), repr(key)[2:-1].encode())
        for file in kept:
            content = file.read_bytes()
            assert not [shape for shape in shapes if shape in content], file
        assert base64.b64encode(key)[:12].decode() not in printed
