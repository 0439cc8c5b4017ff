"""SRTP between two real pairs of sockets on loopback, and against the numbers of its RFCs."""

import hashlib
import hmac
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CTR, ECB
from hypothesis import given
from hypothesis import strategies as st

from switchroom.media.rtcp import RtcpFault, parse
from switchroom.media.rtp import RtpFault, RtpPacket
from switchroom.sip.description.crypto import LENGTHS, Key, KeyPair, Suite
from switchroom.transports.sip.media.ports import RtpPorts
from switchroom.transports.sip.media.srtp import SecuredSockets, fresh_keys
from tests.interop.ports import free_block

SUITES = tuple(LENGTHS)
REPORT = struct.pack("!BBHI", 0x80, 201, 1, 7)


def packet(sequence: int, ssrc: int = 7, payload: bytes = b"\x55" * 160) -> bytes:
    return RtpPacket(0, sequence & 0xFFFF, sequence * 160, ssrc, payload).build()


def key(suite: Suite, seed: int) -> Key:
    return Key(suite, bytes([seed]) * LENGTHS[suite])


def pairs(suite: Suite, left: int = 1, right: int = 2) -> tuple[KeyPair, KeyPair]:
    ours, theirs = key(suite, left), key(suite, right)
    return KeyPair(1, ours, theirs), KeyPair(1, theirs, ours)


@contextmanager
def wire(suite: Suite = "AES_CM_128_HMAC_SHA1_80") -> Iterator[tuple[SecuredSockets, SecuredSockets]]:
    """Two ends that hold each other's keys."""
    first = free_block(8)
    ports = RtpPorts("127.0.0.1", first, first + 7)
    bare = ports.take(0.0), ports.take(0.0)
    left, right = (SecuredSockets(sockets) for sockets in bare)
    ours, theirs = pairs(suite)
    left.secure(ours)
    right.secure(theirs)
    try:
        yield left, right
    finally:
        for sockets in bare:
            sockets.close()


def send(data: bytes, sender: SecuredSockets, hearer: SecuredSockets) -> bytes:
    """Send media from one end and return what the other one gets of it."""
    sender.rtp.sendto(data, ("127.0.0.1", hearer.bare.port))
    return hearer.rtp.recvmsg(2048, 0)[0]


def on_the_wire(data: bytes, sender: SecuredSockets, hearer: SecuredSockets) -> bytes:
    """The same before it is opened."""
    sender.rtp.sendto(data, ("127.0.0.1", hearer.bare.port))
    return hearer.bare.rtp.recvfrom(2048)[0]


@pytest.mark.parametrize("suite", SUITES)
def test_media_and_control_go_through_both_ways(suite: Suite) -> None:
    with wire(suite) as (left, right):
        for sender, hearer in ((left, right), (right, left)):
            assert send(packet(1), sender, hearer) == packet(1)
            sender.rtcp.sendto(REPORT, ("127.0.0.1", hearer.bare.port + 1))
            assert hearer.rtcp.recvmsg(2048, 0)[0] == REPORT
            assert send(REPORT, sender, hearer) == REPORT, "control may share the port of the media"
        assert left.counters() == right.counters() == {"encrypted": 1.0, "srtp_refused": 0}


@pytest.mark.parametrize(("suite", "tag"), list(zip(SUITES, (10, 16, 16, 4), strict=True)))
def test_what_is_on_the_wire_is_another_thing(suite: Suite, tag: int) -> None:
    with wire(suite) as (left, right):
        sealed = on_the_wire(packet(1), left, right)
        assert sealed[:12] == packet(1)[:12]
        assert b"\x55\x55\x55" not in sealed
        assert len(sealed) == len(packet(1)) + tag


def test_tampered_replayed_plain_and_broken_packets_are_refused() -> None:
    with wire() as (left, right):
        sealed = on_the_wire(packet(1), left, right)
        assert send(packet(2), left, right) == packet(2)
        attack = left.bare.rtp.sendto, ("127.0.0.1", right.bare.port)
        bad = [
            sealed[:40] + bytes([sealed[40] ^ 1]) + sealed[41:],
            sealed[:-1] + bytes([sealed[-1] ^ 1]),
            sealed[:2] + b"\x00\x09" + sealed[4:],
            packet(3),
            b"\x80",
            b"\x80\xc8",
            sealed[:20],
            b"\x80" * 2000,
        ]
        for data in bad:
            attack[0](data, attack[1])
            assert right.rtp.recvmsg(2048, 0)[0] == b""
        assert right.counters()["srtp_refused"] == len(bad)
        attack[0](sealed, attack[1])
        assert right.rtp.recvmsg(2048, 0)[0] == packet(1), "the true one, late, is still taken"
        attack[0](sealed, attack[1])
        assert right.rtp.recvmsg(2048, 0)[0] == b"", "and is not taken twice"


