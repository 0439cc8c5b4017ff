"""Certificates that change while we run, seen by who connects. Handshakes are made in memory."""

import ssl
from pathlib import Path

from cryptography import x509

from switchroom.transports.sip.wire.certificates import Certificates, self_signed

DAY = 86_400.0


class Clock:
    """A time of day that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def shown(server: ssl.SSLContext, name: str) -> x509.Certificate:
    """Return the certificate that a caller who asks for ``name`` is shown."""
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    caller = trusting.wrap_bio(back, there, server_hostname=name)
    callee = server.wrap_bio(there, back, server_side=True)
    for side in (caller, callee, caller, callee):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
    held = caller.getpeercert(binary_form=True)
    assert held is not None
    return x509.load_der_x509_certificate(held)


def put(file: Path, *names: str) -> int:
    """Write a new certificate and return its number."""
    text = self_signed(names)
    file.write_bytes(text)
    return x509.load_pem_x509_certificate(text).serial_number


def test_a_renewed_certificate_is_shown_without_a_restart(tmp_path: Path) -> None:
    clock = Clock()
    first, other = put(tmp_path / "a.pem", "a.test"), put(tmp_path / "b.pem", "b.test")
    server = Certificates(tmp_path, clock=clock).server()
    renewed = put(tmp_path / "a.pem", "a.test")
    assert shown(server, "a.test").serial_number == first, "it was looked at a moment ago"
    clock.now = 11.0
    assert shown(server, "a.test").serial_number == renewed
    assert shown(server, "b.test").serial_number == other
    added = put(tmp_path / "c.pem", "*.c.test")
    clock.now = 22.0
    assert shown(server, "x.c.test").serial_number == added
    (tmp_path / "b.pem").unlink()
    clock.now = 33.0
    assert shown(server, "b.test").serial_number == renewed, "the first is for those that have none"


def test_a_file_that_is_broken_later_leaves_what_was_shown_before(tmp_path: Path) -> None:
    clock = Clock()
    before = put(tmp_path / "a.pem", "a.test")
    server = Certificates(tmp_path, clock=clock).server()
    (tmp_path / "a.pem").write_text("half of a cert")
    clock.now = 11.0
    assert shown(server, "a.test").serial_number == before
    mended = put(tmp_path / "a.pem", "a.test")
    clock.now = 22.0
    assert shown(server, "a.test").serial_number == mended


def test_a_certificate_of_our_own_is_made_anew_before_it_ends() -> None:
    clock = Clock()
    server = Certificates(clock=clock).server()
    first = shown(server, "localhost")
    clock.now = 15 * DAY
    assert shown(server, "localhost") == first
    clock.now = 25 * DAY
    second = shown(server, "localhost")
    assert second != first
    clock.now = 26 * DAY
    assert shown(server, "localhost") == second
