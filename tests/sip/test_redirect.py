"""Where a call that is sent elsewhere may go."""

import pytest

from switchroom.sip.calls.redirect import Follow, Redirects, Targets

FIRST = "sip:100@pbx.example"


def ways(contacts: list[str], redirects: Redirects, first: str = FIRST) -> list[str]:
    targets = Targets(first, redirects)
    targets.add(contacts)
    found: list[str] = []
    while (target := targets.next()) is not None:
        found.append(target)
    return found


CONTACTS = [
    "<sip:200@pbx.example>;q=0.2",
    '"Bo" <sip:300@other.example:5070;transport=tcp;method=INVITE?Replaces=x>;q=0.9',
    "sip:400@PBX.example",
    "<sip:100@pbx.example>;q=1.0",
    "<sip:200@pbx.example>",
    "<tel:+44100>",
    "<mailto:bo@pbx.example>",
    "not an address <",
    "<sip:500@pbx.example>;q=high",
]


@pytest.mark.parametrize(
    ("follow", "expected"),
    [
        ("never", []),
        ("same_host", ["sip:400@PBX.example", "sip:200@pbx.example", "sip:500@pbx.example"]),
        (
            "anywhere",
            [
                "sip:400@PBX.example",
                "sip:300@other.example:5070;transport=tcp",
                "sip:200@pbx.example",
                "sip:500@pbx.example",
            ],
        ),
    ],
)
def test_places_are_tried_once_by_liking_as_far_as_the_policy_goes(follow: Follow, expected: list[str]) -> None:
    assert ways(CONTACTS, Redirects(follow)) == expected


def test_only_so_many_places_are_tried() -> None:
    contacts = [f"<sip:{number}@pbx.example>" for number in range(200, 300)]
    assert ways(contacts, Redirects("anywhere", limit=3)) == [f"sip:{number}@pbx.example" for number in (200, 201, 202)]


def test_a_place_that_is_not_allowed_is_not_called() -> None:
    assert ways(["<sip:+900@pbx.example>"], Redirects("anywhere", allowed=lambda uri: "+900" not in uri)) == []


def test_what_was_to_be_secured_stays_so() -> None:
    contacts = ["<sip:200@pbx.example>", "<sips:300@pbx.example>"]
    assert ways(contacts, Redirects("anywhere"), "sips:100@pbx.example") == ["sips:300@pbx.example"]


def test_a_loop_ends() -> None:
    targets = Targets(FIRST, Redirects("anywhere"))
    targets.add(["<sip:200@pbx.example>"])
    assert targets.next() == "sip:200@pbx.example"
    targets.add([f"<{FIRST}>", "<sip:200@pbx.example>"])
    assert targets.next() is None
