"""Whom a far side may make us call."""

import pytest

from switchroom.identity import TenantId
from switchroom.sip.dial_plan import Destinations
from switchroom.sip.trunk import Inbound, Trunk
from switchroom.transports.sip.referring import Referral, Referring, may_be_called

PBX = "192.0.2.1"


@pytest.mark.parametrize(
    ("referral", "rule", "allowed"),
    [
        (Referral("2001", [PBX], registered=False, referrer=PBX), "same_host", True),
        (Referral("2001", ["192.0.2.9"], registered=False, referrer=PBX), "same_host", False),
        (Referral("2001", [PBX, "192.0.2.9"], registered=False, referrer=PBX), "same_host", False),
        (Referral("2001", [], registered=False, referrer=PBX), "same_host", False),
        (Referral("anna", ["192.0.2.9"], registered=True, referrer=PBX), "same_host", True),
        (Referral("2001", ["192.0.2.9"], registered=False, referrer=PBX), "anybody", True),
        (Referral("2001", [PBX], registered=False, referrer=PBX), "nobody", False),
        (Referral("anna", [PBX], registered=True, referrer=PBX), "nobody", False),
    ],
)
def test_a_caller_may_make_us_call_their_own_house_and_our_users(
    referral: Referral, rule: Referring, allowed: bool
) -> None:
    assert may_be_called(referral, rule) is allowed


def test_a_number_that_the_trunk_may_not_call_is_not_called_for_a_caller_either() -> None:
    asked = Inbound(accepts_refer=True)
    trunk = Trunk("t", TenantId("tenant"), "carrier", inbound=asked, destinations=Destinations(allow=("+44",)))
    for number, allowed in (("+442071838750", True), ("+882990001", False), ("2001", True)):
        referral = Referral(number, [PBX], registered=False, referrer=PBX, trunk=trunk)
        assert may_be_called(referral, "same_host") is allowed, number


def test_a_trunk_that_accepts_no_refer_makes_us_call_nobody() -> None:
    trunk = Trunk("t", TenantId("tenant"), "carrier", destinations=Destinations(allow=("+44",)))
    referral = Referral("+442071838750", [PBX], registered=False, referrer=PBX, trunk=trunk)
    assert not may_be_called(referral, "anybody")


def test_a_number_that_cannot_be_read_may_be_anywhere_and_is_not_called() -> None:
    trunk = Trunk(
        "t", TenantId("tenant"), "carrier", inbound=Inbound(accepts_refer=True), destinations=Destinations(("+",))
    )
    referral = Referral("882990001234", [PBX], registered=False, referrer=PBX, trunk=trunk)
    assert not may_be_called(referral, "anybody")
