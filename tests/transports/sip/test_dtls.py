"""The handshake of DTLS between two memories: odd certificates, long chains, and what comes after it."""

import datetime
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto
from OpenSSL._util import ffi, lib

from switchroom.transports.sip.media import dtls

KEY = ec.generate_private_key(ec.SECP256R1())
VERSION, ODD_VERSION = bytes.fromhex("a003020102"), bytes.fromhex("a003020105")
SERIAL, NEGATIVE = bytes.fromhex("020105"), bytes.fromhex("0201ff")


def certificate(number: int = 0, above: ec.EllipticCurvePrivateKey = KEY) -> x509.Certificate:
    """One that stands below another in a chain."""
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"c{at}")]) for at in (number, number + 1)]
    return (
        x509.CertificateBuilder()
        .subject_name(names[0])
        .issuer_name(names[1])
        .public_key(KEY.public_key())
        .serial_number(5)
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=9))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(above, hashes.SHA256())
    )


def context(der: bytes) -> SSL.Context:
    """Return that of a party which shows these bytes as its certificate."""
    made = SSL.Context(SSL.DTLS_METHOD)
    made.set_options(SSL.OP_NO_QUERY_MTU)
    made.set_tlsext_use_srtp(b"SRTP_AES128_CM_SHA1_80")
    read = lib.d2i_X509_bio(lib.BIO_new_mem_buf(der, len(der)), ffi.NULL)
    assert lib.SSL_CTX_use_certificate(made._context, read) == 1
    made.use_privatekey(KEY)
    return made


def shaken(
    theirs: SSL.Context, announced: str, who: dtls.Identity | None = None
) -> tuple[dtls.Handshake, SSL.Connection]:
    """Return our side and theirs as they are after a handshake."""
    ours = dtls.Handshake(who or dtls.identity(), frozenset({announced}), "passive")
    party = SSL.Connection(theirs, None)
    party.set_ciphertext_mtu(1200)
    party.set_connect_state()
    for _ in range(4):
        with suppress(SSL.Error):
            party.do_handshake()
        for record in dtls._flight(party):
            for answer in ours.take(record):
                party.bio_write(answer)
    return ours, party


@pytest.mark.parametrize(("plain", "odd"), [(VERSION, ODD_VERSION), (SERIAL, NEGATIVE)])
def test_an_odd_certificate_counts_by_its_bytes_alone(plain: bytes, odd: bytes) -> None:
    der = certificate().public_bytes(serialization.Encoding.DER).replace(plain, odd, 1)
    assert odd in der
    announced, _ = shaken(context(der), dtls.fingerprint_of(der))
    assert (announced.state, announced.trouble) == ("done", "")
    strange, _ = shaken(context(der), "AB")
    assert (strange.state, strange.trouble) == ("failed", "the certificate is not the announced one")


def test_only_the_certificate_of_the_party_is_looked_at_and_not_the_chain_above_it() -> None:
    fresh = dtls.identity.__wrapped__()
    depths: list[int] = []

    def note(_: SSL.Connection, __: crypto.X509, ___: int, depth: int, ____: int) -> bool:
        depths.append(depth)
        return True

    fresh.context.set_verify(SSL.VERIFY_PEER, note)
    chain = [certificate(at) for at in range(20)]
    der = chain[0].public_bytes(serialization.Encoding.DER)
    theirs = context(der)
    for above in chain[1:]:
        theirs.add_extra_chain_cert(above)
    ours, _ = shaken(theirs, dtls.fingerprint_of(der), who=fresh)
    assert ours.state == "done"
    assert max(depths) <= 1


def waiting(ours: dtls.Handshake) -> int:
    """Return how many bytes were taken and not read."""
    if ours._connection is None:
        return 0
    room = ffi.new("char[]", 65_536)
    return max(0, int(lib.BIO_read(ours._connection._into_ssl, room, 65_536)))


def done() -> tuple[dtls.Handshake, SSL.Connection]:
    der = certificate().public_bytes(serialization.Encoding.DER)
    ours, party = shaken(context(der), dtls.fingerprint_of(der))
    assert ours.state == "done"
    return ours, party


def records(party: SSL.Connection) -> bytes:
    for _ in range(15):
        party.send(b"data")
    return b"".join(dtls._flight(party))


def test_data_after_the_handshake_is_not_kept() -> None:
    ours, party = done()
    for before in (b"", b"\x16\xfe\xfd" + bytes(10), b"\x15\xfe\xfd" + bytes(10)):
        assert ours.take(before + records(party)) == []
        assert waiting(ours) == 0


def test_nothing_is_kept_after_a_goodbye_and_the_keys_stay() -> None:
    ours, party = done()
    party.shutdown()
    for datagram in dtls._flight(party):
        ours.take(datagram)
    for _ in range(3):
        ours.take(b"\x16\xfe\xfd" + bytes(100))
    assert waiting(ours) == 0
    assert (ours.state, ours.pair is None) == ("done", False)
