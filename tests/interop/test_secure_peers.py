"""Telephones that we did not write call us over TLS."""

import asyncio
from pathlib import Path

import pytest

from tests.interop.peers import Baresip, BaresipSetup
from tests.interop.responder import TONE, responder
from tests.interop.sound import pitch, speech
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer


def test_baresip_calls_over_tls(alone: bool, folder: Path) -> None:
    setup = BaresipSetup(transport="tls", lines=("sip_verify_server no",))
    sentence = speech("A table for four people at seven, please", folder / "order.wav")

    async def main() -> None:
        async with asyncio.timeout(60.0), responder() as switch, Baresip(folder, setup) as phone:
            await phone.dial(switch.secure_uri)
            await phone.say(sentence)
            await asyncio.sleep(2.0)
            await phone.hang_up()
            await switch.calls[0].over.wait()
            heard = phone.heard()
            assert pitch(heard[len(heard) // 4 : len(heard) * 3 // 4]) == pytest.approx(TONE, abs=2)

    run_real(main())