def test_fuzz_no_datagram_raises_or_passes_as_media() -> None:
    with wire() as (left, right):

        @given(st.one_of(st.binary(max_size=2048), st.binary(max_size=300).map(lambda data: b"\x80" + data)))
        def any_datagram(data: bytes) -> None:
            left.bare.rtp.sendto(data, ("127.0.0.1", right.bare.port))
            opened = right.rtp.recvmsg(2048, 0)[0]
            assert isinstance(RtpPacket.parse(opened), RtpFault)
            assert isinstance(parse(opened), RtcpFault)

        any_datagram()


@pytest.mark.parametrize("suite", SUITES)
def test_the_count_goes_on_beyond_the_end_of_the_sequence_in_any_order(suite: Suite) -> None:
    with wire(suite) as (left, right):
        for turn in range(3):
            for near in (32_700, 65_500):  # a step of more than half the sequence could not be told from a step back
                for i in (0, 2, 1, 40, 38, 39, 41):
                    data = packet(turn * 65_536 + near + i)
                    assert send(data, left, right) == data
    assert right.counters()["srtp_refused"] == 0


def test_a_new_source_under_the_same_key_counts_from_the_beginning() -> None:
    with wire() as (left, right):
        for i in (65_530, 65_540, 98_300, 131_050, 131_072):
            assert send(packet(i), left, right) == packet(i)
        assert send(packet(5, ssrc=8), left, right) == packet(5, ssrc=8)  # as music on hold is, at many a PBX
        assert send(packet(131_073), left, right) == packet(131_073)
        assert right.counters()["srtp_refused"] == 0


def test_a_key_that_stays_keeps_its_count() -> None:
    with wire() as (left, right):
        sealed = on_the_wire(packet(1), left, right)
        ours, theirs = pairs("AES_CM_128_HMAC_SHA1_80")
        assert send(packet(2), left, right) == packet(2)
        assert left.secure(ours) is False
        assert right.secure(theirs) is False
        assert send(packet(3), left, right) == packet(3)
        left.bare.rtp.sendto(on_the_wire(packet(4), left, right), ("127.0.0.1", right.bare.port))
        assert right.rtp.recvmsg(2048, 0)[0] == packet(4)
        left.bare.rtp.sendto(sealed, ("127.0.0.1", right.bare.port))
        assert right.rtp.recvmsg(2048, 0)[0] == packet(1)
        left.bare.rtp.sendto(sealed, ("127.0.0.1", right.bare.port))
        assert right.rtp.recvmsg(2048, 0)[0] == b"", "a replay is known even after a re-INVITE"


def test_what_is_on_its_way_when_the_key_changes_is_opened_until_the_new_one_is_heard() -> None:
    with wire() as (left, right):
        old = [on_the_wire(packet(i), left, right) for i in (1, 2, 3)]
        ours, theirs = pairs("AEAD_AES_128_GCM", 3, 4)
        assert right.secure(theirs) is True
        here = ("127.0.0.1", right.bare.port)
        left.bare.rtp.sendto(old[0], here)
        assert right.rtp.recvmsg(2048, 0)[0] == packet(1)
        assert left.secure(ours) is True
        assert send(packet(4), left, right) == packet(4)
        left.bare.rtp.sendto(old[1], here)
        assert right.rtp.recvmsg(2048, 0)[0] == b""


def test_without_keys_the_sockets_are_the_bare_ones() -> None:
    with wire() as (left, right):
        for end in (left, right):
            assert end.secure(None) is False
            assert end.rtp is end.bare.rtp
            assert end.rtcp is end.bare.rtcp
        assert send(packet(1), left, right) == packet(1)
        assert right.counters() == {"encrypted": 0.0, "srtp_refused": 0}


