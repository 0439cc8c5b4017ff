"""DTLS for the keys of SRTP (RFC 5764): one handshake between two memories, and no data after it.

Datagrams go in by ``take`` and come out as what it returns; nothing here knows a socket. Whose certificate it is decides the
fingerprint that came by the signalling (RFC 8122), not who signed it: all are signed by themselves, ours too, which is made
once for a process.
"""

import datetime
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto

from switchroom.sip.description.crypto import Key, KeyPair, Suite
from switchroom.sip.description.webrtc import Role

log = structlog.get_logger()

FIRST_BYTES = range(20, 64)
"""What a DTLS record begins with where it shares a port (RFC 7983 §7)."""

_PROFILES: Mapping[bytes, tuple[Suite, int, int]] = {
    b"SRTP_AEAD_AES_128_GCM": ("AEAD_AES_128_GCM", 16, 12),  # RFC 7714 §12
    b"SRTP_AES128_CM_SHA1_80": ("AES_CM_128_HMAC_SHA1_80", 16, 14),
}
_LABEL = b"EXTRACTOR-dtls_srtp"
_DATAGRAM = 1200  # what gets through everywhere
_RECORD = 13  # bytes before the content of a record; the last two are its length
_MOST = 65_536
_APPLICATION = b"\x17"  # the type of records of data, which nobody has for us

State = Literal["shaking", "done", "failed"]


@dataclass(frozen=True, slots=True)
class Identity:
    """Our certificate. ``fingerprint`` is its SHA-256, as SDP has it."""

    certificate: x509.Certificate
    context: SSL.Context

    @property
    def fingerprint(self) -> str:
        """The SHA-256 in upper case, with colons."""
        return fingerprint_of(self.certificate.public_bytes(serialization.Encoding.DER))


def fingerprint_of(certificate: bytes) -> str:
    """Return the SHA-256 of a certificate in DER, as SDP has it (RFC 8122 §5)."""
    return hashlib.sha256(certificate).digest().hex(":").upper()


@cache
def identity() -> Identity:
    """Return the certificate of this process; it says nothing about us and lives as long as the process does."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "WebRTC")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    context = SSL.Context(SSL.DTLS_METHOD)
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, lambda *_: True)  # the fingerprint decides
    context.set_verify_depth(0)  # no chain is followed: 55 certificates took 33 ms
    context.use_certificate(certificate)
    context.use_privatekey(key)
    context.set_options(SSL.OP_NO_QUERY_MTU | SSL.OP_NO_TICKET | SSL.OP_NO_RENEGOTIATION)
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)  # nobody comes back to an association
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    context.set_cipher_list(b"ECDHE+AESGCM:ECDHE+CHACHA20")
    context.set_tlsext_use_srtp(b":".join(_PROFILES))
    return Identity(certificate, context)


class Handshake:
    """One association. ``pair`` holds the keys once it is ``done`` and the certificate was the announced one."""

    def __init__(self, ours: Identity, fingerprints: frozenset[str], role: Role) -> None:
        self.state: State = "shaking"
        self.pair: KeyPair | None = None
        self.trouble = ""
        self.role = role
        self._fingerprints = fingerprints
        connection = SSL.Connection(ours.context, None)
        connection.set_ciphertext_mtu(_DATAGRAM)
        if role == "active":
            connection.set_connect_state()
        else:
            connection.set_accept_state()
        self._connection: SSL.Connection | None = connection

    def begin(self) -> list[bytes]:
        """Return the first flight of the side that speaks first, nothing from the other."""
        return [] if self._connection is None else self._go_on(self._connection)

    def take(self, datagram: bytes) -> list[bytes]:
        """Take what came; return what to send."""
        if self._connection is None or (self.state == "done" and datagram[:1] == _APPLICATION):
            return []
        self._connection.bio_write(datagram)
        return self._go_on(self._connection)

    def expire(self) -> list[bytes]:
        """Return what is to be sent again by now (RFC 6347 §4.2.4)."""
        connection = self._connection
        if self.state != "shaking" or connection is None or connection.DTLSv1_get_timeout() != 0:
            return []
        try:
            connection.DTLSv1_handle_timeout()
        except SSL.Error as error:
            self._fail(f"handshake: {error}")
        return _flight(connection)

    def let_go(self) -> None:
        """Free what the library holds (90 kB): it failed, or they were heard under the keys and will ask for no flight."""
        self._connection = None

    def _go_on(self, connection: SSL.Connection) -> list[bytes]:
        try:
            if self.state == "done":  # a last flight that was lost is sent again by reading
                while True:  # to the end, for what is not read stays in memory
                    connection.recv(_MOST)
            else:
                connection.do_handshake()
                self._conclude(connection)
        except SSL.WantReadError:
            pass
        except SSL.Error as error:
            if self.state == "shaking":
                self._fail(f"handshake: {error}")
            self.let_go()  # or they say goodbye to DTLS; that of the call comes by SIP, and nothing is read after it
        return _flight(connection)

    def _conclude(self, connection: SSL.Connection) -> None:
        shown = _shown(connection)
        profile = _PROFILES.get(connection.get_selected_srtp_profile())
        if fingerprint_of(shown) not in self._fingerprints:
            self._fail("the certificate is not the announced one")
        elif profile is None:
            self._fail("no common profile of SRTP")
        else:
            suite, key, salt = profile
            material = connection.export_keying_material(_LABEL, 2 * (key + salt))
            self.pair = _pair(suite, key, material, self.role)
            self.state = "done"

    def _fail(self, trouble: str) -> None:
        self.state, self.trouble = "failed", trouble
        log.warning("no audio with a browser", reason=trouble)
        self.let_go()


def _shown(connection: SSL.Connection) -> bytes:
    """Return their certificate in DER. It is not parsed: only its bytes count, and the parser refuses odd ones by raising."""
    certificate = connection.get_peer_certificate()
    return b"" if certificate is None else crypto.dump_certificate(crypto.FILETYPE_ASN1, certificate)


def _pair(suite: Suite, key: int, material: bytes, role: Role) -> KeyPair:
    """Return the keys, in the order of RFC 5764 §4.2: client's and server's key, client's and server's salt."""
    salt = len(material) // 2 - key
    client = Key(suite, material[:key] + material[2 * key : 2 * key + salt])
    server = Key(suite, material[key : 2 * key] + material[2 * key + salt :])
    return KeyPair(0, client, server) if role == "active" else KeyPair(0, server, client)


def _flight(connection: SSL.Connection) -> list[bytes]:
    """Return what the library wants to be sent, as datagrams that end where a record ends."""
    try:
        written = connection.bio_read(_MOST)
    except SSL.WantReadError:
        return []
    datagrams, current = [], b""
    while written:
        size = _RECORD + int.from_bytes(written[_RECORD - 2 : _RECORD])
        record, written = written[:size], written[size:]
        if current and len(current) + len(record) > _DATAGRAM:
            datagrams.append(current)
            current = b""
        current += record
    return [*datagrams, current]
