"""Registered devices that keep a flow open, and proxies on the way to them."""

import pytest

from switchroom.sip.outputs import Output
from tests.sip.texts import HERE, THERE, agent, answers, header, request

FLOW = '<sip:alice@192.0.2.7>;reg-id=1;+sip.instance="<urn:uuid:1>"'
EDGE = "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKe1, SIP/2.0/TCP 10.0.0.7;branch=z9hG4bKd1"
PLAIN, KNOWING = "<sip:edge.example;lr>", "<sip:token@edge.example;lr;ob>"


def registering(*lines: str, via: str = EDGE, contact: str = FLOW) -> tuple[list[Output], list[tuple[str, ...]]]:
    """Return the answer to a REGISTER, and the path of each binding that it made."""
    bob = agent(registrar=True)
    outputs = bob.receive(request("REGISTER", *lines, via=via, contact=contact, to=f"<sip:alice@{HERE}>"), THERE, 0.0)
    return outputs, [binding.path for binding in bob.bindings(f"alice@{HERE}", 1.0)]


@pytest.mark.parametrize("method", ["REGISTER", "INVITE", "OPTIONS"])
def test_a_registrar_may_be_required_to_know_flows_and_paths(method: str) -> None:
    data = request(method, "Require: outbound, path")
    assert answers(agent(registrar=True).receive(data, THERE, 0.0))[0] in ("200 OK", "100 Trying")
    assert answers(agent().receive(data, THERE, 0.0))[0][:3] in ("420", "405")


def test_a_flow_is_promised_and_how_often_to_show_that_it_lives() -> None:
    (okay, *_), paths = registering("Supported: outbound, path", f"Path: {KNOWING}")
    assert [header(okay, name) for name in ("Require", "Flow-Timer", "Path")] == ["outbound", "120", KNOWING]
    assert paths == [("sip:token@edge.example;lr;ob",)]


def test_a_device_that_reaches_us_directly_needs_no_path() -> None:
    (okay, *_), paths = registering("Supported: outbound", via="SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx1")
    assert (header(okay, "Flow-Timer"), paths) == ("120", [()])


@pytest.mark.parametrize("lines", [(), (f"Path: {KNOWING}, {PLAIN}",)], ids=["no path", "a hop that does not know"])
def test_a_flow_through_a_hop_that_would_not_keep_it_is_refused(lines: tuple[str, ...]) -> None:
    (refusal,), paths = registering("Supported: outbound, path", *lines)
    assert answers([refusal]) == ["439 First Hop Lacks Outbound Support"]
    assert paths == []


def test_who_does_not_speak_of_flows_comes_by_any_hop() -> None:
    (okay, *_), paths = registering(
        "Supported: path", f"Path: {PLAIN}", f"Path: {KNOWING}", contact="<sip:alice@192.0.2.7>"
    )
    assert header(okay, "Flow-Timer") == ""
    assert paths == [("sip:edge.example;lr", "sip:token@edge.example;lr;ob")]


@pytest.mark.parametrize("path", ["no address at all <", ", ".join([PLAIN] * 9)])
def test_a_path_that_cannot_be_gone_is_a_bad_request(path: str) -> None:
    (refusal,), paths = registering("Supported: path", f"Path: {path}")
    assert answers([refusal])[0].startswith("400")
    assert paths == []
