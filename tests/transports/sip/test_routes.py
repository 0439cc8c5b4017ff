"""Our own address on the way to a peer, and how long it is believed."""

from switchroom.transports.sip.wire.routes import OurAddresses, route


def test_our_address_is_found_by_the_way_to_the_peer() -> None:
    assert route("127.0.0.1") == "127.0.0.1"
    assert route("no such address") is None


def test_our_address_is_asked_for_again_after_a_while_and_at_once_after_a_failure() -> None:
    answers = iter([None, "10.0.0.1", "10.0.0.2"])
    routes = OurAddresses(lambda _host: next(answers))
    assert routes.to("10.0.0.9", 0.0) == "127.0.0.1"
    assert routes.to("10.0.0.9", 0.0) == "10.0.0.1"
    assert routes.to("10.0.0.9", 29.0) == "10.0.0.1"
    assert routes.to("10.0.0.9", 31.0) == "10.0.0.2"


def test_only_so_many_addresses_are_kept() -> None:
    asked: list[str] = []
    routes = OurAddresses(lambda host: asked.append(host) or "10.0.0.1")  # type: ignore[func-returns-value]
    for number in range(1025):
        routes.to(f"host{number}", 0.0)
    routes.to("host1024", 1.0)
    routes.to("host0", 1.0)
    assert asked[-2:] == ["host1024", "host0"]
