"""STUN: the vectors of RFC 5769, what is built is read, and no bytes do harm."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.media import stun
from switchroom.media.stun import StunFault, StunMessage, build_stun, mapped, parse_stun

PASSWORD = "VOkJxbRl1RmTxUk/WvJxBt"
TRANSACTION = bytes.fromhex("b7e7a701bc34d686fa87dfae")
REQUEST = bytes.fromhex(  # RFC 5769 §2.1
    "000100582112a442b7e7a701bc34d686fa87dfae"
    "802200105354554e207465737420636c69656e74"
    "002400046e0001ff80290008932ff9b151263b36"
    "000600096576746a3a68367659202020"
    "000800149aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2"
    "80280004e57a3bcf"
)
RESPONSE = bytes.fromhex(  # §2.2
    "0101003c2112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000080001a147e112a643"
    "000800142b91f599fd9e90c38c7489f92af9ba53f06be7d7"
    "80280004c07d4c96"
)
RESPONSE_6 = bytes.fromhex(  # §2.3
    "010100482112a442b7e7a701bc34d686fa87dfae"
    "8022000b7465737420766563746f7220"
    "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9"
    "00080014a382954e4be67bf11784c97c8292c275bfe3ed41"
    "80280004c8fb0b4c"
)


def parsed(data: bytes) -> StunMessage:
    message = parse_stun(data)
    assert isinstance(message, StunMessage)
    return message


def test_the_request_of_rfc_5769_is_read_and_its_password_holds() -> None:
    message = parsed(REQUEST)
    assert (message.kind, message.transaction) == (stun.REQUEST, TRANSACTION)
    assert message.first(stun.USERNAME) == b"evtj:h6vY"
    assert message.is_signed_by(PASSWORD)
    assert not message.is_signed_by(PASSWORD[:-1])


@pytest.mark.parametrize(
    ("vector", "address"),
    [(RESPONSE, ("192.0.2.1", 32853)), (RESPONSE_6, ("2001:db8:1234:5678:11:2233:4455:6677", 32853))],
)
def test_the_responses_of_rfc_5769_name_the_address_that_we_would(vector: bytes, address: tuple[str, int]) -> None:
    message = parsed(vector)
    assert message.is_signed_by(PASSWORD)
    assert mapped(address, TRANSACTION) == (stun.XOR_MAPPED_ADDRESS, message.first(stun.XOR_MAPPED_ADDRESS))


@pytest.mark.parametrize("at", [0, 5, 25, 60, 77, -5, -1])
def test_a_bit_that_was_changed_is_found(at: int) -> None:
    broken = bytearray(REQUEST)
    broken[at] ^= 0x80
    assert isinstance(parse_stun(bytes(broken)), StunFault)


def test_what_stands_behind_the_integrity_is_as_if_it_were_not_there() -> None:
    signed = build_stun(stun.REQUEST, TRANSACTION, [(stun.USERNAME, b"a:b")], PASSWORD)[:-8]
    grown = signed[:2] + (len(signed) - 20 + 4).to_bytes(2, "big") + signed[4:] + b"\0\x25\0\0"
    message = parsed(grown)
    assert message.first(stun.USE_CANDIDATE) is None
    assert message.is_signed_by(PASSWORD)


def test_who_signs_nothing_is_signed_by_nobody() -> None:
    assert not parsed(build_stun(stun.REQUEST, TRANSACTION, [])).is_signed_by("")


def test_a_message_of_many_attributes_is_not_read_to_its_end() -> None:
    assert isinstance(parse_stun(build_stun(stun.REQUEST, TRANSACTION, [(0x8055, b"")] * 22, PASSWORD)), StunMessage)
    assert parse_stun(build_stun(stun.REQUEST, TRANSACTION, [(0x8055, b"")] * 23, PASSWORD)) is StunFault.ATTRIBUTE
    assert parse_stun(build_stun(stun.REQUEST, TRANSACTION, [(0x8055, bytes(600))])) is StunFault.HEADER


@given(
    st.sampled_from([stun.REQUEST, stun.SUCCESS, stun.ERROR]),
    st.binary(min_size=12, max_size=12),
    st.lists(st.tuples(st.sampled_from([6, 9, 0x24, 0x25, 0x802A, 0x7FFF]), st.binary(max_size=40)), max_size=12),
    st.text(min_size=1, max_size=30),
)
def test_what_is_built_is_read(kind: int, transaction: bytes, said: list[tuple[int, bytes]], password: str) -> None:
    message = parsed(build_stun(kind, transaction, said, password))
    assert (message.kind, message.transaction, message.attributes) == (kind, transaction, tuple(said))
    assert message.is_signed_by(password)


@given(st.binary(max_size=200), st.integers(0, 108))
def test_any_bytes_are_a_message_or_a_fault(noise: bytes, cut: int) -> None:
    header = b"\0\1" + (len(noise) // 4 * 4).to_bytes(2, "big") + b"\x21\x12\xa4\x42" + TRANSACTION
    for data in (noise, REQUEST[:cut] + noise, header + noise[: len(noise) // 4 * 4]):
        assert isinstance(parse_stun(data), StunMessage | StunFault)
