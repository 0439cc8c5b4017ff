"""Whom a far side may make us call."""

from dataclasses import replace
from ipaddress import ip_network

import pytest

from switchroom.identity import TenantId
from switchroom.sip.trunks.dial_plan import Destinations
from switchroom.sip.trunks.trunk import Inbound, Outbound, Trunk
from switchroom.transports.sip.legs.referring import Referral, Referring, may_be_called

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


CARRIER = Trunk(
    "t",
    TenantId("tenant"),
    "carrier",
    inbound=Inbound(networks=(ip_network("198.51.100.0/24"),), accepts_refer=True),
    destinations=Destinations(allow=("+44",)),
)


def test_a_number_that_the_trunk_may_not_call_is_not_called_for_a_caller_either() -> None:
    for number, allowed in (("+442071838750", True), ("+882990001", False), ("2001", True)):
        for rule in ("same_host", "anybody"):
            referral = Referral(number, [PBX], registered=False, referrer=PBX, trunk=CARRIER)
            assert may_be_called(referral, rule) is allowed, number


@pytest.mark.parametrize("prefix", ["", "8123"])
@pytest.mark.parametrize(
    "user",
    [
        "0118825551234567",
        "9008825551234567",
        "8123+8825551234",
        "8123008825551234",
        "+882",
        "+44 (0)20",
        "882 555 1234",
        "882/555/1234",
        "8825551234;phone-context=+1",
        "*70,8825551234",
        "9#8825551234",
    ],
)
def test_a_number_in_a_writing_that_we_cannot_read_is_no_extension(user: str, prefix: str) -> None:
    trunk = replace(CARRIER, outbound=Outbound(prefix=prefix))
    for rule in ("same_host", "anybody"):
        assert not may_be_called(Referral(user, [PBX], registered=False, referrer=PBX, trunk=trunk), rule)


def test_extensions_are_called_with_the_prefix_of_the_trunk_and_without() -> None:
    trunk = replace(CARRIER, outbound=Outbound(prefix="8123"))
    for user in ("2001", "81232001", "anna", "sales-team-of-2026", "8123+442071838750", "*97"):
        assert may_be_called(Referral(user, [PBX], registered=False, referrer=PBX, trunk=trunk), "same_host"), user


def test_the_addresses_of_a_trunk_are_one_house() -> None:
    for host, allowed in (("198.51.100.9", True), ("203.0.113.9", False), ("not-an-address", False)):
        referral = Referral("2001", [host], registered=False, referrer="198.51.100.1", trunk=CARRIER)
        assert may_be_called(referral, "same_host") is allowed, host


def test_a_trunk_that_has_not_been_given_the_right_cannot_refer() -> None:
    for registered in (True, False):
        referral = Referral(
            "2001", [PBX], registered=registered, referrer=PBX, trunk=replace(CARRIER, inbound=Inbound())
        )
        assert not may_be_called(referral, "anybody")