def test_what_cannot_be_protected_is_not_sent() -> None:
    with wire() as (left, _), pytest.raises(OSError, match="not protected"):
        left.rtp.sendto(b"no packet", ("127.0.0.1", 9))


def test_every_suite_gets_a_key_of_its_own_and_every_call_others() -> None:
    first, second = fresh_keys("offer"), fresh_keys("require")
    assert [(key.suite, len(key.material)) for key in first] == list(LENGTHS.items())
    assert len({key.material for key in first + second}) == 2 * len(LENGTHS)
    assert fresh_keys("never") == ()


# --- the numbers of RFC 3711 ----------------------------------------------------------------------------------------

MASTER = bytes.fromhex("E1F97A0D3E018BE0D64FA32C06DE4139")  # appendix B.3
SALT = bytes.fromhex("0EC675AD498AFEEBB6960B3AABE6")
CIPHER_KEY = bytes.fromhex("C61E7A93744F39EE10734AFE3FF7A087")
CIPHER_SALT = bytes.fromhex("30CBBC08863D8C85D49DB34A9AE1")
AUTH_KEY = bytes.fromhex("CEBE321F6FF7716B6FD4AB49AF256A156D38BAA4")


def counter_mode(cipher_key: bytes, salt: bytes, ssrc: int, index: int, content: bytes) -> bytes:
    """AES in counter mode as section 4.1.1 has it."""
    start = (int.from_bytes(salt, "big") << 16) ^ (ssrc << 64) ^ (index << 16)
    return Cipher(AES(cipher_key), CTR(start.to_bytes(16, "big"))).encryptor().update(content)


@pytest.mark.parametrize(("suite", "length"), [("AES_CM_128_HMAC_SHA1_80", 10), ("AES_CM_128_HMAC_SHA1_32", 4)])
def test_a_packet_is_as_the_session_keys_of_rfc_3711_make_it(suite: Suite, length: int) -> None:
    with wire() as (left, right):
        mine = Key(suite, MASTER + SALT)
        left.secure(KeyPair(1, mine, mine))
        sealed = on_the_wire(packet(5), left, right)
        body = counter_mode(CIPHER_KEY, CIPHER_SALT, 7, 5, packet(5)[12:])
        authentic = packet(5)[:12] + body
        tag = hmac.new(AUTH_KEY, authentic + bytes(4), hashlib.sha1).digest()
        assert sealed == authentic + tag[:length]


@pytest.mark.parametrize(("suite", "size"), [("AEAD_AES_128_GCM", 16), ("AEAD_AES_256_GCM", 32)])
def test_a_packet_is_as_rfc_7714_makes_it(suite: Suite, size: int) -> None:
    master, salt = bytes(range(size)), bytes(range(100, 112))

    def derived(label: int, length: int) -> bytes:  # RFC 3711 §4.3, with a salt of 96 bits (RFC 7714 §11)
        start = (int.from_bytes(salt + bytes(2), "big") ^ (label << 48)) << 16
        return Cipher(AES(master), CTR(start.to_bytes(16, "big"))).encryptor().update(bytes(length))

    with wire() as (left, right):
        mine = Key(suite, master + salt)
        left.secure(KeyPair(1, mine, mine))
        sealed = on_the_wire(packet(5), left, right)
        # §8.1: two zero bytes, SSRC, roll-over counter and sequence number, mixed with the salt
        nonce = int.from_bytes(derived(2, 12), "big") ^ (7 << 48) ^ 5
        header = packet(5)[:12]
        assert sealed == header + AESGCM(derived(0, size)).encrypt(nonce.to_bytes(12, "big"), packet(5)[12:], header)


def test_the_key_stream_of_this_test_is_that_of_rfc_3711() -> None:
    session_key = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")  # appendix B.2
    stream = counter_mode(session_key, bytes.fromhex("F0F1F2F3F4F5F6F7F8F9FAFBFCFD"), 0, 0, bytes(32))
    assert stream.hex().upper() == "E03EAD0935C95E80E166B16DD92B4EB4D23513162B02D0F72A43A2FE4A5F97AB"
    assert (
        Cipher(AES(MASTER), ECB()).encryptor().update(bytes.fromhex("0EC675AD498AFEEBB6960B3AABE60000")) == CIPHER_KEY
    )
