"""Whom a name means that somebody wants to call, and what they are told who cannot be."""

from pathlib import Path

import pytest

from switchroom.accounts.sip_accounts import SipAccounts
from switchroom.errors import Invalid, Unavailable
from switchroom.ports import Leg
from switchroom.ports.control import Destination
from switchroom.reaching import Reaching
from switchroom.transports.sip.legs.dialling import Dialling
from tests.virtual_time import run_real
from tests.web.site import site


def test_a_telephone_that_is_not_registered_is_said_to_be_so_and_a_word_that_names_none_is_refused(
    tmp_path: Path,
) -> None:
    async def no_route(dialling: Dialling) -> Leg:
        assert dialling.target.startswith("sip:desk1@")
        raise Unavailable("there is no route to it", code="sip_no_route")

    async def story() -> None:
        async with site(tmp_path) as here:
            tenant = here.account.tenant.id
            accounts = SipAccounts(here.services.database, "s" * 32, here.services.wall)
            await accounts.create(tenant, "desk1")
            reaching = Reaching(accounts)
            reaching.dial = no_route
            with pytest.raises(Unavailable) as found:
                await reaching(Destination(tenant, "desk1"), lambda _: None)
            assert found.value.code == "not_registered"
            for nobody in ("desk", "sip:desk@elsewhere.example"):
                with pytest.raises(Invalid) as refused:
                    await reaching(Destination(tenant, nobody), lambda _: None)
                assert refused.value.code == "no_such_target"

    run_real(story())
