"""Where a SIP URI leads, by a domain's records (RFC 3263)."""

from dataclasses import dataclass, field

import pytest

from switchroom.errors import Invalid, Unavailable
from switchroom.sip.peer import Peer
from switchroom.transports.sip.wire.locating import MAX_HOPS, Naptr, Srv, locate
from tests.virtual_time import run


@dataclass
class ScriptedResolver:
    """Answers from three tables and keeps what it was asked."""

    naptrs: dict[str, list[Naptr]] = field(default_factory=dict)
    srvs: dict[str, list[Srv]] = field(default_factory=dict)
    hosts: dict[str, list[str]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    async def naptr(self, name: str) -> list[Naptr]:
        self.asked.append(f"NAPTR {name}")
        return self.naptrs.get(name, [])

    async def srv(self, name: str) -> list[Srv]:
        self.asked.append(f"SRV {name}")
        return self.srvs.get(name, [])

    async def addresses(self, name: str) -> list[str]:
        self.asked.append(f"A {name}")
        return self.hosts.get(name, [])


def hops(target: str, resolver: ScriptedResolver, chance: float = 0.5) -> list[tuple[str, str, int]]:
    peers: list[Peer] = run(locate(target, resolver, lambda: chance))
    return [(peer.transport, peer.host, peer.port) for peer in peers]


CARRIER = {
    "naptrs": {
        "carrier.test": [
            Naptr(20, 1, "SIP+D2U", "_sip._udp.carrier.test"),
            Naptr(10, 1, "sips+d2t", "_sips._tcp.carrier.test"),
            Naptr(5, 1, "E2U+sip", "elsewhere.test"),
        ]
    },
    "srvs": {
        "_sips._tcp.carrier.test": [Srv(1, 0, 5061, "b.carrier.test"), Srv(0, 0, 5071, "a.carrier.test")],
        "_sip._udp.carrier.test": [Srv(0, 0, 5060, "a.carrier.test")],
    },
    "hosts": {"a.carrier.test": ["192.0.2.1", "192.0.2.2"], "b.carrier.test": ["192.0.2.3"]},
}


def carrier() -> ScriptedResolver:
    return ScriptedResolver(**CARRIER)  # type: ignore[arg-type]


def test_a_domain_says_which_transports_and_servers_it_prefers() -> None:
    assert hops("sip:alice@carrier.test", carrier()) == [
        ("tls", "192.0.2.1", 5071),
        ("tls", "192.0.2.2", 5071),
        ("tls", "192.0.2.3", 5061),
        ("udp", "192.0.2.1", 5060),
        ("udp", "192.0.2.2", 5060),
    ]


def test_the_name_to_be_proved_is_the_one_that_was_asked_for() -> None:
    assert {peer.name for peer in run(locate("sip:carrier.test", carrier()))} == {"carrier.test"}


def test_a_transport_that_is_asked_for_is_not_chosen_anew() -> None:
    resolver = carrier()
    assert hops("sip:carrier.test;transport=udp", resolver)[0] == ("udp", "192.0.2.1", 5060)
    assert resolver.asked[0] == "SRV _sip._udp.carrier.test"
    assert hops("sips:carrier.test", carrier())[0] == ("tls", "192.0.2.1", 5071)


@pytest.mark.parametrize(
    ("target", "hop"),
    [
        ("sip:192.0.2.9", ("udp", "192.0.2.9", 5060)),
        ("sip:192.0.2.9:5070;transport=tcp", ("tcp", "192.0.2.9", 5070)),
        ("sips:192.0.2.9", ("tls", "192.0.2.9", 5061)),
        ("sip:192.0.2.9;transport=tls", ("tls", "192.0.2.9", 5061)),
        ("sip:[2001:db8::9]", ("udp", "2001:db8::9", 5060)),
    ],
)
def test_a_numeric_address_is_not_looked_up(target: str, hop: tuple[str, str, int]) -> None:
    resolver = ScriptedResolver()
    assert hops(target, resolver) == [hop]
    assert resolver.asked == []


@pytest.mark.parametrize("target", ["sip:a.carrier.test:5090", "sip:pbx"])
def test_a_port_or_a_plain_name_asks_for_addresses_alone(target: str) -> None:
    resolver = ScriptedResolver(hosts={"a.carrier.test": ["192.0.2.1"], "pbx": ["192.0.2.7"]})
    hops(target, resolver)
    assert len(resolver.asked) == 1


def test_without_any_service_record_the_host_itself_is_tried() -> None:
    resolver = ScriptedResolver(hosts={"plain.test": ["192.0.2.5"]})
    assert hops("sip:plain.test", resolver) == [("udp", "192.0.2.5", 5060)]
    assert resolver.asked == [
        "NAPTR plain.test",
        "SRV _sip._udp.plain.test",
        "SRV _sip._tcp.plain.test",
        "A plain.test",
    ]


def test_of_equal_servers_the_heavier_comes_first_more_often() -> None:
    draws = iter([0.9, 0.5] * 2)
    servers = [Srv(0, 10, 1, "light.test"), Srv(0, 90, 2, "heavy.test")]
    resolver = ScriptedResolver(
        srvs={"_sip._udp.x.test": servers}, hosts={"light.test": ["192.0.2.1"], "heavy.test": ["192.0.2.2"]}
    )
    peers = run(locate("sip:x.test;transport=udp", resolver, lambda: next(draws)))
    assert [peer.port for peer in peers] == [2, 1]


def test_a_service_that_is_decidedly_not_there_is_not_tried() -> None:
    resolver = ScriptedResolver(srvs={"_sip._udp.x.test": [Srv(0, 0, 0, "")]}, hosts={"x.test": ["192.0.2.1"]})
    with pytest.raises(Unavailable, match="no route"):
        hops("sip:x.test;transport=udp", resolver)


def test_a_domain_cannot_send_us_to_a_thousand_places() -> None:
    many = [f"192.0.2.{index}" for index in range(200)]
    assert len(hops("sip:x.test:5060", ScriptedResolver(hosts={"x.test": many}))) == MAX_HOPS


def test_a_host_without_an_address_is_no_route() -> None:
    with pytest.raises(Unavailable, match=r"no route to gone\.test"):
        run(locate("sip:gone.test", ScriptedResolver()))


@pytest.mark.parametrize("target", ["hello", "mailto:a@b", "sip:"])
def test_what_is_no_sip_address_is_refused(target: str) -> None:
    with pytest.raises(Invalid, match="not a"):
        run(locate(target, ScriptedResolver()))
