"""The allocator of media ports, on real sockets of loopback."""

import socket

import pytest

from switchroom.errors import Unavailable
from switchroom.transports.sip.media.ports import RtpPorts
from tests.interop.ports import free_block


def test_media_ports_are_even_and_their_control_port_is_the_next() -> None:
    first = free_block(6)
    ports = RtpPorts("127.0.0.1", first, first + 5)
    taken = [ports.take(0.0) for _ in range(2)]
    for pair in taken:
        assert pair.port % 2 == 0
        assert pair.rtp.getsockname() == ("127.0.0.1", pair.port)
        assert pair.rtcp.getsockname() == ("127.0.0.1", pair.port + 1)
        assert not pair.rtp.getblocking()
        pair.close()
    assert taken[0].port != taken[1].port


def test_a_port_rests_before_it_is_used_again() -> None:
    first = free_block(4)
    ports = RtpPorts("127.0.0.1", first + first % 2, first + first % 2 + 1, rest=10.0)
    pair = ports.take(0.0)
    ports.give_back(pair, 5.0)
    with pytest.raises(Unavailable, match="RTP port"):
        ports.take(14.9)
    again = ports.take(15.0)
    assert again.port == pair.port
    again.close()


def test_a_port_that_somebody_else_holds_is_passed_over() -> None:
    first = free_block(6)
    first += first % 2
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        stranger.bind(("127.0.0.1", first + 1))
        ports = RtpPorts("127.0.0.1", first, first + 3)
        pair = ports.take(0.0)
        assert pair.port == first + 2
        with pytest.raises(Unavailable):
            ports.take(0.0)
        pair.close()


def test_ports_are_not_dealt_in_order() -> None:
    first = free_block(60)
    ports = RtpPorts("127.0.0.1", first, first + 59, seed=1)
    taken = [ports.take(0.0) for _ in range(8)]
    numbers = [pair.port for pair in taken]
    for pair in taken:
        pair.close()
    assert numbers != sorted(numbers)
