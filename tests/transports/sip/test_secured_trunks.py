"""A trunk says for its own calls whether they are encrypted, in and out, whatever is usual here."""

from dataclasses import replace

import pytest

from switchroom.errors import Invalid
from switchroom.sip.description.policy import MediaPolicy, Security
from switchroom.transports.sip.endpoint import Dialling
from tests.transports.sip.trunk_rig import answered, house, scene, trunk

US, CARRIER = "127.0.0.1", "127.0.0.2"


@pytest.mark.parametrize(
    ("theirs", "ours", "encrypted"),
    [
        ("require", "require", 1.0),
        ("offer", "require", 1.0),
        ("require", "offer", 1.0),
        ("offer", "never", 0.0),
        ("never", "offer", 0.0),
        ("never", "never", 0.0),
        ("never", "require", None),
        ("require", "never", None),
    ],
)
def test_the_policy_of_the_trunk_decides(theirs: Security, ours: Security, encrypted: float | None) -> None:
    by = replace(trunk("carrier", f"{CARRIER}/32"), media=MediaPolicy(security=ours))

    async def story() -> None:
        async with house(US, by) as us, house(CARRIER) as carrier:
            dialling = Dialling(us.uri("+15550100"), policy=MediaPolicy(security=theirs))
            if encrypted is None:
                with pytest.raises(Invalid, match="488"):
                    await carrier.endpoint.dial(dialling)
                return
            call = await answered(carrier, us, dialling)
            assert call.leg.media()["encrypted"] == call.offer.leg.media()["encrypted"] == encrypted
            await call.hang_up()

    scene(story)
