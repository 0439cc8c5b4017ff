"""Keys of telephones that we did not write, by every road they have."""

import asyncio
from pathlib import Path

import pytest

from switchroom.ports import Digit
from switchroom.sip.description.policy import DigitRoad, MediaPolicy
from tests.interop.peers import Linphone
from tests.interop.responder import responder
from tests.virtual_time import run_real

pytestmark = pytest.mark.peer


@pytest.mark.parametrize(
    ("phone_sends", "policy", "told"),
    [
        ("info", "auto", "4"),  # this linphone sends no second INFO
        ("events and info", "auto", "4429"),
        ("events and info", "info", "4"),
        ("events and info", "rfc4733", "4429"),
        ("info", "rfc4733", ""),
    ],
)
def test_every_key_of_linphone_is_told_once(
    alone: bool, folder: Path, phone_sends: str, policy: DigitRoad, told: str
) -> None:
    if not alone:
        pytest.skip("linphonec chooses a wrong address unless it has a network of its own")

    async def main() -> None:
        media = MediaPolicy(digits=policy)
        async with (
            asyncio.timeout(60.0),
            responder(media=media) as switch,
            Linphone(folder / "linphone", keys=phone_sends) as phone,
        ):
            await phone.dial(switch.uri)
            await phone.press("4429", apart=0.6)
            await asyncio.sleep(0.5)
            await phone.hang_up()
            (call,) = switch.calls
            await call.over.wait()
            assert call.digits == told
            if policy != "auto":
                assert {signal.how for signal in call.signals if isinstance(signal, Digit)} <= {policy}

    run_real(main())
