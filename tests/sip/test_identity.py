"""Who calls, and whose word is believed."""

import pytest

from switchroom.sip.callers.identity import ANONYMOUS, Caller, identify
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.uri import parse_address

FROM = '"Ann" <sip:ann@pbx.example;user=phone>;tag=1'
ASSERTED = '"Ann Lee" <sip:+14085264000;verstat=TN-Validation-Passed-A@carrier.example;user=phone>'
NUMBER, NAME = "tel:+1-408-526-4000;verstat=No-TN-Validation", '"A. Lee" <sip:alee@carrier.example>'


def caller(*lines: str, from_: str = FROM, trusted: bool = True) -> Caller:
    pairs = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return identify(parse_address(from_), Headers.of(pairs), trusted=trusted)


def test_an_unknown_sender_is_who_they_say_they_are() -> None:
    said = caller(f"P-Asserted-Identity: {ASSERTED}", "Remote-Party-ID: <sip:200@pbx.example>", trusted=False)
    assert said == Caller("sip:ann@pbx.example", "", "Ann", "from")


def test_a_trusted_sender_vouches_for_the_caller() -> None:
    assert caller(f"p-asserted-identity: {ASSERTED}") == Caller(
        "sip:+14085264000@carrier.example", "+14085264000", "Ann Lee", "asserted", verification="TN-Validation-Passed-A"
    )


@pytest.mark.parametrize(
    "lines",
    [
        [f"P-Asserted-Identity: <{NUMBER}>, {NAME}"],
        [f"P-Asserted-Identity: {NAME}", f"P-Asserted-Identity: {NUMBER}"],
    ],
    ids=["in one line", "in two lines"],
)
def test_a_name_and_a_number_are_one_caller(lines: list[str]) -> None:
    known = caller(*lines)
    assert (known.address, known.number, known.name) == ("sip:alee@carrier.example", "+14085264000", "A. Lee")
    assert known.verification == "No-TN-Validation"


def test_a_number_alone_keeps_the_name_of_from() -> None:
    assert caller("P-Asserted-Identity: <tel:+4930123456>") == Caller(
        "tel:+4930123456", "+4930123456", "Ann", "asserted"
    )


def test_the_asserted_identity_goes_before_the_remote_party() -> None:
    lines = ("Remote-Party-ID: <sip:200@pbx.example>", "P-Asserted-Identity: <sip:100@pbx.example>")
    assert caller(*lines).number == "100"


@pytest.mark.parametrize(
    ("value", "address", "withheld"),
    [
        ('"Bo" <sip:200@pbx.example>;party=calling;screen=yes;privacy=off', "sip:200@pbx.example", False),
        ("<sip:200@pbx.example>;privacy=full", "sip:200@pbx.example", True),
        ("<sip:200@pbx.example>;privacy=uri-network", "sip:200@pbx.example", True),
        ("<sip:200@pbx.example>;party=called", "sip:ann@pbx.example", False),
        ("<sip:9@pbx.example>;party=called, <sip:200@pbx.example>;party=calling", "sip:200@pbx.example", False),
    ],
)
def test_the_remote_party_is_the_calling_one(value: str, address: str, withheld: bool) -> None:
    known = caller(f"Remote-Party-ID: {value}")
    assert (known.address, known.withheld) == (address, withheld)


@pytest.mark.parametrize("privacy", ["id", "ID;critical", "header; user", "critical,id"])
def test_a_number_that_is_withheld_is_known_but_not_shown(privacy: str) -> None:
    known = caller(f"P-Asserted-Identity: {ASSERTED}", f"Privacy: {privacy}")
    assert (known.number, known.withheld) == ("+14085264000", True)
    assert (known.shown, known.shown_name) == (ANONYMOUS, "")


def test_no_privacy_is_no_privacy() -> None:
    assert not caller("Privacy: none").withheld


@pytest.mark.parametrize(
    "from_", ['"Anonymous" <sip:anonymous@anonymous.invalid>;tag=1', "sip:Restricted@gw.example;tag=1"]
)
def test_who_says_to_be_nobody_stays_nobody(from_: str) -> None:
    assert caller(from_=from_, trusted=False).shown == ANONYMOUS
    known = caller(f"P-Asserted-Identity: {ASSERTED}", from_=from_)
    assert (known.number, known.shown) == ("+14085264000", ANONYMOUS)


@pytest.mark.parametrize(
    "value", ["", "<<>>", '"open', "<mailto:ann@example.org>", "a,,b", "<sip:>", '"x" sip:a@b', "," * 400]
)
def test_a_word_that_cannot_be_read_is_not_said(value: str) -> None:
    assert caller(f"P-Asserted-Identity: {value}", f"Remote-Party-ID: {value}").word == "from"
    assert caller(f"P-Asserted-Identity: {value}", f"P-Asserted-Identity: {ASSERTED}").number == "+14085264000"


@pytest.mark.parametrize(
    ("uri", "number"),
    [
        ("sip:+49.30-123@gw", "+4930123"),
        ("sip:%2B49301@gw", "+49301"),
        ("sip:100@gw", "100"),
        ("sip:*43@gw", "*43"),
        ("tel:112;phone-context=+44", "112"),
        ("sip:ann@gw", ""),
        ("sip:gw", ""),
        ("sip:+@gw", ""),
        ("urn:service:sos", ""),
    ],
)
def test_a_number_is_what_can_be_dialled(uri: str, number: str) -> None:
    assert caller(from_=f"<{uri}>;tag=1", trusted=False).number == number
